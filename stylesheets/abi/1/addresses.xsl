<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
      mode xfm:place       of an address: the place of a device in its guest, one line: "pci 0000:03:00.0", "drive
                           0:0:0:1", "usb 0:1.2". Nothing where a part is open that libvirt fills in; parts that default
                           to 0 are 0.
      mode xfm:homeless    of a device: "yes" where it has no place, and QEMU's driver will give it one

    Source: libvirt formatdomain.html, device addresses; src/conf/device_conf.c, virDomainDeviceInfoParse and the
    parsers of each type; src/qemu/qemu_domain_address.c: which devices get one.
  -->
  <xsl:template match="*" mode="xfm:homeless">
    <xsl:variable name="place">
      <xsl:apply-templates select="address" mode="xfm:place"/>
    </xsl:variable>
    <xsl:if test="$xfm:qemu and $place = ''">
      <xsl:apply-templates select="." mode="xfm:placed"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="*" mode="xfm:placed"/>
  <xsl:template match="disk | filesystem | interface | smartcard | redirdev | hub | rng | shmem | vsock | crypto | nvram
      | controller[not(@type = 'fdc' or @type = 'xenbus' or @type = 'isa' or @model = 'none' or @model = 'pcie-root'
          or @model = 'pci-root')]
      | channel[target/@type = 'virtio' or @type = 'spicevmc']
      | serial[target/@type = 'pci-serial' or target/@type = 'usb-serial' or target/@type = 'spapr-vio-serial']
      | input[not(@bus = 'ps2' or @bus = 'xen' or @bus = 'none' or @type = 'evdev')]
      | tpm[@model = 'tpm-spapr' or @model = 'spapr-tpm-proxy']
      | sound[not(@model = 'sb16' or @model = 'pcspk')]
      | video[not(model/@type = 'none' or model/@type = 'ramfb' or model/@type = 'gop')]
      | hostdev[not(@mode = 'capabilities' or @model = 'vfio-ap')]
      | watchdog[not(@model = 'ib700' or @model = 'itco' or @model = 'diag288')]
      | memballoon[not(@model = 'none')] | panic[@model = 'pvpanic']
      | memory[not(@model = 'sgx-epc')] | iommu[@model = 'virtio']" mode="xfm:placed">yes</xsl:template>
  <xsl:template match="serial[not(target/@type) or target/@type = 'isa-serial']" mode="xfm:placed">
    <xsl:if test="$xfm:family = 'pseries'">yes</xsl:if>
  </xsl:template>

  <xsl:template match="address" mode="xfm:place"/>

  <!-- all zero is no address for libvirt (virPCIDeviceAddressIsEmpty) -->
  <xsl:template match="address[@type = 'pci'][@slot or @bus]" mode="xfm:place">
    <xsl:variable name="place">
      <xsl:call-template name="xfm:pci"/>
    </xsl:variable>
    <xsl:if test="not(starts-with($place, '0000:00:00.'))">
      <xsl:value-of select="concat('pci ', $place)"/>
    </xsl:if>
  </xsl:template>
  <xsl:template name="xfm:pci">
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@domain"/>
      <xsl:with-param name="digits" select="4"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@bus"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@slot"/>
    </xsl:call-template>
    <xsl:text>.</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@function"/>
      <xsl:with-param name="digits" select="1"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'drive']" mode="xfm:place">
    <xsl:text>drive </xsl:text>
    <xsl:call-template name="xfm:numbers">
      <xsl:with-param name="a" select="@controller"/>
      <xsl:with-param name="b" select="@bus"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:numbers">
      <xsl:with-param name="a" select="@target"/>
      <xsl:with-param name="b" select="@unit"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'usb'][@port]" mode="xfm:place">
    <xsl:value-of select="concat('usb ', number(concat('0', @bus)), ':', @port)"/>
  </xsl:template>

  <xsl:template match="address[@type = 'virtio-serial'][@port]" mode="xfm:place">
    <xsl:value-of select="concat('virtio-serial ', number(concat('0', @controller)), ':')"/>
    <xsl:call-template name="xfm:numbers">
      <xsl:with-param name="a" select="@bus"/>
      <xsl:with-param name="b" select="@port"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'ccid'][@slot]" mode="xfm:place">
    <xsl:text>ccid </xsl:text>
    <xsl:call-template name="xfm:numbers">
      <xsl:with-param name="a" select="@controller"/>
      <xsl:with-param name="b" select="@slot"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'ccw'][@devno]" mode="xfm:place">
    <xsl:text>ccw </xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@cssid"/>
    </xsl:call-template>
    <xsl:text>.</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@ssid"/>
      <xsl:with-param name="digits" select="1"/>
    </xsl:call-template>
    <xsl:text>.</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@devno"/>
      <xsl:with-param name="digits" select="4"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'spapr-vio'][@reg]" mode="xfm:place">
    <xsl:text>spapr-vio </xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@reg"/>
      <xsl:with-param name="digits" select="8"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'isa'][@iobase or @irq]" mode="xfm:place">
    <xsl:text>isa </xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@iobase"/>
      <xsl:with-param name="digits" select="4"/>
    </xsl:call-template>
    <xsl:text> </xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@irq"/>
    </xsl:call-template>
  </xsl:template>

  <!-- where in memory a module is, base, is QEMU's choice unless it is said -->
  <xsl:template match="address[@type = 'dimm'][@slot]" mode="xfm:place">
    <xsl:value-of select="concat('dimm ', number(concat('0', @slot)))"/>
  </xsl:template>

  <xsl:template match="address[@type = 'virtio-mmio' or @type = 'unassigned']" mode="xfm:place">
    <xsl:value-of select="@type"/>
  </xsl:template>

  <xsl:template name="xfm:numbers">
    <xsl:param name="a"/>
    <xsl:param name="b"/>
    <xsl:call-template name="xfm:number">
      <xsl:with-param name="text" select="$a"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:number">
      <xsl:with-param name="text" select="$b"/>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
