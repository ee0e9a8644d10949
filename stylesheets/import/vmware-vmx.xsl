<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <xsl:import href="native.xsl"/>
  <xsl:import href="vmware-devices.xsl"/>
  <!--
    A .vmx to domain XML: the machine as a whole. Takes what xfm/native/vmx.py reads; the devices are in
    vmware-devices.xsl.

    guestOS gives the architecture, and is kept too, because domain XML has no place for the rest that it says.

    Sources: libvirt src/vmx/vmx.c (the mapping in its head, virVMXParseConfig) and drvesx.html.
  -->
  <xsl:template match="n:config">
    <domain type="vmware">
      <xsl:call-template name="xfm:name">
        <xsl:with-param name="own" select="string(key('n:entry', 'displayname')/@value)"/>
      </xsl:call-template>
      <xsl:variable name="uuid" select="translate(key('n:entry', 'uuid.bios')/@value, ' -', '')"/>
      <xsl:if test="string-length($uuid) = 32">
        <uuid>
          <xsl:value-of select="concat(substring($uuid, 1, 8), '-', substring($uuid, 9, 4), '-', substring($uuid, 13,
              4),
              '-', substring($uuid, 17, 4), '-', substring($uuid, 21))"/>
        </uuid>
      </xsl:if>
      <xsl:for-each select="key('n:entry', 'annotation')[@value != '']">
        <description>
          <xsl:value-of select="@value"/>
        </description>
      </xsl:for-each>
      <xsl:call-template name="xfm:metadata"/>
      <xsl:call-template name="xfm:memory"/>
      <xsl:call-template name="xfm:cpu"/>
      <xsl:call-template name="xfm:os"/>
      <xsl:call-template name="xfm:topology"/>
      <xsl:call-template name="xfm:devices"/>
    </domain>
  </xsl:template>

  <!-- memsize, in MiB, is 32 where it is not said; sched.mem.max below it is what the guest gets of it. -->
  <xsl:template name="xfm:memory">
    <xsl:variable name="size" select="number(concat(key('n:entry', 'memsize')/@value,
        substring('32', 1, 2 * not(key('n:entry', 'memsize')))))"/>
    <xsl:variable name="most" select="number(key('n:entry', 'sched.mem.max')/@value)"/>
    <memory unit="MiB">
      <xsl:value-of select="$size"/>
    </memory>
    <xsl:if test="$most &gt; 0 and $most &lt; $size">
      <currentMemory unit="MiB">
        <xsl:value-of select="$most"/>
      </currentMemory>
    </xsl:if>
    <xsl:if test="number(key('n:entry', 'sched.mem.minsize')/@value) &gt; 0">
      <memtune>
        <min_guarantee unit="MiB">
          <xsl:value-of select="key('n:entry', 'sched.mem.minsize')/@value"/>
        </min_guarantee>
      </memtune>
    </xsl:if>
  </xsl:template>

  <!-- The words for shares stand for a number for each vCPU: 500, 1000, 2000. -->
  <xsl:template name="xfm:cpu">
    <xsl:variable name="vcpus" select="number(concat(key('n:entry', 'numvcpus')/@value,
        substring('1', 1, not(key('n:entry', 'numvcpus')))))"/>
    <xsl:variable name="affinity" select="key('n:entry', 'sched.cpu.affinity')/@value"/>
    <xsl:variable name="shares" select="translate(key('n:entry', 'sched.cpu.shares')/@value, 'LOWNRMAHIG',
        'lownrmahig')"/>
    <xsl:variable name="word" select="substring-before(substring-after(' low=500 normal=1000 high=2000 ',
        concat(' ', $shares, '=')), ' ')"/>
    <vcpu>
      <xsl:if test="$affinity != '' and translate($affinity, '0123456789,', '') = ''">
        <xsl:attribute name="cpuset">
          <xsl:value-of select="$affinity"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:value-of select="$vcpus"/>
    </vcpu>
    <xsl:if test="$word != '' or number($shares) &gt; 0">
      <cputune>
        <shares>
          <xsl:choose>
            <xsl:when test="$word != ''">
              <xsl:value-of select="$vcpus * $word"/>
            </xsl:when>
            <xsl:otherwise>
              <xsl:value-of select="$shares"/>
            </xsl:otherwise>
          </xsl:choose>
        </shares>
      </cputune>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:os">
    <xsl:variable name="guest" select="key('n:entry', 'guestos')/@value"/>
    <os>
      <xsl:if test="translate(key('n:entry', 'firmware')/@value, 'EFI', 'efi') = 'efi'">
        <xsl:attribute name="firmware">efi</xsl:attribute>
      </xsl:if>
      <type>
        <xsl:attribute name="arch">
          <xsl:choose>
            <xsl:when test="substring($guest, string-length($guest) - 2) = '-64'">x86_64</xsl:when>
            <xsl:otherwise>i686</xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
        <xsl:text>hvm</xsl:text>
      </type>
      <xsl:if test="translate(key('n:entry', 'smbios.reflecthost')/@value, 'TRUE', 'true') = 'true'">
        <smbios mode="host"/>
      </xsl:if>
    </os>
  </xsl:template>

  <xsl:template name="xfm:topology">
    <xsl:variable name="cores" select="number(key('n:entry', 'cpuid.corespersocket')/@value)"/>
    <xsl:variable name="vcpus" select="number(key('n:entry', 'numvcpus')/@value)"/>
    <xsl:if test="$cores &gt; 0 and $vcpus mod $cores = 0">
      <cpu>
        <topology sockets="{$vcpus div $cores}" dies="1" cores="{$cores}" threads="1"/>
      </cpu>
    </xsl:if>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = '.encoding' or @id = 'displayname' or @id = 'annotation'
      or @id = 'memsize' or @id = 'numvcpus']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'uuid.bios'][string-length(translate(@value, ' -', '')) = 32]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'sched.mem.max'][@value = 'unlimited'
      or number(@value) &lt;= number(key('n:entry', 'memsize')/@value)]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'sched.mem.minsize'][number(@value) &gt;= 0]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'sched.cpu.affinity'][@value = 'all'
      or (@value != '' and translate(@value, '0123456789,', '') = '')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'sched.cpu.shares'][number(@value) &gt; 0
      or contains(' low normal high ', concat(' ', translate(@value, 'LOWNRMAHIG', 'lownrmahig'), ' '))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'firmware'][@value = 'efi' or @value = 'bios']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'smbios.reflecthost']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'cpuid.corespersocket'][number(@value) &gt; 0
      and number(key('n:entry', 'numvcpus')/@value) mod number(@value) = 0]"/>
</xsl:stylesheet>
