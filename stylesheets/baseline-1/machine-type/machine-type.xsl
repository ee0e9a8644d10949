<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:pin="urn:xfm:pin:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts pin xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/faults.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="machine-type" stage="machine-type" abi="guest">
    <doc:title>An alias of a machine, or none, becomes a versioned machine</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with os/type/@machine as a versioned machine where it is an alias
      (q35, pc, virt, s390-ccw-virtio, pseries) or missing, so that the same document means the same machine on every
      host. Where none is named: q35 on x86 (pc where the document needs i440fx), virt on aarch64, s390-ccw-virtio,
      pseries; with it the architecture is said too. Which version: that of the pin, in a domain that has one; else
      what the alias stands for on every host; else the newest that all hosts have, of upstream's machines before Red
      Hat's (…-rhel9.2.0) before another distribution's (…-jammy), and one that a host deprecates only where there is
      no other. Hosts that share none are refused. A distribution's own alias (ubuntu-q35) becomes what it stands for
      on every host. A machine with a version, and one without versions (riscv64's virt, isapc, microvm), stays as it
      is: a message warns of one that a host deprecates or lacks.
    </doc:summary>
    <doc:param name="qemu" type="version" default="">The QEMU release whose upstream machines are meant (7.2), instead of the newest that all hosts have</doc:param>
    <doc:writes>domain/os/type/@machine</doc:writes>
    <doc:writes>domain/os/type/@arch</doc:writes>
    <doc:source>libvirt formatcaps.html: machine/@canonical, machine/@deprecated; libvirt 9.0.0 expands an alias by the host's QEMU at define</doc:source>
    <doc:source>QEMU docs/about/deprecated.rst, System emulator machines; CentOS Stream's qemu-kvm has Red Hat's machines only</doc:source>
  </doc:stylesheet>
  <xsl:param name="qemu" select="''"/>

  <xsl:variable name="xfm:prefix">
    <xsl:choose>
      <xsl:when test="$xfm:family = 'q35'">pc-q35-</xsl:when>
      <xsl:when test="$xfm:family = 'pc'">pc-i440fx-</xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat($xfm:family, '-')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:machines" select="$xfm:facts/facts:machine[@family = $xfm:family]"/>
  <xsl:variable name="xfm:pinned-machine"
      select="string(/domain/metadata/pin:pin/@machine[starts-with(., $xfm:prefix)])"/>

  <xsl:template match="domain/os/type[not(@machine) or @machine = 'q35' or @machine = 'pc' or @machine = 'virt'
      or @machine = 's390-ccw-virtio' or @machine = 'pseries']">
    <xsl:if test="/domain/metadata/pin:pin/@machine[. != $xfm:family] and $xfm:pinned-machine = ''">
      <xsl:message>
        <xsl:value-of select="concat('this guest was pinned to ', /domain/metadata/pin:pin/@machine,
            ', and the document asks for a machine of another family')"/>
      </xsl:message>
    </xsl:if>
    <xsl:variable name="machine">
      <xsl:if test="$xfm:family != '' and ($xfm:machines or $xfm:facts/@hosts &gt; 0)">
        <xsl:call-template name="xfm:choose"/>
      </xsl:if>
    </xsl:variable>
    <xsl:call-template name="xfm:warn">
      <xsl:with-param name="machine" select="string($machine)"/>
    </xsl:call-template>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$machine != ''">
        <xsl:attribute name="arch">
          <xsl:value-of select="$xfm:arch"/>
        </xsl:attribute>
        <xsl:attribute name="machine">
          <xsl:value-of select="$machine"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:choose">
    <xsl:choose>
      <xsl:when test="$xfm:pinned-machine != ''">
        <xsl:value-of select="$xfm:pinned-machine"/>
      </xsl:when>
      <!-- riscv64's virt has no versions -->
      <xsl:when test="not($xfm:machines/@rank &gt; 0) and $xfm:machines/@name = $xfm:family">
        <xsl:value-of select="$xfm:family"/>
      </xsl:when>
      <xsl:when test="$qemu != ''">
        <xsl:call-template name="xfm:asked"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:shared"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The machine of the release that was asked for: 7.2.22, as `virsh version` prints it, has the machines of 7.2. -->
  <xsl:template name="xfm:asked">
    <xsl:variable name="asked" select="concat($xfm:prefix, substring-before($qemu, '.'), '.',
        substring-before(concat(substring-after($qemu, '.'), '.'), '.'))"/>
    <xsl:choose>
      <xsl:when test="not(contains($qemu, '.'))">
        <xsl:call-template name="xfm:fail">
          <xsl:with-param name="reason" select="concat('machine-type.qemu=', $qemu, ' is no release such as 7.2')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$xfm:facts/@hosts = 0 or $xfm:machines/@name = $asked">
        <xsl:value-of select="$asked"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:fail">
          <xsl:with-param name="reason" select="concat('not every host has the machine ', $asked)"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The machine that all hosts have: what the alias means on each, else the newest. -->
  <xsl:template name="xfm:shared">
    <xsl:variable name="canonical" select="$xfm:facts/facts:alias[@name = $xfm:family]/@machine"/>
    <xsl:variable name="versioned" select="$xfm:machines[@rank &gt; 0]"/>
    <xsl:choose>
      <xsl:when test="$canonical">
        <xsl:value-of select="$canonical"/>
      </xsl:when>
      <xsl:when test="not($xfm:facts/facts:machine or $xfm:facts/facts:domain)">
        <xsl:call-template name="xfm:fail">
          <xsl:with-param name="reason" select="concat('not every host runs guests of ', $xfm:arch)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="not($versioned)">
        <xsl:call-template name="xfm:fail">
          <xsl:with-param name="reason" select="concat('the hosts share no machine of the family ', $xfm:family)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:newest">
          <xsl:with-param name="machines" select="$versioned[not(@deprecated) or not($versioned[not(@deprecated)])]"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:newest">
    <xsl:param name="machines"/>
    <xsl:for-each select="$machines">
      <xsl:sort select="string-length(substring-before('upstream rhel distribution', @kind))" data-type="number"/>
      <xsl:sort select="@rank" data-type="number" order="descending"/>
      <!-- pc-q35-jammy before its variant pc-q35-jammy-hpb, however the hosts are ordered -->
      <xsl:sort select="@name"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="@name"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- weaker than the one above: what is left has a version, or none to have -->
  <xsl:template match="domain/os/type[@machine]" priority="-1">
    <xsl:if test="$xfm:qemu">
      <xsl:call-template name="xfm:warn">
        <xsl:with-param name="machine" select="string(@machine)"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <!-- a distribution's own alias: ubuntu-q35 -->
      <xsl:for-each select="$xfm:facts/facts:alias[@name = current()/@machine and $xfm:qemu]">
        <xsl:attribute name="machine">
          <xsl:value-of select="@machine"/>
        </xsl:attribute>
      </xsl:for-each>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <!-- Tells of a machine that is deprecated, or that a host does not have. -->
  <xsl:template name="xfm:warn">
    <xsl:param name="machine"/>
    <xsl:variable name="known" select="$xfm:facts/facts:machine[@name = $machine]"/>
    <xsl:choose>
      <xsl:when test="$known/@deprecated">
        <xsl:message>
          <xsl:value-of select="concat('the machine ', $machine, ' is deprecated: a later QEMU will not have it')"/>
        </xsl:message>
      </xsl:when>
      <xsl:when test="$machine != '' and $xfm:facts/@hosts &gt; 0 and not($known)
          and not($xfm:facts/facts:alias[@name = $machine])">
        <xsl:message>
          <xsl:value-of select="concat('not every host has the machine ', $machine)"/>
        </xsl:message>
      </xsl:when>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
