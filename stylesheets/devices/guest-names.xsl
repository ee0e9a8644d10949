<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <xsl:import href="pci-path.xsl"/>
  <!--
    By what Linux and Windows inside a guest tell a device from its like: <linux> and <windows> elements, none where
    they cannot. Mode xfm:guest, on the domain and on each device.

    Sources: systemd rules.d/60-persistent-storage.rules, 50-udev-default.rules, src/udev/ata_id, scsi_id, udev-builtin-
    usb_id.c, and systemd.net-naming-scheme(7); Linux drivers/block/virtio_blk.c, drivers/char/virtio_console.c; QEMU
    hw/ide/core.c, hw/scsi/scsi-disk.c (how much of a serial is shown); libvirt src/qemu/qemu_command.c (a blank in a
    serial gets a backslash); Microsoft's documentation of Get-Disk, Get-NetAdapter and Win32_ComputerSystemProduct;
    virtio-win vioserial (\\.\Global\NAME).
  -->
  <xsl:template match="*" mode="xfm:guest"/>

  <!-- The SMBIOS system UUID: on x86 always, on Arm where there is firmware that hands it on. -->
  <xsl:template match="domain" mode="xfm:guest">
    <xsl:variable name="uuid" select="translate(normalize-space(uuid), 'ABCDEF-', 'abcdef')"/>
    <xsl:if test="uuid and $xfm:qemu and ($xfm:x86 or ($xfm:family = 'virt' and (os/@firmware = 'efi' or os/loader)))">
      <xsl:variable name="text" select="concat(substring($uuid, 1, 8), '-', substring($uuid, 9, 4), '-',
          substring($uuid, 13, 4), '-', substring($uuid, 17, 4), '-', substring($uuid, 21))"/>
      <linux>
        <xsl:value-of select="$text"/>
      </linux>
      <windows>
        <xsl:value-of select="translate($text, 'abcdef', 'ABCDEF')"/>
      </windows>
    </xsl:if>
  </xsl:template>

  <xsl:template match="interface" mode="xfm:guest">
    <xsl:apply-templates select="acpi[@index]" mode="xfm:guest"/>
    <xsl:for-each select="mac">
      <linux>
        <xsl:value-of select="translate(@address, 'ABCDEF', 'abcdef')"/>
      </linux>
      <windows>
        <xsl:value-of select="translate(@address, 'abcdef:', 'ABCDEF-')"/>
      </windows>
    </xsl:for-each>
  </xsl:template>

  <!-- ACPI shows the index where it does the hotplug: not on the root bus of q35, nor where hotplug is off. -->
  <xsl:template match="interface/acpi" mode="xfm:guest">
    <xsl:variable name="bus">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="../address/@bus"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="/domain/features/acpi and $xfm:pc and not(../address
        and (($xfm:family = 'q35' and $bus = 0) or key('xfm:bus', $bus)/target/@hotplug = 'off'))">
      <linux>
        <xsl:value-of select="concat('eno', number(@index))"/>
      </linux>
    </xsl:if>
  </xsl:template>

  <xsl:template match="channel" mode="xfm:guest">
    <xsl:variable name="name">
      <xsl:value-of select="target/@name"/>
      <xsl:if test="@type = 'spicevmc' and not(target/@name)">com.redhat.spice.0</xsl:if>
    </xsl:variable>
    <xsl:if test="$xfm:qemu and target/@type = 'virtio' and $name != ''">
      <linux>
        <xsl:value-of select="concat('/dev/virtio-ports/', $name)"/>
      </linux>
      <windows>
        <xsl:value-of select="concat('\\.\Global\', $name)"/>
      </windows>
    </xsl:if>
  </xsl:template>

  <!-- What mount -t 9p and mount -t virtiofs take. Windows has no 9p; of virtiofs, its service mounts one alone. -->
  <xsl:template match="filesystem" mode="xfm:guest">
    <xsl:if test="$xfm:qemu">
      <linux>
        <xsl:value-of select="target/@dir"/>
      </linux>
    </xsl:if>
  </xsl:template>

  <!-- The ports of an x86 machine lie where they always did; where a port has no number, libvirt counts. -->
  <xsl:template match="serial[target/@port][not(target/@type) or target/@type = 'isa-serial']" mode="xfm:guest">
    <xsl:if test="$xfm:qemu and $xfm:x86">
      <linux>
        <xsl:value-of select="concat('/dev/ttyS', target/@port)"/>
      </linux>
      <windows>
        <xsl:value-of select="concat('COM', target/@port + 1)"/>
      </windows>
    </xsl:if>
  </xsl:template>

  <xsl:template match="vsock[cid/@address]" mode="xfm:guest">
    <linux>
      <xsl:value-of select="concat('CID ', cid/@address)"/>
    </linux>
  </xsl:template>

  <!-- Disks by their serial and world wide name; a LUN shows what the host's device shows, which nobody knows here. -->
  <xsl:template match="disk[not(@device = 'lun')][serial or wwn]" mode="xfm:guest">
    <xsl:variable name="bus" select="target/@bus"/>
    <xsl:variable name="serial">
      <xsl:apply-templates select="serial" mode="xfm:shown">
        <xsl:with-param name="length" select="20 * ($bus = 'virtio' or $bus = 'sata' or $bus = 'ide')"/>
      </xsl:apply-templates>
    </xsl:variable>
    <xsl:variable name="wwn" select="translate(substring(wwn, string-length(wwn) - 15), 'ABCDEF', 'abcdef')"/>
    <xsl:if test="$xfm:qemu">
      <xsl:apply-templates select="." mode="xfm:by-id">
        <!-- udev writes the backslash and the blank as underscores -->
        <xsl:with-param name="serial" select="translate($serial, '\ ', '__')"/>
        <xsl:with-param name="wwn" select="$wwn"/>
      </xsl:apply-templates>
      <xsl:if test="$serial != '' and contains(' virtio sata ide scsi usb ', concat(' ', $bus, ' '))">
        <windows>
          <xsl:value-of select="$serial"/>
        </windows>
      </xsl:if>
    </xsl:if>
  </xsl:template>

  <!-- Links in /dev/disk/by-id; scsi_id prefers a world wide name, and puts a 3, its type, in front. -->
  <xsl:template match="disk" mode="xfm:by-id">
    <xsl:param name="serial"/>
    <xsl:param name="wwn"/>
    <xsl:variable name="bus" select="target/@bus"/>
    <xsl:variable name="by-id" select="'/dev/disk/by-id/'"/>
    <xsl:variable name="cdrom" select="@device = 'cdrom'"/>
    <xsl:variable name="ata" select="concat(substring('QEMU_DVD-ROM_', 1, 13 * $cdrom),
        substring('QEMU_HARDDISK_', 1, 14 * not($cdrom)))"/>
    <xsl:variable name="scsi">
      <xsl:call-template name="xfm:inquiry">
        <xsl:with-param name="product" select="concat(substring('QEMU CD-ROM', 1, 11 * $cdrom),
            substring('QEMU HARDDISK', 1, 13 * not($cdrom)))"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="$serial != '' and $bus = 'virtio'">
      <linux><xsl:value-of select="concat($by-id, 'virtio-', $serial)"/></linux>
    </xsl:if>
    <xsl:if test="$serial != '' and ($bus = 'sata' or $bus = 'ide')">
      <linux><xsl:value-of select="concat($by-id, 'ata-', $ata, $serial)"/></linux>
    </xsl:if>
    <xsl:if test="$serial != '' and $bus = 'scsi' and $wwn = ''">
      <linux><xsl:value-of select="concat($by-id, 'scsi-0', $scsi, $serial)"/></linux>
    </xsl:if>
    <xsl:if test="$serial != '' and $bus = 'usb'">
      <linux><xsl:value-of select="concat($by-id, 'usb-', $scsi, $serial, '-0:0')"/></linux>
    </xsl:if>
    <xsl:if test="$wwn != '' and $bus = 'scsi'">
      <linux><xsl:value-of select="concat($by-id, 'scsi-3', $wwn)"/></linux>
    </xsl:if>
    <xsl:if test="$wwn != '' and ($bus = 'scsi' or $bus = 'ide')">
      <linux><xsl:value-of select="concat($by-id, 'wwn-0x', $wwn)"/></linux>
    </xsl:if>
  </xsl:template>

  <!-- Vendor and product of SCSI's INQUIRY, as udev joins them: blanks become an underscore. -->
  <xsl:template name="xfm:inquiry">
    <xsl:param name="product"/>
    <xsl:variable name="vendor" select="concat(vendor, substring('QEMU', 1, 4 * not(vendor)))"/>
    <xsl:variable name="name" select="concat(product, substring($product, 1, string-length($product) * not(product)))"/>
    <xsl:value-of select="concat(translate(normalize-space($vendor), ' ', '_'), '_',
        translate(normalize-space($name), ' ', '_'), '_')"/>
  </xsl:template>

  <!-- What of a serial the guest is shown: a backslash before each blank, and no more than length (0: all). -->
  <xsl:template match="serial" mode="xfm:shown">
    <xsl:param name="length"/>
    <xsl:variable name="escaped">
      <xsl:call-template name="xfm:escaped">
        <xsl:with-param name="text" select="string(.)"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="cut"
        select="substring($escaped, 1, $length + string-length($escaped) * not($length))"/>
    <!-- no system shows a blank at the end -->
    <xsl:value-of select="substring($cut, 1, string-length($cut)
        - (substring($cut, string-length($cut)) = ' '))"/>
  </xsl:template>

  <xsl:template name="xfm:escaped">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, ' ')">
        <xsl:value-of select="concat(substring-before($text, ' '), '\ ')"/>
        <xsl:call-template name="xfm:escaped">
          <xsl:with-param name="text" select="substring-after($text, ' ')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$text"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
