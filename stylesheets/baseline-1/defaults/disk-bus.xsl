<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="disk-bus" stage="defaults" abi="guest">
    <doc:title>Say the bus of a disk that names only its target</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with target/@bus filled in where it is missing, from the prefix of
      target/@dev as libvirt itself reads it: vd is virtio, sd is scsi, hd is ide (sata on q35, which has no IDE), fd is
      fdc. Said openly, so that later stages can see it. A disk of a pinned domain that has
      its alias is one that was here before, and stays as it is.
    </doc:summary>
    <doc:writes>domain/devices/disk/target/@bus</doc:writes>
    <doc:source>libvirt formatdomain.html, hard drives: "if omitted, the bus type is inferred from the style of the device name"</doc:source>
    <doc:source>libvirt src/qemu/qemu_domain.c: IDE controllers are unsupported on q35</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/disk/target[not(@bus)]">
    <xsl:variable name="prefix" select="substring(@dev, 1, 2)"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:qemu and not($xfm:pinned and ../alias)">
        <xsl:choose>
          <xsl:when test="../@device = 'floppy' or $prefix = 'fd'">
            <xsl:attribute name="bus">fdc</xsl:attribute>
          </xsl:when>
          <xsl:when test="$prefix = 'vd'">
            <xsl:attribute name="bus">virtio</xsl:attribute>
          </xsl:when>
          <xsl:when test="$prefix = 'sd'">
            <xsl:attribute name="bus">scsi</xsl:attribute>
          </xsl:when>
          <xsl:when test="$prefix = 'hd' and $xfm:family = 'q35'">
            <xsl:attribute name="bus">sata</xsl:attribute>
          </xsl:when>
          <xsl:when test="$prefix = 'hd'">
            <xsl:attribute name="bus">ide</xsl:attribute>
          </xsl:when>
        </xsl:choose>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
