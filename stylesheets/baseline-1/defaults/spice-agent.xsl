<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="spice-agent" stage="defaults" abi="guest" once="yes">
    <doc:title>A channel for the SPICE agent</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver with SPICE graphics, whose operating system is known; gives it with the channel
      over which the guest's agent and the viewer talk about clipboard and screen size, unless it has one.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/channel</doc:writes>
    <doc:source>
      libvirt formatdomain.html, channel, spicevmc; virt-install 4.1.0, virtinst/guest.py: added with SPICE graphics
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[graphics/@type = 'spice']
      [not(channel[@type = 'spicevmc' or @type = 'qemu-vdagent'])]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != '' and $xfm:os-id != ''">
        <channel type="spicevmc">
          <target type="virtio" name="com.redhat.spice.0"/>
        </channel>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
