<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="disk-bus" stage="defaults" abi="guest">
    <doc:title>Say the bus of a disk that names only its target</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with target/@bus filled in where it is missing. A prefix of
      target/@dev that tells the bus is read as libvirt itself reads it: vd is virtio, sd is scsi, fd is fdc, hd is
      ide. Where that bus cannot be, the nearest one that can: for hd sata on q35, and on machines without either scsi
      for a CD-ROM and virtio for a disk; for sd sata where the guest is a Windows from Vista on, which has a driver
      for AHCI and none for a SCSI controller of QEMU; for a CD-ROM named vd, which virtio does not know, sata on q35,
      ide on i440fx, else scsi. Windows on Arm gets its CD-ROM on USB, because its setup brings no driver for
      virtio-scsi, but not an empty one, with which QEMU would not start. A prefix that tells nothing of QEMU's buses
      (xvd, ubd) gets virtio where the operating system has its driver or the machine knows nothing else, else sata on
      q35 and ide on i440fx. Said openly, so that later stages can see it. A disk of a pinned domain that has its
      alias, or an address, is one that was here before, and stays as it is.
    </doc:summary>
    <doc:writes>domain/devices/disk/target/@bus</doc:writes>
    <doc:source>
      libvirt formatdomain.html, hard drives: "if omitted, the bus type is inferred from the style of the device name"
    </doc:source>
    <doc:source>
      libvirt src/qemu/qemu_domain.c: IDE controllers are unsupported on q35; only i440fx has them
    </doc:source>
    <doc:source>
      osinfo-db os/microsoft.com: no SCSI controller of QEMU, AHCI from Vista on (learn.microsoft.com, Storport)
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/disk/target[not(@bus)]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:qemu and not($xfm:pinned and (../alias or ../address))">
        <xsl:variable name="bus">
          <xsl:call-template name="xfm:bus"/>
        </xsl:variable>
        <xsl:if test="$bus != ''">
          <xsl:attribute name="bus">
            <xsl:value-of select="$bus"/>
          </xsl:attribute>
        </xsl:if>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:bus">
    <xsl:variable name="prefix" select="substring(@dev, 1, 2)"/>
    <xsl:variable name="cdrom" select="../@device = 'cdrom'"/>
    <xsl:choose>
      <xsl:when test="../@device = 'floppy' or $prefix = 'fd'">fdc</xsl:when>
      <xsl:when test="$prefix = 'vd' and not($cdrom)">virtio</xsl:when>
      <xsl:when test="$prefix = 'sd' and $xfm:pc and $xfm:build &gt;= 6000">sata</xsl:when>
      <xsl:when test="$prefix = 'sd'">scsi</xsl:when>
      <xsl:when test="$xfm:family = 'pc' and ($prefix = 'hd' or $cdrom)">ide</xsl:when>
      <xsl:when test="$xfm:family = 'q35' and ($prefix = 'hd' or $cdrom)">sata</xsl:when>
      <xsl:when test="$xfm:family = 'virt' and $xfm:windows != '' and $cdrom and ../source">usb</xsl:when>
      <xsl:when test="$xfm:family != '' and $cdrom">scsi</xsl:when>
      <xsl:when test="$xfm:family != '' and (not($xfm:pc) or $xfm:virtio-block)">virtio</xsl:when>
      <xsl:when test="$xfm:family = 'q35'">sata</xsl:when>
      <xsl:when test="$xfm:family = 'pc' or $prefix = 'hd'">ide</xsl:when>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
