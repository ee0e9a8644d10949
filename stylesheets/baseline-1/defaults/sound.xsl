<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="sound" stage="defaults" abi="guest" once="yes">
    <doc:title>Sound for a desktop over SPICE</doc:title>
    <doc:summary>
      Takes an x86 domain of the QEMU driver with SPICE graphics, which carry sound, and without a sound device; gives
      it with one that the operating system has a driver for: ich9 on q35, ich6 on i440fx, else ac97.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/sound</doc:writes>
    <doc:source>
      libvirt formatdomain.html, sound devices; virt-install 4.1.0, virtinst/devices/sound.py: with SPICE, by machine
    </doc:source>
    <doc:source>osinfo-db, device 8086/293e (ich9), 8086/2668 (ich6), 8086/2415 (ac97)</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:intel" select="concat($xfm:pci, '8086/')"/>

  <xsl:template match="domain/devices[graphics/@type = 'spice'][not(sound)]">
    <xsl:variable name="model">
      <xsl:choose>
        <xsl:when test="$xfm:family != 'q35' and $xfm:family != 'pc'"/>
        <xsl:when test="$xfm:family = 'q35' and $xfm:drivers = concat($xfm:intel, '293e')">ich9</xsl:when>
        <xsl:when test="$xfm:drivers = concat($xfm:intel, '2668')">ich6</xsl:when>
        <xsl:when test="$xfm:drivers = concat($xfm:intel, '2415')">ac97</xsl:when>
      </xsl:choose>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$model != ''">
        <sound model="{$model}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
