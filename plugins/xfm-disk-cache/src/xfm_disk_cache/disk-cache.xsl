<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="xfm:lib/identity.xsl"/>
  <xsl:import href="xfm:lib/guest.xsl"/>
  <doc:stylesheet id="disk-cache" stage="defaults" abi="host">
    <doc:title>Keep a block device's virtio disk out of the host's page cache</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives each virtio disk that is backed by a host's block device, and of whose
      cache mode and I/O mode the author said nothing, the cache mode none and the I/O mode of the parameter. The guest
      cannot notice: QEMU's default mode, writeback, and none both show it a disk with its write cache on, and how the
      host reads and writes is the host's affair. Not touched, because a guest would notice: cache modes that switch the
      write cache off (writethrough, directsync), and discard.
    </doc:summary>
    <doc:param name="io" type="choice" choices="native threads io_uring" default="native">How QEMU reads and writes the block device; io_uring needs libvirt 6.3 and QEMU 5.0</doc:param>
    <doc:writes>domain/devices/disk/driver</doc:writes>
    <doc:source>QEMU qemu-system-x86_64(1), -drive cache: none is cache.writeback=on,cache.direct=on; writeback is cache.writeback=on,cache.direct=off</doc:source>
    <doc:source>QEMU hw/block/virtio-blk.c: the guest's write-cache bit follows cache.writeback alone</doc:source>
    <doc:source>libvirt formatdomain.html, hard drives, driver: cache, io; libvirt takes io=native only with cache none or directsync</doc:source>
  </doc:stylesheet>
  <xsl:param name="io" select="'native'"/>

  <xsl:template match="domain/devices/disk[@type = 'block'][target/@bus = 'virtio'][not(driver)]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:qemu">
        <driver cache="none" io="{$io}"/>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/disk[@type = 'block'][target/@bus = 'virtio']/driver[not(@cache) and not(@io)]">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:if test="$xfm:qemu">
        <xsl:attribute name="cache">none</xsl:attribute>
        <xsl:attribute name="io">
          <xsl:value-of select="$io"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
