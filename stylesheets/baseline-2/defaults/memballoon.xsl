<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/upgrade.xsl"/>
  <xsl:import href="../../baseline-1/defaults/memballoon.xsl"/>
  <doc:stylesheet id="memballoon" stage="defaults" abi="guest" once="yes">
    <doc:title>The balloon, said openly, and memory back before processes die</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives it with a balloon as baseline 1 does: where the author said nothing of
      one, the virtio one that libvirt would add on this machine, with statistics every so many seconds, and with free
      page reporting where the operating system is known to have the driver and no huge or locked pages make it
      pointless. New: a virtio balloon of which the author did not say otherwise gets autodeflate='on', so that a guest
      that runs short takes memory back from the balloon and kills no process. A guest that is moved up from baseline 1
      gets that on the balloon that it has, and no other balloon.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:param name="period" type="integer" minimum="0" maximum="3600" default="10" unit="seconds">
      How often the guest is asked for statistics of its memory; 0: never
    </doc:param>
    <doc:writes>domain/devices/memballoon</doc:writes>
    <doc:writes>domain/devices/memballoon/@autodeflate</doc:writes>
    <doc:source>
      libvirt formatdomain.html, memory balloon device: autodeflate since 1.3.1; src/qemu/qemu_domain.c: where a balloon
      is added
    </doc:source>
    <doc:source>
      QEMU hw/virtio/virtio-balloon.c, deflate-on-oom, since 2.1; OASIS virtio 1.1, 5.5.3, VIRTIO_BALLOON_F_DEFLATE_ON_OOM
    </doc:source>
    <doc:source>
      Nova asks for statistics every 10 seconds, KubeVirt sets freePageReporting; QEMU 5.1 and Linux 5.7 know it,
      libvirt 6.9
    </doc:source>
  </doc:stylesheet>
  <xsl:param name="period" select="10"/>
  <xsl:variable name="xfm:deflates" select="$xfm:family != '' and $xfm:libvirt &gt;= 1003001
      and $xfm:qemu-release &gt;= 2001"/>

  <!-- A guest of baseline 1 or later that has no balloon has had it taken away. -->
  <xsl:template match="domain/devices[not(memballoon)]">
    <xsl:choose>
      <xsl:when test="$xfm:from &gt;= 1">
        <xsl:copy-of select="."/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="filled">
          <xsl:apply-imports/>
        </xsl:variable>
        <xsl:for-each select="exsl:node-set($filled)/devices">
          <xsl:copy>
            <xsl:copy-of select="@* | node()[not(self::memballoon)]"/>
            <xsl:apply-templates select="memballoon" mode="xfm:deflating"/>
          </xsl:copy>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/memballoon[starts-with(@model, 'virtio')][not(@autodeflate)]">
    <xsl:apply-templates select="." mode="xfm:deflating"/>
  </xsl:template>

  <xsl:template match="memballoon" mode="xfm:deflating">
    <xsl:copy>
      <xsl:if test="$xfm:deflates and not($xfm:from &gt;= 2)">
        <xsl:attribute name="autodeflate">on</xsl:attribute>
      </xsl:if>
      <xsl:copy-of select="@* | node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
