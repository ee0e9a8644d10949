<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    Disks, controllers, file systems.
  -->
  <!--
    Disks. A cache that writes through shows in the guest as a disk without a write cache (QEMU docs,
    qemu-block-drivers). A SCSI disk without a serial number shows its id in QEMU, drive- and its alias, in page 83 of
    its vital product data; without an alias of its own that is made of its address. A cdrom is read-only. The bus
    follows from the target's prefix where it is not said (virDomainDiskDefParseXML).
  -->
  <xsl:template match="disk" mode="xfm:bus">
    <xsl:variable name="prefix" select="substring(target/@dev, 1, 2)"/>
    <xsl:choose>
      <xsl:when test="target/@bus">
        <xsl:value-of select="target/@bus"/>
      </xsl:when>
      <xsl:when test="@device = 'floppy' or $prefix = 'fd'">fdc</xsl:when>
      <xsl:when test="$prefix = 'hd'">ide</xsl:when>
      <xsl:when test="$prefix = 'sd'">scsi</xsl:when>
      <xsl:when test="$prefix = 'vd'">virtio</xsl:when>
      <xsl:when test="$prefix = 'xv'">xen</xsl:when>
      <xsl:when test="$prefix = 'ub'">uml</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="disk" mode="xfm:kind">
    <xsl:variable name="bus">
      <xsl:apply-templates select="." mode="xfm:bus"/>
    </xsl:variable>
    <fact name="device">
      <xsl:value-of select="concat(@device, substring('disk', 1, 4 * not(@device)))"/>
    </fact>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'bus'"/>
      <xsl:with-param name="value" select="$bus"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'wwn'"/>
      <xsl:with-param name="value" select="translate(wwn, 'ABCDEF', 'abcdef')"/>
    </xsl:call-template>
    <xsl:apply-templates mode="xfm:fact" select="@model | @sgio | target/@dev | target/@removable | target/@rotation_rate
        | serial | vendor | product | geometry/@* | blockio/@*
        | driver/@queues | driver/@queue_size | driver/@event_idx"/>
    <xsl:if test="readonly or @device = 'cdrom'">
      <fact name="readonly">yes</fact>
    </xsl:if>
    <xsl:if test="driver/@cache = 'writethrough' or driver/@cache = 'directsync'">
      <fact name="write-cache">off</fact>
    </xsl:if>
    <xsl:if test="$bus = 'scsi' and not(serial) and not(@device = 'lun') and starts-with(alias/@name, 'ua-')">
      <fact name="id">
        <xsl:value-of select="concat('drive-', alias/@name)"/>
      </fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="disk" mode="xfm:label">
    <xsl:value-of select="target/@dev"/>
  </xsl:template>

  <!--
    Controllers. Where nothing is said, a USB controller of a PC is a piix3-uhci, and ports and bridges have the numbers
    that follow from index and address (qemuDomainControllerDefPostParse; qemuDomainAssignPCIAddresses).
  -->
  <xsl:template match="controller" mode="xfm:kind">
    <xsl:if test="@type = 'usb' and not(@model) and $xfm:x86 and $xfm:qemu">
      <fact name="model">piix3-uhci</fact>
    </xsl:if>
    <xsl:apply-templates select="self::*[@type = 'pci']" mode="xfm:bridge"/>
    <xsl:apply-templates mode="xfm:fact" select="@type | @index | @model | @ports | @vectors | @maxGrantFrames | @maxEventChannels
        | driver/@queues | driver/@cmd_per_lun | driver/@max_sectors | model/@name | target/@*[name() != 'memReserve' and name() != 'hotplug'] | master/@startport"/>
    <xsl:for-each select="pcihole64">
      <fact name="pcihole64">
        <xsl:call-template name="xfm:kib"/>
      </fact>
    </xsl:for-each>
    <xsl:for-each select="target/node | target/@hotplug">
      <fact name="{name()}">
        <xsl:value-of select="."/>
      </fact>
    </xsl:for-each>
  </xsl:template>
  <xsl:template match="controller" mode="xfm:bridge">
    <xsl:if test="not(model) and (@model = 'pcie-root-port' or @model = 'pci-bridge' or @model = 'pcie-to-pci-bridge')">
      <fact name="model.name">
        <xsl:value-of select="concat(@model[. != 'pcie-to-pci-bridge'], substring('pcie-pci-bridge', 1, 15 * (@model = 'pcie-to-pci-bridge')))"/>
      </fact>
    </xsl:if>
    <xsl:if test="@model = 'pci-bridge' and @index and not(target/@chassisNr)">
      <fact name="target.chassisNr">
        <xsl:value-of select="number(@index)"/>
      </fact>
    </xsl:if>
    <xsl:if test="@model = 'pcie-root-port' and @index and not(target/@chassis)">
      <fact name="target.chassis">
        <xsl:value-of select="number(@index)"/>
      </fact>
    </xsl:if>
    <xsl:if test="@model = 'pcie-root-port' and address/@slot and not(target/@port)">
      <xsl:variable name="slot">
        <xsl:call-template name="xfm:number">
          <xsl:with-param name="text" select="address/@slot"/>
        </xsl:call-template>
      </xsl:variable>
      <xsl:variable name="function">
        <xsl:call-template name="xfm:number">
          <xsl:with-param name="text" select="address/@function"/>
        </xsl:call-template>
      </xsl:variable>
      <fact name="target.port">
        <xsl:value-of select="8 * $slot + $function"/>
      </fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="controller/target/@chassis | controller/target/@chassisNr | controller/target/@port
      | controller/target/@index | controller/target/@busNr" mode="xfm:fact">
    <fact name="target.{name()}">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="."/>
      </xsl:call-template>
    </fact>
  </xsl:template>

  <xsl:template match="controller" mode="xfm:open">
    <xsl:if test="not(@index)"> index</xsl:if>
    <xsl:if test="not(@model) and (@type = 'scsi' or @type = 'usb')"> model</xsl:if>
    <xsl:if test="@type = 'pci' and not(@model = 'pcie-root' or @model = 'pci-root')">
      <xsl:if test="not(model)"> model.name</xsl:if>
      <xsl:text> target.*</xsl:text>
    </xsl:if>
    <xsl:if test="@model = 'pci-root' and $xfm:family = 'pseries'"> model.name target.*</xsl:if>
    <xsl:if test="starts-with(@model, 'ich9-uhci')"> master.startport</xsl:if>
  </xsl:template>

  <xsl:template match="controller" mode="xfm:label">
    <xsl:value-of select="concat(@type, ' ', @index)"/>
    <!-- one controller of four functions, which share its index -->
    <xsl:if test="starts-with(@model, 'ich9-')">
      <xsl:value-of select="concat(' ', @model)"/>
    </xsl:if>
  </xsl:template>

  <!-- File systems: with virtiofs the guest's driver is another one. Quotas show as the size of the file system. -->
  <xsl:template match="filesystem" mode="xfm:kind">
    <fact name="driver">
      <xsl:choose>
        <xsl:when test="driver/@type = 'virtiofs'">virtiofs</xsl:when>
        <xsl:otherwise>9p</xsl:otherwise>
      </xsl:choose>
    </fact>
    <xsl:apply-templates mode="xfm:fact" select="@model | target/@dir | readonly | driver/@queue
        | binary/@xattr | binary/lock/@* | idmap/*/@*"/>
    <fact name="accessmode">
      <xsl:value-of select="concat(@accessmode, substring('passthrough', 1, 11 * not(@accessmode)))"/>
    </fact>
    <xsl:apply-templates select="@multidevs[. != 'default']" mode="xfm:fact"/>
    <xsl:if test="@type = 'ram'">
      <fact name="size">
        <xsl:for-each select="source">
          <xsl:apply-templates select="@usage" mode="xfm:kib"/>
        </xsl:for-each>
      </fact>
    </xsl:if>
    <xsl:for-each select="@fmode | @dmode">
      <fact name="{name()}">
        <xsl:value-of select="format-number(., '0')"/>
      </fact>
    </xsl:for-each>
    <xsl:for-each select="space_hard_limit | space_soft_limit">
      <fact name="{name()}">
        <xsl:call-template name="xfm:kib">
          <xsl:with-param name="default" select="'bytes'"/>
        </xsl:call-template>
      </fact>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="filesystem" mode="xfm:label">
    <xsl:value-of select="target/@dir"/>
  </xsl:template>
</xsl:stylesheet>
