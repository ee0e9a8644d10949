<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="devices" stage="defaults" abi="guest" once="yes">
    <doc:title>A place for devices</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that has no devices element, gives it with an empty one, so that each rule that
      adds a device has one place to put it.
    </doc:summary>
    <doc:writes>domain/devices</doc:writes>
    <doc:source>
      libvirt formatdomain.html, devices: libvirt itself never prints a domain without the element
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain[not(devices)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:qemu">
        <devices/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
