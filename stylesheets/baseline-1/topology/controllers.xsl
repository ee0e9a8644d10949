<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/topology.xsl"/>
  <doc:stylesheet id="controllers" stage="topology" abi="guest">
    <doc:title>Write the controllers that libvirt would add by itself</doc:title>
    <doc:summary>
      Takes a domain of a known machine family, gives it with the controllers that libvirt adds when it is defined:
      the PCI root, the USB controller of q35, pc and pseries, the SATA controller of q35, and every controller that
      the address of a disk, a SCSI or USB device, a console or a channel names. A USB controller beyond libvirt's
      own is a qemu-xhci; qemu-xhci ones that are added have 15 ports. A further SCSI controller is of the model of
      the first one.
    </doc:summary>
    <doc:after>drive-addresses</doc:after>
    <doc:after>virtio-serial-ports</doc:after>
    <doc:after>usb-ports</doc:after>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:writes>domain/devices</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain.c, qemuDomainDefAddDefaultDevices; src/conf/domain_conf.c, virDomainDefAddImplicitControllers</doc:source>
    <doc:source>libvirt formatdomain.html, controllers; QEMU hw/usb/hcd-xhci.h: up to 15 ports</doc:source>
  </doc:stylesheet>

  <xsl:key name="xfm:controller" match="domain/devices/controller[@index]" use="concat(@type, ' ', number(@index))"/>
  <xsl:key name="xfm:drive" match="domain/devices/disk[address/@type = 'drive']" use="target/@bus"/>
  <xsl:key name="xfm:drive" match="domain/devices/hostdev[@type = 'scsi'][address/@type = 'drive']" use="'scsi'"/>

  <xsl:template match="/">
    <xsl:choose>
      <!-- libxslt bounds recursion, and no guest has so many devices -->
      <xsl:when test="$xfm:family != '' and count(/domain/devices/*) &lt; 1000">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain[not(devices)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <devices>
        <xsl:call-template name="xfm:add"/>
      </devices>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices">
    <xsl:copy>
      <xsl:copy-of select="@* | node()"/>
      <xsl:call-template name="xfm:add"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:add">
    <xsl:call-template name="xfm:add-root"/>
    <xsl:call-template name="xfm:up-to">
      <xsl:with-param name="type" select="'scsi'"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:up-to">
      <xsl:with-param name="type" select="'fdc'"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:up-to">
      <xsl:with-param name="type" select="'ide'"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:up-to">
      <xsl:with-param name="type" select="'sata'"/>
      <xsl:with-param name="least" select="($xfm:family = 'q35') - 1"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:add-usb"/>
    <xsl:call-template name="xfm:add-virtio-serial"/>
  </xsl:template>

  <!-- The root bus of the machine. -->
  <xsl:template name="xfm:add-root">
    <xsl:if test="not(key('xfm:controller', 'pci 0'))">
      <controller type="pci" index="0" model="pci-root">
        <xsl:if test="$xfm:family = 'q35' or $xfm:family = 'virt'">
          <xsl:attribute name="model">pcie-root</xsl:attribute>
        </xsl:if>
      </controller>
    </xsl:if>
  </xsl:template>

  <!-- Controllers 0 to the highest that a drive address names: libvirt leaves no gap. -->
  <xsl:template name="xfm:up-to">
    <xsl:param name="type"/>
    <xsl:param name="least" select="-1"/>
    <xsl:variable name="highest">
      <xsl:for-each select="key('xfm:drive', $type)/address">
        <xsl:sort select="concat('0', @controller)" data-type="number" order="descending"/>
        <xsl:if test="position() = 1">
          <xsl:value-of select="concat('0', @controller)"/>
        </xsl:if>
      </xsl:for-each>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$highest != ''">
        <xsl:call-template name="xfm:each">
          <xsl:with-param name="type" select="$type"/>
          <xsl:with-param name="last" select="number($highest)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:each">
          <xsl:with-param name="type" select="$type"/>
          <xsl:with-param name="last" select="$least"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:each">
    <xsl:param name="type"/>
    <xsl:param name="last"/>
    <xsl:param name="index" select="0"/>
    <!-- an index beyond all reason is libvirt's to refuse -->
    <xsl:if test="$index &lt;= $last and $index &lt; 256">
      <xsl:if test="not(key('xfm:controller', concat($type, ' ', $index)))">
        <controller type="{$type}" index="{$index}">
          <xsl:if test="$type = 'scsi'">
            <xsl:copy-of select="key('xfm:controller', 'scsi 0')/@model"/>
          </xsl:if>
          <xsl:call-template name="xfm:controller-alias">
            <xsl:with-param name="name" select="concat('ua-', $type, '-', $index)"/>
          </xsl:call-template>
        </controller>
      </xsl:if>
      <xsl:call-template name="xfm:each">
        <xsl:with-param name="type" select="$type"/>
        <xsl:with-param name="last" select="$last"/>
        <xsl:with-param name="index" select="$index + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- The USB controllers that an address names, and number 0 where the machine has one. They get no alias. -->
  <xsl:key name="xfm:usb" match="domain/devices/*/address[@type = 'usb']" use="number(@bus)"/>
  <xsl:template name="xfm:add-usb">
    <xsl:variable name="own" select="$xfm:pc or $xfm:family = 'pseries'"/>
    <xsl:variable name="has-none" select="/domain/devices/controller[@type = 'usb'][@model = 'none']"/>
    <xsl:if test="not(key('xfm:controller', 'usb 0')) and ($own or key('xfm:usb', 0)) and not($has-none)">
      <controller type="usb" index="0">
        <xsl:call-template name="xfm:usb-model"/>
      </controller>
    </xsl:if>
    <xsl:for-each select="/domain/devices[not($has-none)]/*/address[@type = 'usb'][number(@bus) &gt; 0]
        [not(key('xfm:controller', concat('usb ', number(@bus))))]
        [generate-id() = generate-id(key('xfm:usb', number(@bus))[1])]">
      <controller type="usb" index="{number(@bus)}" model="qemu-xhci" ports="15"/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="xfm:usb-model">
    <xsl:choose>
      <xsl:when test="$xfm:family = 'pc'">
        <xsl:attribute name="model">piix3-uhci</xsl:attribute>
      </xsl:when>
      <xsl:otherwise>
        <xsl:attribute name="model">qemu-xhci</xsl:attribute>
        <xsl:attribute name="ports">15</xsl:attribute>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:key name="xfm:port" match="domain/devices/*[self::channel or self::console]/address[@type = 'virtio-serial']"
      use="number(concat('0', @controller))"/>
  <xsl:template name="xfm:add-virtio-serial">
    <xsl:for-each select="/domain/devices/*[self::channel or self::console]/address[@type = 'virtio-serial']
        [not(key('xfm:controller', concat('virtio-serial ', number(concat('0', @controller)))))]
        [generate-id() = generate-id(key('xfm:port', number(concat('0', @controller)))[1])]">
      <xsl:variable name="index" select="number(concat('0', @controller))"/>
      <controller type="virtio-serial" index="{$index}">
        <xsl:call-template name="xfm:controller-alias">
          <xsl:with-param name="name" select="concat('ua-virtio-serial-', $index)"/>
        </xsl:call-template>
      </controller>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
