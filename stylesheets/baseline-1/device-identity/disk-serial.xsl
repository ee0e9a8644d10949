<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:f="urn:xfm:functions:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc f xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/seed.xsl"/>
  <doc:stylesheet id="disk-serial" stage="device-identity" abi="guest">
    <doc:title>A serial for every disk that has none</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with a serial on each virtio, SCSI, SATA, IDE and USB disk that has
      none: 20 hexadecimal digits, as many as virtio and ATA show, of a hash of the domain's UUID and the disk's
      target. Without one a virtio disk shows nothing, an ATA disk a number that depends on its place, and a SCSI disk
      its alias. No two disks of a domain get the same. Left alone: CD-ROM and floppy drives, whose medium is what
      counts and has a label of its own; a LUN, which shows the serial of the host's device; a vhost-user disk, which
      its own process answers for; a shareable disk, which must show the same in each of its guests; and one of a
      pinned domain that has its alias or an address: it was here before.
    </doc:summary>
    <doc:before>aliases</doc:before>
    <doc:writes>domain/devices/disk/serial</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_validate.c, src/conf/domain_validate.c: which disks may have a serial</doc:source>
    <doc:source>QEMU include/standard-headers/linux/virtio_blk.h: VIRTIO_BLK_ID_BYTES is 20; hw/ide/core.c: 20 bytes, "QM" and a number where there is none</doc:source>
  </doc:stylesheet>

  <xsl:key name="xfm:serial" match="domain/devices/disk/serial" use="."/>

  <xsl:template match="domain/devices/disk[not(serial or shareable)]
      [not(@device) or @device = 'disk'][@type != 'vhostuser' and @type != 'vhostvdpa']">
    <!-- where no bus is named, libvirt reads it off the target -->
    <xsl:variable name="shows-serial" select="contains(' virtio scsi sata ide usb ', concat(' ', target/@bus, ' '))
        or (not(target/@bus) and contains(' vd sd hd ', concat(' ', substring(target/@dev, 1, 2), ' ')))"/>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:qemu and $shows-serial and not($xfm:pinned and (alias or address))">
        <serial>
          <xsl:call-template name="xfm:serial"/>
        </serial>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- One that no disk has: a disk that came from another target brought its own along. -->
  <xsl:template name="xfm:serial">
    <xsl:param name="try" select="0"/>
    <xsl:variable name="serial"
        select="substring(f:sha256(concat($xfm:seed, ' disk ', target/@dev, ' ', $try)), 1, 20)"/>
    <xsl:choose>
      <xsl:when test="key('xfm:serial', $serial)">
        <xsl:call-template name="xfm:serial">
          <xsl:with-param name="try" select="$try + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$serial"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
