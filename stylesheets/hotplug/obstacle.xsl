<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <xsl:import href="../lib/numbers.xsl"/>
  <!--
    Why a device cannot be plugged into a guest that runs, or out of it: <obstacle>in words</obstacle>, empty where
    nothing is known that stands in the way. The device is the one with the processing instruction xfm-new.

    action    attach or detach; remove: only what also holds for the stored definition, of controllers that others need

    Source: libvirt src/qemu/qemu_hotplug.c and qemu_driver.c, qemuDomainAttachDeviceLive, qemuDomainDetachPrepDevice:
    what they refuse for any guest. What a guest's own drivers cannot do shows only when it is asked.
  -->
  <xsl:param name="action"/>
  <xsl:variable name="attach" select="$action = 'attach'"/>

  <xsl:template match="/">
    <xsl:variable name="device" select="/domain/devices/*[processing-instruction('xfm-new')]"/>
    <obstacle>
      <xsl:choose>
        <xsl:when test="not($attach) and $device[self::controller]">
          <xsl:variable name="users">
            <xsl:apply-templates select="$device" mode="users"/>
          </xsl:variable>
          <xsl:choose>
            <xsl:when test="$users != ''">a controller that other devices sit on</xsl:when>
            <xsl:when test="$device/@type = 'pci'
                and /domain/devices/controller[@type = 'pci']/@index &gt; $device/@index">
              <xsl:text>a PCI controller with others after it, and libvirt would fill the gap</xsl:text>
            </xsl:when>
            <xsl:when test="$action = 'detach'">
              <xsl:apply-templates select="$device"/>
            </xsl:when>
          </xsl:choose>
        </xsl:when>
        <xsl:when test="$action != 'remove'">
          <xsl:apply-templates select="$device"/>
        </xsl:when>
      </xsl:choose>
    </obstacle>
  </xsl:template>

  <!-- A letter for each device that sits on a controller. -->
  <xsl:template match="controller" mode="users">
    <xsl:variable name="controller" select="."/>
    <xsl:for-each select="../*/address[@type = 'pci'][$controller/@type = 'pci']">
      <xsl:variable name="bus">
        <xsl:call-template name="xfm:number">
          <xsl:with-param name="text" select="string(@bus)"/>
        </xsl:call-template>
      </xsl:variable>
      <xsl:if test="number($bus) = number($controller/@index)">x</xsl:if>
    </xsl:for-each>
    <xsl:for-each select="../disk[target/@bus = $controller/@type]/address[@type = 'drive']
        | ../hostdev[$controller/@type = 'scsi']/address[@type = 'drive']
        | ../*[$controller/@type = 'virtio-serial']/address[@type = 'virtio-serial']
        | ../*[$controller/@type = 'ccid']/address[@type = 'ccid']">
      <xsl:if test="number(concat('0', @controller)) = number($controller/@index)">x</xsl:if>
    </xsl:for-each>
    <xsl:for-each select="../*[$controller/@type = 'usb']/address[@type = 'usb']">
      <xsl:if test="number(concat('0', @bus)) = number($controller/@index)">x</xsl:if>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="sound | hub | panic | graphics | video | memballoon | tpm | iommu | smartcard | audio | nvram
      | parallel | emulator | crypto | pstore">
    <xsl:value-of select="concat('a device of the kind ', name())"/>
  </xsl:template>

  <xsl:template match="disk[target/@bus = 'sata' or target/@bus = 'ide' or target/@bus = 'fdc']">
    <xsl:value-of select="concat('a disk on the bus ', target/@bus)"/>
  </xsl:template>

  <xsl:template match="filesystem[not(driver/@type = 'virtiofs')]">a file system other than virtiofs</xsl:template>

  <!-- libvirt has QEMU open a medium of no name, and QEMU refuses. -->
  <xsl:template match="disk[not(source)][@device = 'cdrom'][target/@bus = 'scsi' or target/@bus = 'usb']">
    <xsl:choose>
      <xsl:when test="$attach">a drive without a medium</xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="place"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="serial[not(target/@type = 'usb-serial' or target/@type = 'pci-serial')]
      | console[not(target/@type = 'virtio')]">
    <xsl:value-of select="concat('a ', name(), ' port of this kind')"/>
  </xsl:template>

  <xsl:template match="memory[@model = 'virtio-mem' or @model = 'virtio-pmem' or @model = 'sgx-epc']">
    <xsl:choose>
      <xsl:when test="$attach and @model != 'sgx-epc'">
        <xsl:call-template name="place"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat('a memory device of the model ', @model)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="controller[@type != 'scsi']">
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
      <xsl:when test="(not($attach) and $address/@multifunction = 'on')
          or ($address/@function != '0x0' and $address/@function != '0')">
        <xsl:text>one function of a device that has several</xsl:text>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="text() | processing-instruction() | comment()"/>
</xsl:stylesheet>
