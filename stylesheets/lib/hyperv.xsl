<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    What is to be known of each Hyper-V enlightenment: the one table, and the closure over its last column.

    name     of libvirt's child of features/hyperv; of a child of that one after a slash; "hypervclock" is the timer of
             that name, which QEMU calls hv-time
    since    the first libvirt whose schema has it
    build    the first Windows that uses it, as lib/os.xsl counts them: 6000 is Vista and Server 2008, 9200 is 8 and
             2012, 10240 is 10 and all after it. Windows 10 is one operating system in osinfo-db whichever its update
    when     set       always in the set
             listed    where the facts of all hosts list it
             intel     the same, and their processors are Intel's, where KVM virtualises the APIC by itself
             nested    the same, and the guest can be a hypervisor itself; evmcs, on which the others build on Intel's
                       processors, is for these alone
             asked     where hyperv.more names it
             document  where the document has it: it needs a value that nobody else can know
             clock     the stylesheet clock sees to it
    needs    what QEMU refuses to start without; "-" for nothing

    Sources: libvirt formatdomain.html, hypervisor features (names, versions), time keeping (hypervclock); QEMU
    docs/system/i386/hyperv.rst (what each needs, and is good for) and target/i386/kvm/kvm.c, kvm_hyperv_properties;
    Microsoft's Hypervisor Top Level Functional Specification, of which 1.0 came with Windows Server 2008, 3.0 with
    2012, 5.0 with 2016, 6.0 with 2019: CPUID leaves 0x40000003, 0x40000004 and 0x4000000A of each; Linux
    arch/x86/kvm/vmx/vmx.c and svm/svm.c, enable_apicv (on by default) and avic (off).
  -->
  <xsl:variable name="xfm:hyperv-rows">
    relaxed:            1.0.0    6000  set       -;
    vapic:              1.1.0    6000  set       -;
    spinlocks:          1.1.0    6000  set       -;
    vpindex:            1.3.3    6000  set       -;
    runtime:            1.3.3    6000  set       -;
    synic:              1.3.3    6000  set       vpindex;
    stimer:             1.3.3    6000  set       vpindex,synic,hypervclock;
    stimer/direct:      5.7.0   10240  set       vpindex,synic,hypervclock,stimer;
    reset:              1.3.3    6000  asked     -;
    vendor_id:          1.3.3    6000  document  -;
    frequencies:        4.7.0    9200  set       -;
    reenlightenment:    4.7.0   10240  asked     -;
    tlbflush:           4.7.0    6000  set       vpindex;
    tlbflush/direct:   11.0.0   10240  nested    tlbflush,vapic;
    tlbflush/extended: 11.0.0   10240  listed    tlbflush;
    ipi:                4.10.0  10240  set       vpindex;
    evmcs:              4.10.0  10240  nested    vapic;
    avic:               8.10.0  10240  intel     -;
    emsr_bitmap:       10.7.0   10240  nested    -;
    xmm_input:         10.7.0    9200  listed    -;
    hypervclock:        1.2.2    6000  clock     -;
  </xsl:variable>
  <xsl:variable name="xfm:hyperv" select="concat(' ', normalize-space($xfm:hyperv-rows), ' ')"/>

  <!-- A feature's row without its name: "1.3.3 6000 set vpindex"; the empty string for a name that is not there. -->
  <xsl:template name="xfm:hyperv-row">
    <xsl:param name="feature"/>
    <xsl:value-of select="substring-before(substring-after($xfm:hyperv, concat(' ', $feature, ': ')), ';')"/>
  </xsl:template>

  <!-- The first libvirt that knows a feature, as a number: 8010000; NaN for a name that is not there. -->
  <xsl:template name="xfm:hyperv-since">
    <xsl:param name="feature"/>
    <xsl:variable name="row">
      <xsl:call-template name="xfm:hyperv-row">
        <xsl:with-param name="feature" select="$feature"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="version" select="substring-before($row, ' ')"/>
    <xsl:variable name="rest" select="substring-after($version, '.')"/>
    <xsl:value-of select="substring-before($version, '.') * 1000000 + substring-before($rest, '.') * 1000
        + substring-after($rest, '.')"/>
  </xsl:template>

  <!-- What a feature needs, each name followed by a blank. -->
  <xsl:template name="xfm:hyperv-needs">
    <xsl:param name="feature"/>
    <xsl:variable name="row">
      <xsl:call-template name="xfm:hyperv-row">
        <xsl:with-param name="feature" select="$feature"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="needs" select="substring-after(substring-after(substring-after($row, ' '), ' '), ' ')"/>
    <xsl:if test="$needs != '' and $needs != '-'">
      <xsl:value-of select="concat(translate($needs, ',', ' '), ' ')"/>
    </xsl:if>
  </xsl:template>

  <!-- todo: names, each followed by a blank; gives all of them and all that they need, between blanks, each once -->
  <xsl:template name="xfm:hyperv-closure">
    <xsl:param name="todo"/>
    <xsl:param name="done" select="' '"/>
    <xsl:variable name="feature" select="substring-before($todo, ' ')"/>
    <xsl:choose>
      <xsl:when test="$feature = ''">
        <xsl:value-of select="$done"/>
      </xsl:when>
      <xsl:when test="contains($done, concat(' ', $feature, ' '))">
        <xsl:call-template name="xfm:hyperv-closure">
          <xsl:with-param name="todo" select="substring-after($todo, ' ')"/>
          <xsl:with-param name="done" select="$done"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="needs">
          <xsl:call-template name="xfm:hyperv-needs">
            <xsl:with-param name="feature" select="$feature"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:call-template name="xfm:hyperv-closure">
          <xsl:with-param name="todo" select="concat(substring-after($todo, ' '), $needs)"/>
          <xsl:with-param name="done" select="concat($done, $feature, ' ')"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
