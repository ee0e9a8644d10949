<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="console" stage="defaults" abi="guest" once="yes">
    <doc:title>A console to reach the guest by</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that has neither a serial port nor a console; gives it with the one of its
      machine on a pseudo-terminal, for virsh console: the first serial port, or on s390x the SCLP console.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/serial</doc:writes>
    <doc:writes>domain/devices/console</doc:writes>
    <doc:source>
      libvirt formatdomain.html, consoles, serial, parallel and channel devices; virt-install and Nova add one by
      default
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[not(serial or console)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:choose>
        <xsl:when test="$xfm:family = 's390-ccw-virtio'">
          <console type="pty">
            <target type="sclp" port="0"/>
          </console>
        </xsl:when>
        <xsl:when test="$xfm:family != ''">
          <serial type="pty">
            <target port="0"/>
          </serial>
          <console type="pty">
            <target type="serial" port="0"/>
          </console>
        </xsl:when>
      </xsl:choose>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
