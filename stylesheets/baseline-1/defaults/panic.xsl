<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="panic" stage="defaults" abi="guest">
    <doc:title>Linux tells the host when it panics</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver without a pin whose operating system is a Linux; gives it with a panic device,
      unless it has one, so that libvirt learns of a crash and does what on_crash says: on x86 the isa model; on
      aarch64 the PCI model pvpanic, if libvirt is 9.1.0 or later. On pseries and s390x every domain gets the one of
      its machine, which libvirt adds when it is defined.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/panic</doc:writes>
    <doc:source>
      libvirt formatdomain.html, panic device: pvpanic since 9.1.0; QEMU docs/specs/pvpanic.rst; Linux
      drivers/misc/pvpanic
    </doc:source>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain.c, qemuDomainDefAddDefaultDevices: pseries and s390 have one always</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:model">
    <xsl:choose>
      <xsl:when test="$xfm:family = 'pseries'">pseries</xsl:when>
      <xsl:when test="$xfm:family = 's390-ccw-virtio'">s390</xsl:when>
      <xsl:when test="not($xfm:linux) or $xfm:pinned"/>
      <xsl:when test="$xfm:pc">isa</xsl:when>
      <xsl:when test="$xfm:family = 'virt' and $xfm:arch = 'aarch64' and $xfm:libvirt &gt;= 9001000">pvpanic</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <xsl:template match="domain/devices[not(panic)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:choose>
        <xsl:when test="$xfm:model != ''">
          <panic model="{$xfm:model}"/>
        </xsl:when>
        <xsl:when test="$xfm:linux and $xfm:arch = 'aarch64' and not($xfm:pinned)">
          <xsl:call-template name="xfm:left-out">
            <xsl:with-param name="what" select="'panic'"/>
            <xsl:with-param name="why" select="'libvirt knows a model for aarch64 since 9.1.0'"/>
          </xsl:call-template>
        </xsl:when>
      </xsl:choose>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
