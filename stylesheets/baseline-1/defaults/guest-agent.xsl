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
      Takes a domain of the QEMU driver on a machine with a virtio bus, whose operating system is known; gives it with
      the virtio channel org.qemu.guest_agent.0, unless it has one. libvirt chooses the host's socket. Windows gets it
      too: driver and agent come together.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/channel</doc:writes>
    <doc:source>
      libvirt formatdomain.html, channel; QEMU docs/interop/qemu-ga.rst; virt-install adds the same by default
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[not(channel/target/@name = 'org.qemu.guest_agent.0')]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != '' and $xfm:os-id != ''">
        <channel type="unix">
          <target type="virtio" name="org.qemu.guest_agent.0"/>
        </channel>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
