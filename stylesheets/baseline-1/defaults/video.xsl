<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="video" stage="defaults" abi="guest" once="yes">
    <doc:title>A video device for graphics</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that has graphics; gives it with a video device where it has none, and a video
      device without a model with one: virtio where the operating system has the driver, and on s390x and the virt
      machines, which know nothing better; vga on pseries, whose firmware drives no other; ramfb for Windows on Arm,
      which shows what the firmware's linear framebuffer has, and virtio has none. On x86 else vga, which every
      operating system drives by VGA or VESA, and UEFI by its GOP; for Windows before Vista, which does not, cirrus if
      the hosts have it. (libvirt would take cirrus for all of x86.) Any other model that the hosts do not have is left
      to libvirt.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/video</doc:writes>
    <doc:writes>domain/devices/video/model</doc:writes>
    <doc:source>
      libvirt formatdomain.html, video devices; src/qemu/qemu_domain.c, qemuDomainDefaultVideoDevice
    </doc:source>
    <doc:source>
      QEMU docs/system/qemu-manpage, -vga: std is VESA 2.0, cirrus for Windows 95 and later; Gerd Hoffmann, "VGA and
      other display devices in qemu"
    </doc:source>
    <doc:source>osinfo-db, device 1af4/1050 (virtio-gpu), 1234/1111 (vga); QEMU hw/display/ramfb.c</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:models" select="$xfm:host/facts:value[@of = 'video/modelType']"/>
  <xsl:variable name="xfm:model">
    <xsl:choose>
      <xsl:when test="$xfm:family = ''"/>
      <xsl:when test="$xfm:family = 'pseries'">vga</xsl:when>
      <xsl:when test="$xfm:family = 'virt' and $xfm:windows != ''">ramfb</xsl:when>
      <xsl:when test="$xfm:virtio-gpu or ($xfm:family != 'q35' and $xfm:family != 'pc')">virtio</xsl:when>
      <xsl:when test="$xfm:build &gt; 0 and $xfm:build &lt; 6000 and $xfm:models = 'cirrus'">cirrus</xsl:when>
      <xsl:otherwise>vga</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:known" select="$xfm:models = $xfm:model"/>

  <xsl:template match="domain/devices[graphics][not(video)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:known">
        <video>
          <model type="{$xfm:model}"/>
        </video>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/video[not(model)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:known">
        <model type="{$xfm:model}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
