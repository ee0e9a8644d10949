<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:native="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n native xfm">
  <!--
    The devices of xl.cfg(5): disk, vif, pci, usbdev, usbctrl, consoles, channels, inputs, sound. Imported by
    xen-xl.xsl, which has $xfm:hvm; graphics and video are in xen-graphics.xsl.

    Sources: xl-disk-configuration(5), xl-network-configuration(5), xl-pci-configuration(5), xl.cfg(5);
    libvirt src/libxl/xen_common.c, xen_xl.c, xen_xm.c for where libvirt has each.
  -->
  <xsl:import href="xen-graphics.xsl"/>

  <!-- What xen-xm.xsl has another word for. -->
  <xsl:variable name="xfm:file-driver" select="'qemu'"/>

  <xsl:template name="xfm:devices">
    <devices>
      <xsl:for-each select="key('n:entry', 'device_model_override') | key('n:entry', 'device_model')[not(
          key('n:entry', 'device_model_override'))]">
        <emulator>
          <xsl:value-of select="@value"/>
        </emulator>
      </xsl:for-each>
      <xsl:apply-templates select="key('n:entry', 'disk')/n:item" mode="xfm:device"/>
      <xsl:apply-templates select="key('n:entry', 'usbctrl')/n:item" mode="xfm:device"/>
      <xsl:call-template name="xfm:xenbus"/>
      <xsl:apply-templates select="key('n:entry', 'vif')/n:item" mode="xfm:device"/>
      <xsl:call-template name="xfm:characters"/>
      <xsl:apply-templates select="key('n:entry', 'channel')/n:item" mode="xfm:device"/>
      <xsl:if test="$xfm:hvm">
        <xsl:apply-templates select="key('n:entry', 'usbdevice')/@value | key('n:entry', 'usbdevice')/n:item/@value"
            mode="xfm:input"/>
      </xsl:if>
      <xsl:call-template name="xfm:graphics"/>
      <xsl:if test="$xfm:hvm">
        <xsl:call-template name="xfm:sound">
          <xsl:with-param name="cards" select="key('n:entry', 'soundhw')/@value"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="xfm:video"/>
      <xsl:apply-templates select="key('n:entry', 'pci')/n:item[n:field] | key('n:entry', 'pci')[n:field]
          | key('n:entry', 'usbdev')/n:item[n:field] | key('n:entry', 'usbdev')[n:field]" mode="xfm:device"/>
    </devices>
  </xsl:template>

  <!-- A disk that a script or a protocol of QEMU's (rbd:…) provides is kept as it is. -->
  <xsl:template match="n:entry[@id = 'disk']/n:item" mode="xfm:device">
    <xsl:variable name="target" select="n:field[@name = 'target']/@value"/>
    <xsl:variable name="cdrom" select="n:field[@name = 'devtype']/@value = 'cdrom'"/>
    <xsl:variable name="access" select="translate(n:field[@name = 'access']/@value, 'RWO', 'rwo')"/>
    <xsl:variable name="block" select="n:field[@name = 'prefix']/@value = 'phy' or starts-with($target, '/dev/')
        or ($target != '' and not(starts-with($target, '/')))"/>
    <xsl:variable name="foreign">
      <xsl:call-template name="xfm:foreign"/>
    </xsl:variable>
    <xsl:if test="$foreign = ''">
      <disk type="{substring('blockfile', 1 + 5 * not($block), 5)}" device="{substring('cdromdisk', 1 + 5 *
          not($cdrom), 5)}">
        <xsl:call-template name="xfm:driver">
          <xsl:with-param name="block" select="$block"/>
        </xsl:call-template>
        <xsl:choose>
          <xsl:when test="$block">
            <source dev="{concat(substring('/dev/', 1, 5 * not(starts-with($target, '/'))), $target)}"/>
          </xsl:when>
          <xsl:when test="$target != ''">
            <source file="{$target}"/>
          </xsl:when>
        </xsl:choose>
        <xsl:apply-templates select="n:field[@name = 'backend']" mode="xfm:device"/>
        <xsl:apply-templates select="n:field[@name = 'vdev']" mode="xfm:device"/>
        <xsl:if test="$cdrom or starts-with($access, 'r') and not(contains($access, 'w'))">
          <readonly/>
        </xsl:if>
        <xsl:if test="contains($access, '!')">
          <shareable/>
        </xsl:if>
      </disk>
    </xsl:if>
  </xsl:template>

  <!-- Says "yes" of a disk that domain XML has no words for: of its source, or of its place (hda, xvdbc, sda1; d0p0 is
       none, and libvirt would make controllers without end for a long one). -->
  <xsl:template name="xfm:foreign">
    <xsl:variable name="target" select="n:field[@name = 'target']/@value"/>
    <xsl:variable name="vdev" select="translate(n:field[@name = 'vdev']/@value, '0123456789', '')"/>
    <xsl:variable name="letters" select="concat(substring-after(substring($vdev, 1, 9 * starts-with($vdev, 'xvd')),
        'xvd'),
        substring($vdev, 3 + 99 * not(starts-with($vdev, 'hd') or starts-with($vdev, 'sd'))))"/>
    <xsl:if test="n:field[@name = 'surplus' or (@name = 'script' and @value != '')]
        or contains(substring-before(concat($target, '/'), '/'), ':')
        or not($target != '' or n:field[@name = 'devtype']/@value = 'cdrom')
        or $letters = '' or string-length($letters) &gt; 2
        or translate($letters, 'abcdefghijklmnopqrstuvwxyz', '') != ''">yes</xsl:if>
  </xsl:template>

  <xsl:template name="xfm:driver">
    <xsl:param name="block"/>
    <xsl:variable name="format" select="n:field[@name = 'format'][@value != '']/@value"/>
    <xsl:variable name="backend" select="n:field[@name = 'backendtype']/@value"/>
    <xsl:variable name="prefix" select="n:field[@name = 'prefix']/@value"/>
    <xsl:variable name="type" select="substring-before(substring-after(
        ' raw=raw qcow=qcow qcow2=qcow2 vhd=vpc qed=qed ', concat(' ', $format, '=')), ' ')"/>
    <driver>
      <xsl:attribute name="name">
        <xsl:choose>
          <xsl:when test="$backend = 'phy' or $prefix = 'phy'">phy</xsl:when>
          <xsl:when test="$backend = 'tap' or starts-with($prefix, 'tap')">tap</xsl:when>
          <xsl:when test="$prefix = 'file'">
            <xsl:value-of select="$xfm:file-driver"/>
          </xsl:when>
          <xsl:otherwise>qemu</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:attribute name="type">
        <xsl:value-of select="concat($type, substring('raw', 1, 3 * ($type = '')))"/>
      </xsl:attribute>
    </driver>
  </xsl:template>

  <!-- hda and sda name emulated controllers in HVM guests; in PV guests every disk is on the Xen bus. -->
  <xsl:template match="n:field[@name = 'vdev']" mode="xfm:device">
    <target dev="{@value}">
      <xsl:attribute name="bus">
        <xsl:choose>
          <xsl:when test="$xfm:hvm and starts-with(@value, 'hd')">ide</xsl:when>
          <xsl:when test="$xfm:hvm and starts-with(@value, 'sd')">scsi</xsl:when>
          <xsl:otherwise>xen</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
    </target>
  </xsl:template>

  <xsl:template match="n:field[@name = 'backend']" mode="xfm:device">
    <xsl:if test="@value != '' and @value != '0'">
      <backenddomain name="{@value}"/>
    </xsl:if>
  </xsl:template>

  <!-- xl's scripts vif-route and vif-nat bring up an interface that is on no bridge; the default bridge is xenbr0. -->
  <xsl:template match="n:entry[@id = 'vif']/n:item" mode="xfm:device">
    <xsl:variable name="script" select="n:field[@name = 'script']/@value"/>
    <xsl:variable name="bridge" select="n:field[@name = 'bridge']/@value"/>
    <xsl:variable name="routed" select="not($bridge) and (contains($script, 'vif-route') or contains($script,
        'vif-nat'))"/>
    <xsl:variable name="switch" select="contains($script, 'openvswitch')"/>
    <interface type="{substring('ethernetbridge', 1 + 8 * not($routed), 8)}">
      <xsl:for-each select="n:field[@name = 'mac']">
        <mac address="{@value}"/>
      </xsl:for-each>
      <xsl:if test="not($routed)">
        <xsl:call-template name="xfm:bridge">
          <xsl:with-param name="bridge" select="$bridge"/>
          <xsl:with-param name="switch" select="$switch or contains($bridge, ':')"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:apply-templates select="n:field[@name = 'rate']" mode="xfm:device"/>
      <xsl:call-template name="xfm:addresses">
        <xsl:with-param name="list" select="normalize-space(n:field[@name = 'ip']/@value)"/>
      </xsl:call-template>
      <xsl:if test="$script and not($switch)">
        <script path="{$script}"/>
      </xsl:if>
      <xsl:apply-templates select="n:field[@name = 'backend']" mode="xfm:device"/>
      <xsl:for-each select="n:field[@name = 'vifname']">
        <target dev="{@value}"/>
      </xsl:for-each>
      <xsl:if test="$xfm:hvm">
        <xsl:apply-templates select="n:field[@name = 'model'] | n:field[@name = 'type'][not(../n:field[@name =
            'model'])]"
            mode="xfm:model"/>
      </xsl:if>
      <xsl:for-each select="n:field[@name = 'mtu']">
        <mtu size="{@value}"/>
      </xsl:for-each>
    </interface>
  </xsl:template>

  <!-- For Open vSwitch the bridge's name may have a VLAN behind a dot, or trunks behind colons: NAME[.VLAN][:TRUNK:…],
       whatever the script, as no other bridge has a colon in its name. A port that has both is in its VLAN alone. -->
  <xsl:template name="xfm:bridge">
    <xsl:param name="bridge"/>
    <xsl:param name="switch"/>
    <xsl:variable name="vlan" select="substring-after(substring-before(concat($bridge, ':'), ':'), '.')"/>
    <xsl:variable name="trunks" select="substring-after($bridge, ':')"/>
    <source>
      <xsl:attribute name="bridge">
        <xsl:choose>
          <xsl:when test="$switch and $bridge">
            <xsl:value-of select="substring-before(concat(translate($bridge, ':', '.'), '.'), '.')"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="concat($bridge, substring('xenbr0', 1, 6 * not($bridge)))"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
    </source>
    <xsl:choose>
      <xsl:when test="$switch and $vlan != '' and translate($vlan, '0123456789', '') = ''">
        <vlan>
          <tag id="{$vlan}"/>
        </vlan>
      </xsl:when>
      <xsl:when test="$vlan = '' and translate($trunks, ':', '') != ''
          and translate($trunks, '0123456789:', '') = ''">
        <vlan trunk="yes">
          <xsl:call-template name="xfm:tags">
            <xsl:with-param name="list" select="$trunks"/>
          </xsl:call-template>
        </vlan>
      </xsl:when>
    </xsl:choose>
    <xsl:if test="$switch">
      <virtualport type="openvswitch"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:tags">
    <xsl:param name="list"/>
    <xsl:variable name="first" select="substring-before(concat($list, ':'), ':')"/>
    <xsl:if test="$first != ''">
      <tag id="{$first}"/>
    </xsl:if>
    <xsl:if test="contains($list, ':')">
      <xsl:call-template name="xfm:tags">
        <xsl:with-param name="list" select="substring-after($list, ':')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:field[@name = 'model']" mode="xfm:model">
    <model type="{@value}"/>
  </xsl:template>
  <xsl:template match="n:field[@name = 'type']" mode="xfm:model">
    <xsl:if test="@value = 'vif' or @value = 'netfront'">
      <model type="netfront"/>
    </xsl:if>
  </xsl:template>

  <!-- What the guest sends, in KiB a second: libvirt's outbound. -->
  <xsl:template match="n:field[@name = 'rate']" mode="xfm:device">
    <xsl:variable name="rate">
      <xsl:call-template name="xfm:rate"/>
    </xsl:variable>
    <xsl:if test="number($rate) &gt;= 1">
      <bandwidth>
        <outbound average="{$rate}"/>
      </bandwidth>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:rate">
    <xsl:variable name="value" select="substring-before(concat(@value, '/'), '/')"/>
    <xsl:variable name="unit" select="translate($value, '0123456789', '')"/>
    <xsl:variable name="bytes" select="number(substring-before(substring-after(
        ' GB=1073741824 MB=1048576 KB=1024 B=1 Gb=134217728 Mb=131072 Kb=128 b=0.125 ', concat(' ', $unit, '=')),
            ' '))"/>
    <xsl:variable name="rate" select="floor(number(substring-before(concat($value, $unit), $unit)) * $bytes div 1024)"/>
    <xsl:if test="$rate &gt;= 1">
      <xsl:value-of select="format-number($rate, '0')"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:addresses">
    <xsl:param name="list"/>
    <xsl:variable name="first" select="substring-before(concat($list, ' '), ' ')"/>
    <xsl:if test="$first != ''">
      <ip address="{substring-before(concat($first, '/'), '/')}"
          family="ipv{4 + 2 * contains($first, ':')}">
        <xsl:if test="contains($first, '/')">
          <xsl:attribute name="prefix">
            <xsl:value-of select="substring-after($first, '/')"/>
          </xsl:attribute>
        </xsl:if>
      </ip>
      <xsl:call-template name="xfm:addresses">
        <xsl:with-param name="list" select="substring-after($list, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- PCI: seize=1 lets xl bind the device itself, which libvirt calls managed. -->
  <xsl:template match="n:entry[@id = 'pci']/n:item | n:entry[@id = 'pci']" mode="xfm:device">
    <xsl:variable name="domain" select="concat(n:field[@name = 'domain']/@value,
        substring('0', 1, not(n:field[@name = 'domain'])))"/>
    <xsl:variable name="permissive" select="n:field[@name = 'permissive']/@value"/>
    <hostdev mode="subsystem" type="pci"
        managed="{substring('yesno', 1 + 3 * not(number(n:field[@name = 'seize']/@value) &gt; 0), 3)}">
      <source>
        <xsl:if test="$permissive">
          <xsl:attribute name="writeFiltering">
            <xsl:value-of select="substring('noyes', 1 + 2 * not(number($permissive) &gt; 0), 2 +
                not(number($permissive) &gt; 0))"/>
          </xsl:attribute>
        </xsl:if>
        <address domain="0x{$domain}" bus="0x{n:field[@name = 'bus']/@value}" slot="0x{n:field[@name = 'slot']/@value}"
            function="0x{n:field[@name = 'function']/@value}"/>
      </source>
    </hostdev>
  </xsl:template>

  <xsl:template match="n:entry[@id = 'usbdev']/n:item | n:entry[@id = 'usbdev']" mode="xfm:device">
    <xsl:if test="n:field[@name = 'hostbus'] and n:field[@name = 'hostaddr']">
      <hostdev mode="subsystem" type="usb" managed="no">
        <source>
          <address bus="{n:field[@name = 'hostbus']/@value}" device="{n:field[@name = 'hostaddr']/@value}"/>
        </source>
      </hostdev>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:entry[@id = 'usbctrl']/n:item" mode="xfm:device">
    <controller type="usb" index="{position() - 1}" model="qusb{1 + not(n:field[@name = 'version']/@value = '1')}">
      <xsl:for-each select="n:field[@name = 'ports']">
        <xsl:attribute name="ports">
          <xsl:value-of select="@value"/>
        </xsl:attribute>
      </xsl:for-each>
    </controller>
  </xsl:template>

  <xsl:template name="xfm:xenbus">
    <xsl:variable name="grants" select="key('n:entry', 'max_grant_frames')/@value"/>
    <xsl:variable name="channels" select="key('n:entry', 'max_event_channels')/@value"/>
    <xsl:if test="$grants or $channels">
      <controller type="xenbus">
        <xsl:if test="$grants">
          <xsl:attribute name="maxGrantFrames">
            <xsl:value-of select="$grants"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:if test="$channels">
          <xsl:attribute name="maxEventChannels">
            <xsl:value-of select="$channels"/>
          </xsl:attribute>
        </xsl:if>
      </controller>
    </xsl:if>
  </xsl:template>

  <!-- A PV guest always has its console. -->
  <xsl:template name="xfm:characters">
    <xsl:if test="$xfm:hvm">
      <xsl:for-each select="key('n:entry', 'serial')[@value] | key('n:entry', 'serial')/n:item">
        <xsl:call-template name="xfm:port">
          <xsl:with-param name="kind" select="'serial'"/>
          <xsl:with-param name="port" select="count(preceding-sibling::n:item)"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:for-each select="key('n:entry', 'parallel')[@value]">
        <xsl:call-template name="xfm:port">
          <xsl:with-param name="kind" select="'parallel'"/>
          <xsl:with-param name="port" select="0"/>
        </xsl:call-template>
      </xsl:for-each>
    </xsl:if>
    <xsl:if test="not($xfm:hvm)">
      <console type="pty">
        <target type="xen" port="0"/>
      </console>
    </xsl:if>
  </xsl:template>

  <!-- QEMU's words for a backend, of those that libvirt's converter reads too. -->
  <xsl:template name="xfm:port">
    <xsl:param name="kind"/>
    <xsl:param name="port"/>
    <xsl:variable name="type">
      <xsl:apply-templates select="@value" mode="xfm:backend"/>
    </xsl:variable>
    <xsl:variable name="rest" select="substring-after(@value, ':')"/>
    <xsl:if test="$type != ''">
      <xsl:element name="{$kind}">
        <xsl:attribute name="type">
          <xsl:value-of select="$type"/>
        </xsl:attribute>
        <xsl:choose>
          <xsl:when test="$type = 'dev'">
            <source path="{@value}"/>
          </xsl:when>
          <xsl:when test="$type = 'file' or $type = 'pipe'">
            <source path="{$rest}"/>
          </xsl:when>
          <xsl:when test="$type = 'unix' or $type = 'tcp'">
            <xsl:call-template name="xfm:socket">
              <xsl:with-param name="type" select="$type"/>
              <xsl:with-param name="place" select="substring-before(concat($rest, ','), ',')"/>
            </xsl:call-template>
          </xsl:when>
        </xsl:choose>
        <target port="{$port}"/>
      </xsl:element>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:socket">
    <xsl:param name="type"/>
    <xsl:param name="place"/>
    <source mode="{substring('bindconnect', 1 + 4 * not(contains(@value, ',server')), 4 + 3 * not(contains(@value,
        ',server')))}">
      <xsl:choose>
        <xsl:when test="$type = 'unix'">
          <xsl:attribute name="path">
            <xsl:value-of select="$place"/>
          </xsl:attribute>
        </xsl:when>
        <xsl:otherwise>
          <xsl:attribute name="host">
            <xsl:value-of select="substring-before($place, ':')"/>
            <xsl:if test="starts-with($place, ':')">0.0.0.0</xsl:if>
          </xsl:attribute>
          <xsl:attribute name="service">
            <xsl:value-of select="substring-after($place, ':')"/>
          </xsl:attribute>
        </xsl:otherwise>
      </xsl:choose>
    </source>
    <xsl:if test="starts-with(@value, 'telnet')">
      <protocol type="telnet"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="@value" mode="xfm:backend">
    <xsl:choose>
      <xsl:when test=". = 'pty' or . = 'stdio' or . = 'null' or . = 'vc'">
        <xsl:value-of select="."/>
      </xsl:when>
      <xsl:when test="starts-with(., '/dev/')">dev</xsl:when>
      <xsl:when test="starts-with(., 'file:/')">file</xsl:when>
      <xsl:when test="starts-with(., 'pipe:/')">pipe</xsl:when>
      <xsl:when test="starts-with(., 'unix:/')">unix</xsl:when>
      <xsl:when test="contains(substring-after(., ':'), ':') and (starts-with(., 'tcp:') or starts-with(., 'telnet:'))"
          >tcp</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="n:entry[@id = 'channel']/n:item" mode="xfm:device">
    <xsl:variable name="unix" select="n:field[@name = 'connection']/@value = 'socket'"/>
    <xsl:if test="n:field[@name = 'name'] and ($unix or n:field[@name = 'connection']/@value = 'pty')">
      <channel type="{substring('unixpty', 1 + 4 * not($unix), 4)}">
        <xsl:if test="$unix">
          <source mode="bind" path="{n:field[@name = 'path']/@value}"/>
        </xsl:if>
        <target type="xen" name="{n:field[@name = 'name']/@value}"/>
      </channel>
    </xsl:if>
  </xsl:template>

  <xsl:template match="@value" mode="xfm:input">
    <xsl:if test=". = 'tablet' or . = 'mouse' or . = 'keyboard'">
      <input type="{.}" bus="usb"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:sound">
    <xsl:param name="cards"/>
    <xsl:variable name="model" select="substring-before(substring-after(
        ' sb16=sb16 es1370=es1370 ac97=ac97 pcspk=pcspk hda=ich6 ',
        concat(' ', substring-before(concat($cards, ','), ','), '=')), ' ')"/>
    <xsl:if test="$model != ''">
      <sound model="{$model}"/>
    </xsl:if>
    <xsl:if test="$cards != ''">
      <xsl:call-template name="xfm:sound">
        <xsl:with-param name="cards" select="substring-after($cards, ',')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'device_model_override' or @id = 'max_grant_frames'
      or @id = 'max_event_channels' or (@id = 'device_model' and not(key('n:entry', 'device_model_override')))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'disk']/n:item[n:field]">
    <xsl:variable name="foreign">
      <xsl:call-template name="xfm:foreign"/>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$foreign != ''">
        <xsl:call-template name="xfm:whole"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-imports/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'disk']/n:item/n:field[@name = 'target' or @name = 'vdev'
      or @name = 'access' or @name = 'prefix' or @name = 'backend' or @value = ''
      or (@name = 'devtype' and (@value = 'cdrom' or @value = 'disk'))
      or (@name = 'backendtype' and (@value = 'phy' or @value = 'tap' or @value = 'qdisk'))
      or (@name = 'format' and contains(' raw qcow qcow2 vhd qed ', concat(' ', @value, ' ')))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vif']/n:item[not(n:field)]
      | n:entry[@id = 'vif'][n:item][not(n:item[n:field])]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vif']/n:item/n:field[@name = 'mac'
      or @name = 'ip' or @name = 'script' or @name = 'vifname' or @name = 'backend' or @name = 'mtu'
      or (@name = 'type' and (@value = 'ioemu' or @value = 'vif' or @value = 'netfront'))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vif']/n:item/n:field[@name = 'bridge']">
    <xsl:variable name="vlan" select="substring-after(substring-before(concat(@value, ':'), ':'), '.')"/>
    <xsl:variable name="trunks" select="substring-after(@value, ':')"/>
    <xsl:variable name="switch" select="contains(../n:field[@name = 'script']/@value, 'openvswitch')
        or contains(@value, ':')"/>
    <xsl:if test="$switch and (translate($vlan, '0123456789', '') != ''
        or translate($trunks, '0123456789:', '') != '' or ($vlan != '' and $trunks != ''))">
      <xsl:call-template name="xfm:field"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vif']/n:item/n:field[@name = 'model']">
    <xsl:if test="not($xfm:hvm)">
      <xsl:call-template name="xfm:field"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vif']/n:item/n:field[@name = 'rate']">
    <xsl:variable name="rate">
      <xsl:call-template name="xfm:rate"/>
    </xsl:variable>
    <xsl:if test="$rate = '' or contains(@value, '@')">
      <xsl:call-template name="xfm:field"/>
    </xsl:if>
  </xsl:template>
  <xsl:template name="xfm:field">
    <xsl:element name="native:field">
      <xsl:copy-of select="@name | @line"/>
      <xsl:apply-templates select="@value" mode="xfm:kept"/>
    </xsl:element>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'pci']//n:field[@name = 'domain' or @name = 'bus'
      or @name = 'slot' or @name = 'function' or @name = 'permissive' or @name = 'seize']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'usbdev']//n:field[@name = 'hostbus' or @name = 'hostaddr'
      or (@name = 'type' and @value = 'hostdev')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'usbctrl']/n:item/n:field[@name = 'ports'
      or (@name = 'version' and (@value = '1' or @value = '2')) or (@name = 'type' and @value = 'qusb')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'channel']/n:item[n:field[@name = 'name']]/n:field[@name = 'name'
      or @name = 'path' or (@name = 'connection' and (@value = 'pty' or @value = 'socket'))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'serial' or @id = 'parallel']">
    <xsl:variable name="odd">
      <xsl:for-each select="@value | n:item/@value">
        <xsl:variable name="type">
          <xsl:apply-templates select="." mode="xfm:backend"/>
        </xsl:variable>
        <xsl:value-of select="substring('x', 1, $type = '' and . != 'none')"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:if test="not($xfm:hvm) or $odd != ''">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'usbdevice']">
    <xsl:variable name="odd" select="(self::* | n:item)[@value][not($xfm:hvm) or (@value != 'tablet'
        and @value != 'mouse' and @value != 'keyboard')]"/>
    <xsl:if test="$odd">
      <xsl:element name="native:entry">
        <xsl:copy-of select="@key | @line | @value"/>
        <xsl:apply-templates select="$odd/self::n:item" mode="xfm:whole"/>
      </xsl:element>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'usb'][key('n:entry', 'usbdevice')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'soundhw']">
    <xsl:if test="not($xfm:hvm) or not(contains(' sb16 es1370 ac97 pcspk hda ', concat(' ', @value, ' ')))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
