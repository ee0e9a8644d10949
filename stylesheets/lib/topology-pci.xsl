<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl xfm">
  <xsl:import href="guest.xsl"/>
  <xsl:import href="topology.xsl"/>
  <!--
    What the stylesheets for PCI Express and for conventional PCI share: which devices sit on PCI, what is taken, what
    is wanted. The stylesheet that imports it defines

    xfm:devices   the element devices, where the stylesheet applies
    xfm:reserved  slots that are never free, as " BUS.SLOT "
    xfm:places    elements "place" (id, bus, slot; function and multifunction where they are not the device's own),
                  one for each device that gets an address, and the elements "follow" of xfm:want

    and the mode xfm:fixed, which gives the slot of the root bus that an integrated device has. The mode xfm:pci gives
    "e" for a device that goes to PCI Express where there is one, "c" for one that only fits a conventional slot, and
    nothing for one that is no PCI device.

    Sources: libvirt 9.0.0 src/qemu/qemu_domain_address.c, qemuDomainDeviceCalculatePCIConnectFlags, for the rules;
    src/qemu/qemu_domain.c and src/conf/domain_conf.c for the models that libvirt takes where none is given.
  -->
  <xsl:template match="*" mode="xfm:pci"/>

  <xsl:template match="disk[target/@bus = 'virtio' or (not(target/@bus) and starts-with(target/@dev, 'vd'))]"
      mode="xfm:pci">
    <xsl:call-template name="xfm:virtio"/>
  </xsl:template>
  <xsl:template match="rng | vsock | crypto | memballoon[not(@model = 'none' or @model = 'xen')]
      | input[@bus = 'virtio'] | input[not(@bus) and @type = 'passthrough'] | controller[@type = 'virtio-serial']
      | filesystem[not(driver/@type = 'loop' or driver/@type = 'nbd' or driver/@type = 'ploop')]" mode="xfm:pci">
    <xsl:call-template name="xfm:virtio"/>
  </xsl:template>
  <xsl:template match="memory[@model = 'virtio-pmem' or @model = 'virtio-mem']" mode="xfm:pci">e</xsl:template>

  <xsl:template match="interface" mode="xfm:pci">
    <xsl:variable name="model" select="model/@type"/>
    <xsl:choose>
      <xsl:when test="@type = 'hostdev' or @type = 'vdpa' or @type = 'vhostuser'">e</xsl:when>
      <xsl:when test="$model = 'usb-net' or $model = 'spapr-vlan'"/>
      <xsl:when test="$model = 'virtio' or $model = 'virtio-non-transitional' or $model = 'e1000e' or $model = 'igb'
          or (not($model) and $xfm:family = 'virt')">e</xsl:when>
      <xsl:otherwise>c</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="sound[@model = 'es1370' or @model = 'ac97' or @model = 'ich6' or @model = 'ich9'] | shmem
      | serial[@type != '' and target/@type = 'pci-serial'] | watchdog[not(@model) or @model = 'i6300esb']
      | panic[@model = 'pvpanic']" mode="xfm:pci">c</xsl:template>
  <xsl:template match="sound[@model = 'virtio']" mode="xfm:pci">e</xsl:template>

  <xsl:template match="video[not(model/@type = 'none' or model/@type = 'ramfb' or model/@type = 'gop')]" mode="xfm:pci">
    <xsl:choose>
      <xsl:when test="model/@type = 'virtio' or model/@type = 'bochs' or (not(model/@type)
          and $xfm:family = 'virt')">e</xsl:when>
      <xsl:otherwise>c</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A host device that cannot be asked is taken for an Express one, as libvirt does with one that is not there. -->
  <xsl:template match="hostdev[@mode = 'subsystem'][@type = 'pci' or (@type = 'mdev' and @model = 'vfio-pci')]"
      mode="xfm:pci">e</xsl:template>
  <xsl:template match="hostdev[@mode = 'subsystem'][@type = 'scsi_host']" mode="xfm:pci">
    <xsl:call-template name="xfm:virtio"/>
  </xsl:template>

  <xsl:template match="controller[@type = 'sata' or @type = 'ide']" mode="xfm:pci">c</xsl:template>
  <xsl:template match="controller[@type = 'usb'][not(@model = 'none' or @model = 'qusb1' or @model = 'qusb2')]"
      mode="xfm:pci">
    <xsl:choose>
      <xsl:when test="@model = 'qemu-xhci' or @model = 'nec-xhci' or (not(@model)
          and $xfm:arch = 'aarch64')">e</xsl:when>
      <xsl:otherwise>c</xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="controller[@type = 'scsi']" mode="xfm:pci">
    <xsl:choose>
      <xsl:when test="@model = 'virtio-scsi' or @model = 'virtio-non-transitional'">e</xsl:when>
      <xsl:when test="@model = 'ncr53c90' or @model = 'ibmvscsi' or (not(@model) and $xfm:family = 'pseries')"/>
      <xsl:otherwise>c</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Transitional virtio devices only work in conventional slots. -->
  <xsl:template name="xfm:virtio">
    <xsl:choose>
      <xsl:when test="@model = 'virtio-transitional'">c</xsl:when>
      <xsl:otherwise>e</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    The first video device, which firmware and QEMU take for the primary one, and libvirt gives a slot of its own.
  -->
  <xsl:variable name="xfm:primary-video" select="generate-id((/domain/devices/video[model/@primary = 'yes']
      | /domain/devices/video[not(../video/model/@primary = 'yes')])[1])"/>

  <!-- libvirt takes an address of zeros for none (virPCIDeviceAddressIsEmpty), and so do we. -->
  <xsl:key name="xfm:unaddressed" match="domain/devices/*[not(address[@type != 'pci'
      or translate(concat(@domain, @bus, @slot), '0xX', '') != ''])]" use="'yes'"/>

  <!-- What is there: addresses; the same as " BUS.SLOT "; PCI controllers as " INDEX=MODEL ". -->
  <xsl:variable name="xfm:there">
    <xsl:if test="$xfm:devices">
      <xsl:call-template name="xfm:occupied"/>
    </xsl:if>
  </xsl:variable>
  <xsl:variable name="xfm:at" select="exsl:node-set($xfm:there)/at"/>
  <xsl:variable name="xfm:held">
    <xsl:value-of select="$xfm:reserved"/>
    <xsl:for-each select="$xfm:at">
      <xsl:value-of select="concat(@bus, '.', @slot, ' ')"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:models">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:devices/controller[@type = 'pci']">
      <xsl:value-of select="concat(@index, '=', @model, ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <!-- What each device without an address wants: a fixed place, the slot of another one, or a place of its kind. -->
  <xsl:variable name="xfm:wants">
    <xsl:for-each select="$xfm:devices">
      <xsl:apply-templates select="key('xfm:unaddressed', 'yes')" mode="xfm:want"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:want" select="exsl:node-set($xfm:wants)/*"/>

  <!-- Existing addresses: elements "at" with bus, slot and function as numbers, and whose they are. -->
  <xsl:template name="xfm:occupied">
    <xsl:for-each select="/domain/devices/*/address[@type = 'pci'][translate(concat(@domain, @bus, @slot), '0xX',
        '') != '']">
      <at multifunction="{@multifunction}" port="{boolean(parent::controller[@type = 'pci'])}">
        <xsl:for-each select="@bus | @slot | @function">
          <xsl:attribute name="{name()}">
            <xsl:call-template name="xfm:number">
              <xsl:with-param name="text" select="."/>
            </xsl:call-template>
          </xsl:attribute>
        </xsl:for-each>
        <xsl:if test="not(@bus)">
          <xsl:attribute name="bus">0</xsl:attribute>
        </xsl:if>
        <xsl:if test="not(@slot)">
          <xsl:attribute name="slot">0</xsl:attribute>
        </xsl:if>
        <xsl:if test="not(@function)">
          <xsl:attribute name="function">0</xsl:attribute>
        </xsl:if>
      </at>
    </xsl:for-each>
  </xsl:template>

  <!-- What a device wants. A function of the chipset is where it is, whatever else is in its slot. -->
  <xsl:template match="*" mode="xfm:want">
    <xsl:variable name="class">
      <xsl:apply-templates select="." mode="xfm:pci"/>
    </xsl:variable>
    <xsl:variable name="fixed">
      <xsl:apply-templates select="." mode="xfm:fixed"/>
    </xsl:variable>
    <xsl:variable name="function">
      <xsl:apply-templates select="." mode="xfm:function"/>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$fixed != '' and ($function &gt; 0 or not(contains($xfm:held, concat(' 0.', $fixed, ' '))))">
        <place id="{generate-id()}" bus="0" slot="{$fixed}" function="{$function}"/>
      </xsl:when>
      <xsl:when test="$class != ''">
        <claim id="{generate-id()}" class="{$class}">
          <xsl:attribute name="kind">
            <xsl:apply-templates select="." mode="xfm:kind"/>
          </xsl:attribute>
        </claim>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:key name="xfm:companions" match="domain/devices/controller[@type = 'usb'][starts-with(@model, 'ich9-')]"
      use="concat('', @index)"/>
  <!--
    The ICH9 USB controllers of one index are functions of one slot, wherever that is; the first of them leads. This
    wins over what the importing stylesheet may say of controllers.
  -->
  <xsl:template match="controller[@type = 'usb'][starts-with(@model, 'ich9-')]" mode="xfm:want" priority="2">
    <xsl:variable name="group" select="key('xfm:companions', concat('', @index))"/>
    <xsl:variable name="settled" select="$group/address[@type = 'pci'][translate(concat(@bus, @slot), '0xX',
        '') != ''][1]"/>
    <xsl:choose>
      <xsl:when test="$settled">
        <place id="{generate-id()}">
          <xsl:for-each select="$settled/@bus | $settled/@slot">
            <xsl:attribute name="{name()}">
              <xsl:call-template name="xfm:number">
                <xsl:with-param name="text" select="."/>
              </xsl:call-template>
            </xsl:attribute>
          </xsl:for-each>
        </place>
      </xsl:when>
      <xsl:when test="generate-id() = generate-id($group[1])">
        <xsl:call-template name="xfm:want-leader"/>
      </xsl:when>
      <xsl:otherwise>
        <follow id="{generate-id()}" leader="{generate-id($group[1])}"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template name="xfm:want-leader">
    <claim id="{generate-id()}" class="c" kind="usb"/>
  </xsl:template>

  <xsl:template match="*" mode="xfm:fixed"/>
  <xsl:template match="*" mode="xfm:function">0</xsl:template>
  <xsl:template match="controller[@model = 'ich9-ehci1']" mode="xfm:function">7</xsl:template>
  <xsl:template match="controller[@model = 'ich9-uhci2']" mode="xfm:function">1</xsl:template>
  <xsl:template match="controller[@model = 'ich9-uhci3']" mode="xfm:function">2</xsl:template>

  <!-- The mode xfm:placed gives the devices, each that has a place with its address. -->
  <xsl:key name="xfm:place" match="place | follow" use="@id"/>
  <xsl:template match="text() | comment() | processing-instruction()" mode="xfm:placed">
    <xsl:copy/>
  </xsl:template>
  <xsl:template match="domain/devices/*" mode="xfm:placed">
    <xsl:variable name="device" select="."/>
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:variable name="address">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:variable name="place" select="key('xfm:place', $id)"/>
        <xsl:for-each select="$device[$place]">
          <xsl:call-template name="xfm:address">
            <xsl:with-param name="place" select="$place"/>
          </xsl:call-template>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="exsl:node-set($address)/*">
        <xsl:copy>
          <xsl:copy-of select="@* | node()[not(self::address)]"/>
          <xsl:copy-of select="$address"/>
        </xsl:copy>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    The address of the current device at a place; one that follows another has that one's place but for the function.
  -->
  <xsl:template name="xfm:address">
    <xsl:param name="place"/>
    <xsl:variable name="slot" select="$place[not(@leader)] | $place/../*[@id = $place/@leader]"/>
    <xsl:variable name="function">
      <xsl:value-of select="$place/@function"/>
      <xsl:if test="not($place/@function)">
        <xsl:apply-templates select="." mode="xfm:function"/>
      </xsl:if>
    </xsl:variable>
    <xsl:variable name="bus">
      <xsl:call-template name="xfm:bus">
        <xsl:with-param name="place" select="$slot"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="$slot">
      <xsl:call-template name="xfm:pci-address">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="slot" select="$slot/@slot"/>
        <xsl:with-param name="function" select="$function"/>
        <xsl:with-param name="multifunction">
          <xsl:if test="$function = 0 and ($place/@multifunction or @model = 'ich9-uhci1')">yes</xsl:if>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
  <xsl:template name="xfm:bus">
    <xsl:param name="place"/>
    <xsl:value-of select="$place/@bus"/>
  </xsl:template>

  <!-- The attributes of an address, each in libvirt's form. -->
  <xsl:template name="xfm:pci-address">
    <xsl:param name="bus" select="0"/>
    <xsl:param name="slot" select="0"/>
    <xsl:param name="function" select="0"/>
    <xsl:param name="multifunction" select="''"/>
    <address type="pci" domain="0x0000">
      <xsl:attribute name="bus">
        <xsl:text>0x</xsl:text>
        <xsl:call-template name="xfm:hex">
          <xsl:with-param name="number" select="$bus"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:attribute name="slot">
        <xsl:text>0x</xsl:text>
        <xsl:call-template name="xfm:hex">
          <xsl:with-param name="number" select="$slot"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:attribute name="function">
        <xsl:value-of select="concat('0x', $function)"/>
      </xsl:attribute>
      <xsl:copy-of select="address[@type = 'pci']/@multifunction"/>
      <xsl:if test="$multifunction = 'yes' and not(address/@multifunction)">
        <xsl:attribute name="multifunction">on</xsl:attribute>
      </xsl:if>
      <xsl:copy-of select="address[@type = 'pci']/node()"/>
    </address>
  </xsl:template>
</xsl:stylesheet>
