<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <!--
    Why a device cannot be plugged into a guest that runs, or out of it: <obstacle>in words</obstacle>, empty where
    nothing is known that stands in the way. The device is the one with the processing instruction xfm-new.

    action    attach or detach

    Source: libvirt src/qemu/qemu_hotplug.c and qemu_driver.c, qemuDomainAttachDeviceLive, qemuDomainDetachPrepDevice:
    what they refuse for any guest. What a guest's own drivers cannot do shows only when it is asked.
  -->
  <xsl:param name="action"/>
  <xsl:variable name="attach" select="$action = 'attach'"/>

  <xsl:template match="/">
    <obstacle>
      <xsl:apply-templates select="/domain/devices/*[processing-instruction('xfm-new')]"/>
    </obstacle>
  </xsl:template>

  <xsl:template match="sound | hub | panic | graphics | video | memballoon | tpm | iommu | smartcard | audio | nvram
      | parallel | emulator | crypto | pstore">
    <xsl:value-of select="concat('a device of the kind ', name())"/>
  </xsl:template>

  <xsl:template match="disk[target/@bus = 'sata' or target/@bus = 'ide' or target/@bus = 'fdc']">
    <xsl:value-of select="concat('a disk on the bus ', target/@bus)"/>
  </xsl:template>

  <xsl:template match="filesystem[not(driver/@type = 'virtiofs')]">a file system other than virtiofs</xsl:template>

  <xsl:template match="serial[target/@type = 'isa-serial' or not(target/@type)] | console">
    <xsl:value-of select="concat('a ', name(), ' port of this kind')"/>
  </xsl:template>

  <xsl:template match="controller[@type != 'scsi' and @type != 'virtio-serial']">
    <xsl:value-of select="concat('a controller of the type ', @type)"/>
  </xsl:template>

  <xsl:template match="input[@bus = 'ps2']">an input device on PS/2</xsl:template>

  <xsl:template match="*">
    <xsl:call-template name="place"/>
  </xsl:template>

  <!-- Devices of the root complex, and of several functions, stay where they are. -->
  <xsl:template name="place">
    <xsl:variable name="address" select="address[@type = 'pci']"/>
    <xsl:choose>
      <xsl:when test="not($address)"/>
      <xsl:when test="($xfm:family = 'q35' or $xfm:family = 'virt') and ($address/@bus = '0x00' or $address/@bus = '0')">
        <xsl:text>a device that is part of the root complex (bus 0)</xsl:text>
      </xsl:when>
      <xsl:when test="not($attach) and ($address/@multifunction = 'on'
          or ($address/@function != '0x0' and $address/@function != '0'))">
        <xsl:text>one function of a device that has several</xsl:text>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="text() | processing-instruction() | comment()"/>
</xsl:stylesheet>
