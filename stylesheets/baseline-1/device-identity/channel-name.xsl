<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="channel-name" stage="device-identity" abi="guest">
    <doc:title>A name for every virtio channel that has none</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with a name on the target of each virtio channel that has none: on
      one to a SPICE client or QEMU's own agent com.redhat.spice.0, by which the guest's agent looks for it; on any
      other "xfm.channel." and the lowest number from 0 on that no channel has, in the order of the document. Without
      one the guest sees a port by the number of its place alone. A channel of a pinned domain that has its alias or an
      address was here before, and stays as it is.
    </doc:summary>
    <doc:before>aliases</doc:before>
    <doc:writes>domain/devices/channel/target/@name</doc:writes>
    <doc:source>libvirt formatdomain.html, channel: spicevmc and qemu-vdagent default to com.redhat.spice.0; src/qemu/qemu_command.c: gives it to spicevmc alone</doc:source>
    <doc:source>Linux drivers/char/virtio_console.c: the name is in /sys/class/virtio-ports, which udev links in /dev/virtio-ports</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:prefix" select="'xfm.channel.'"/>
  <xsl:variable name="xfm:open" select="/domain[$xfm:qemu]/devices/channel[target[@type = 'virtio'][not(@name)]]
      [@type != 'spicevmc' and @type != 'qemu-vdagent'][not($xfm:pinned and (alias or address))]"/>

  <xsl:key name="xfm:name" match="domain/devices/channel/target" use="@name"/>
  <!-- There are never fewer numbers up to that of all channels than are taken or wanted. -->
  <xsl:variable name="xfm:free">
    <xsl:if test="$xfm:open">
      <xsl:for-each select="/domain/devices/channel">
        <xsl:if test="not(key('xfm:name', concat($xfm:prefix, position() - 1)))">
          <name number="{position() - 1}"/>
        </xsl:if>
      </xsl:for-each>
    </xsl:if>
  </xsl:variable>
  <!-- The free numbers, and the channels that want one, by their place. -->
  <xsl:variable name="xfm:places">
    <xsl:for-each select="exsl:node-set($xfm:free)/name">
      <name place="{position()}" number="{@number}"/>
    </xsl:for-each>
    <xsl:for-each select="$xfm:open">
      <channel place="{position()}" device="{generate-id()}"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:place" match="name[@place]" use="@place"/>
  <xsl:key name="xfm:device" match="channel[@device]" use="@device"/>

  <xsl:template match="domain/devices/channel/target[@type = 'virtio'][not(@name)]">
    <xsl:variable name="device" select="generate-id(..)"/>
    <xsl:variable name="number">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:value-of select="key('xfm:place', key('xfm:device', $device)/@place)/@number"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:choose>
        <xsl:when test="$number != ''">
          <xsl:attribute name="name">
            <xsl:value-of select="concat($xfm:prefix, $number)"/>
          </xsl:attribute>
        </xsl:when>
        <xsl:when test="$xfm:qemu and (../@type = 'spicevmc' or ../@type = 'qemu-vdagent')
            and not($xfm:pinned and (../alias or ../address))">
          <xsl:attribute name="name">com.redhat.spice.0</xsl:attribute>
        </xsl:when>
      </xsl:choose>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
