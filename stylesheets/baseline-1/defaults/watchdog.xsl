<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="watchdog" stage="defaults" abi="guest" once="yes">
    <doc:title>A watchdog that does what it is told to</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver without a watchdog; gives it with the one of its machine and with the action
      that was asked for: diag288 on s390x; on q35 with libvirt 9.1.0 or later the itco that is part of the ICH9 in any
      case; else the PCI device i6300esb. Idle until an action is set: a watchdog that nobody asked for resets guests
      that nobody watches.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:param name="action" type="choice" choices="reset shutdown poweroff pause none dump inject-nmi">
      What libvirt does when the guest no longer feeds the watchdog
    </doc:param>
    <doc:writes>domain/devices/watchdog</doc:writes>
    <doc:source>libvirt formatdomain.html, watchdog devices: itco since 9.1.0, on q35; diag288 on s390x</doc:source>
    <doc:source>QEMU hw/watchdog; hw/isa/lpc_ich9.c</doc:source>
  </doc:stylesheet>
  <xsl:param name="action"/>

  <xsl:template match="domain/devices[not(watchdog)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != ''">
        <watchdog model="i6300esb" action="{$action}">
          <xsl:if test="$xfm:family = 's390-ccw-virtio'">
            <xsl:attribute name="model">diag288</xsl:attribute>
          </xsl:if>
          <xsl:if test="$xfm:family = 'q35' and $xfm:libvirt &gt;= 9001000">
            <xsl:attribute name="model">itco</xsl:attribute>
          </xsl:if>
        </watchdog>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
