<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="guest-agent" stage="defaults" abi="guest" once="yes">
    <doc:title>A channel for the QEMU guest agent</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver on a machine with a virtio bus, whose metadata names its operating system; gives
      it with the virtio channel org.qemu.guest_agent.0, unless it has one. libvirt chooses the host's socket.
    </doc:summary>
    <doc:writes>domain/devices/channel</doc:writes>
    <doc:writes>domain/devices</doc:writes>
    <doc:source>libvirt formatdomain.html, channel; QEMU docs/interop/qemu-ga.rst; virt-install adds the same by default</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:wanted" select="$xfm:family != '' and $xfm:os-id != ''"/>

  <xsl:template match="domain/devices[not(channel/target/@name = 'org.qemu.guest_agent.0')]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:guest-agent"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain[not(devices)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <devices>
          <xsl:call-template name="xfm:guest-agent"/>
        </devices>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:guest-agent">
    <xsl:if test="$xfm:wanted">
      <channel type="unix">
        <target type="virtio" name="org.qemu.guest_agent.0"/>
      </channel>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
