<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="console" stage="defaults" abi="guest">
    <doc:title>A console to reach the guest by</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver. One without a pin that has neither a serial port nor a console gets the one
      of its machine on a pseudo-terminal, for virsh console: the first serial port, or on s390x the SCLP console. One
      whose first console is a serial one, and that has no serial port, gets the port that libvirt makes of that
      console when it is defined: the console is the same device once more, under its old name.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/serial</doc:writes>
    <doc:writes>domain/devices/console</doc:writes>
    <doc:source>
      libvirt formatdomain.html, consoles, serial, parallel and channel devices; virt-install and Nova add one by
      default
    </doc:source>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c, virDomainDefAddConsoleCompat: the first console and the first serial port are one device</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[not(serial or console)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:choose>
        <xsl:when test="$xfm:pinned"/>
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

  <xsl:template match="domain/devices[not(serial)][console[1][not(target/@type) or target/@type = 'serial']]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:for-each select="console[1][$xfm:qemu]">
        <!-- an empty console is one on a pseudo-terminal; a serial port has to say so -->
        <serial type="pty">
          <xsl:copy-of select="@type | *[not(self::target)]"/>
          <target port="0"/>
        </serial>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
