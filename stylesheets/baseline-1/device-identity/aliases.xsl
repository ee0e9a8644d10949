<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/aliases.xsl"/>
  <doc:stylesheet id="aliases" stage="device-identity" abi="host">
    <doc:title>A ua- alias for every device that can keep one</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with an alias on each device that has none that libvirt would keep:
      "ua-", the kind, and what identifies the device (the target of a disk, the MAC of an interface, type and index of
      a controller, the name of a channel, ...); where nothing does, or it is taken, a number above all that are in
      use. An alias once given stays, whatever other devices come and go. Left alone, because a guest or libvirt's ABI
      check would notice: SCSI disks without a serial (their VPD page shows the alias), memory and shmem devices (it
      names the RAM block), root buses, USB controllers, PS/2 inputs (implicit ones are dropped from the check only
      without an alias), consoles that mirror a serial port, whose alias they share, and a parallel port of the host's,
      which libvirt knows by an alias that begins with "parallel" and else opens as a serial line. No alias at all is given where
      the domain's own QEMU arguments, or an override, may speak of a device by the id that libvirt gave it: the alias
      becomes that id.
    </doc:summary>
    <doc:writes>domain/devices/*/alias</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c: user aliases begin with "ua-" and hold letters, digits, "_" and "-"; any other is dropped without a word</doc:source>
    <doc:source>libvirt domaincommon.rng, define alias: which devices may have one</doc:source>
    <doc:source>libvirt src/qemu/qemu_command.c: the alias of a device is its id on QEMU's command line; qemuBuildChardevStr</doc:source>
    <doc:source>QEMU hw/scsi/scsi-disk.c: the device id of a disk without serial; libvirt src/qemu/qemu_domain.c, migratable definitions</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:kept" select="'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'"/>

  <!-- The number that a device gets where it needs one: it goes on after the highest that its kind has. -->
  <xsl:variable name="xfm:numbers">
    <xsl:for-each select="/domain/devices[$xfm:aliased]">
      <xsl:call-template name="xfm:number-kinds"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:number" match="number" use="@device"/>

  <!-- Aliases that libvirt keeps, by name; the numbers in use are read off them. -->
  <xsl:key name="xfm:alias" match="domain/devices/*/alias[starts-with(@name, 'ua-')]" use="@name"/>

  <!-- The alias that a device would like, by what identifies it. -->
  <xsl:key name="xfm:wish" match="domain/devices/disk" use="concat('ua-disk-', target/@dev)"/>
  <xsl:key name="xfm:wish" match="domain/devices/interface[mac]"
      use="concat('ua-net-', translate(mac/@address, 'ABCDEF:', 'abcdef'))"/>
  <xsl:key name="xfm:wish" match="domain/devices/controller[@index]" use="concat('ua-', @type, '-', @index)"/>
  <xsl:key name="xfm:wish" match="domain/devices/filesystem"
      use="concat('ua-fs-', substring(translate(target/@dir, '/. :', '----'), 1, 40))"/>
  <xsl:key name="xfm:wish" match="domain/devices/channel[target/@name]"
      use="concat('ua-channel-', substring(translate(target/@name, '/. :', '----'), 1, 40))"/>
  <xsl:key name="xfm:wish" match="domain/devices/*[self::serial or self::parallel][target/@port]"
      use="concat('ua-', name(), '-', target/@port)"/>
  <xsl:key name="xfm:wish" match="domain/devices/*[self::memballoon or self::vsock or self::tpm or self::iommu]"
      use="concat('ua-', name())"/>

  <!-- What may have an alias, by name; the templates below take out what must not. -->
  <xsl:template match="domain/devices/disk | domain/devices/interface | domain/devices/controller
      | domain/devices/filesystem | domain/devices/channel | domain/devices/serial | domain/devices/parallel
      | domain/devices/console | domain/devices/input | domain/devices/sound | domain/devices/video
      | domain/devices/hostdev | domain/devices/redirdev | domain/devices/hub | domain/devices/watchdog
      | domain/devices/memballoon | domain/devices/rng | domain/devices/panic
      | domain/devices/vsock | domain/devices/tpm | domain/devices/iommu">
    <xsl:variable name="noticed">
      <xsl:apply-templates select="." mode="xfm:noticed"/>
    </xsl:variable>
    <xsl:variable name="kept" select="starts-with(alias/@name, 'ua-') and translate(alias/@name, $xfm:kept, '') = ''"/>
    <xsl:choose>
      <xsl:when test="$kept or $noticed != '' or not($xfm:aliased)">
        <xsl:copy-of select="."/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy>
          <xsl:copy-of select="@*"/>
          <xsl:copy-of select="node()[not(self::alias)]"/>
          <alias>
            <xsl:attribute name="name">
              <xsl:call-template name="xfm:alias"/>
            </xsl:attribute>
          </alias>
        </xsl:copy>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Says "yes" of a device whose alias somebody would notice. -->
  <xsl:template match="*" mode="xfm:noticed"/>
  <xsl:template match="disk[not(serial)][target/@bus = 'scsi' or (not(target/@bus) and starts-with(target/@dev, 'sd'))]"
      mode="xfm:noticed">yes</xsl:template>
  <xsl:template match="controller[@type = 'usb' or @model = 'pci-root' or @model = 'pcie-root' or @model = 'none']"
      mode="xfm:noticed">yes</xsl:template>
  <xsl:template match="input[@bus = 'ps2' or not(@bus)]" mode="xfm:noticed">yes</xsl:template>
  <xsl:template match="console[not(target/@type) or target/@type = 'serial']" mode="xfm:noticed">yes</xsl:template>
  <xsl:template match="memballoon[@model = 'none']" mode="xfm:noticed">yes</xsl:template>
  <xsl:template match="parallel[@type = 'dev']" mode="xfm:noticed">yes</xsl:template>

  <!-- The wish, if it is the device's alone; else a number. -->
  <xsl:template name="xfm:alias">
    <xsl:variable name="wish">
      <xsl:apply-templates select="." mode="xfm:wish"/>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$wish != '' and translate($wish, $xfm:kept, '') = '' and not(key('xfm:alias', $wish))
          and generate-id(key('xfm:wish', $wish)[1]) = generate-id()">
        <xsl:value-of select="$wish"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:numbered"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="*" mode="xfm:wish"/>
  <xsl:template match="disk" mode="xfm:wish">
    <xsl:value-of select="concat('ua-disk-', target/@dev)"/>
  </xsl:template>
  <xsl:template match="interface[mac]" mode="xfm:wish">
    <xsl:value-of select="concat('ua-net-', translate(mac/@address, 'ABCDEF:', 'abcdef'))"/>
  </xsl:template>
  <xsl:template match="controller[@index]" mode="xfm:wish">
    <xsl:value-of select="concat('ua-', @type, '-', @index)"/>
  </xsl:template>
  <xsl:template match="filesystem" mode="xfm:wish">
    <xsl:value-of select="concat('ua-fs-', substring(translate(target/@dir, '/. :', '----'), 1, 40))"/>
  </xsl:template>
  <xsl:template match="channel[target/@name]" mode="xfm:wish">
    <xsl:value-of select="concat('ua-channel-', substring(translate(target/@name, '/. :', '----'), 1, 40))"/>
  </xsl:template>
  <xsl:template match="serial[target/@port] | parallel[target/@port]" mode="xfm:wish">
    <xsl:value-of select="concat('ua-', name(), '-', target/@port)"/>
  </xsl:template>
  <xsl:template match="memballoon | vsock | tpm | iommu" mode="xfm:wish">
    <xsl:value-of select="concat('ua-', name())"/>
  </xsl:template>

  <!-- "ua-KIND_" and the device's number; no wish has a "_" there, so none can be taken by one. -->
  <xsl:template name="xfm:numbered">
    <xsl:variable name="kind" select="name()"/>
    <xsl:variable name="device" select="generate-id()"/>
    <xsl:for-each select="exsl:node-set($xfm:numbers)">
      <xsl:value-of select="concat('ua-', $kind, '_', key('xfm:number', $device))"/>
    </xsl:for-each>
  </xsl:template>

  <!-- A number for each device whose kind is not in seen, by the device's generated id: a pass for each kind. -->
  <xsl:template name="xfm:number-kinds">
    <xsl:param name="seen" select="' '"/>
    <xsl:variable name="kind" select="name(*[not(contains($seen, concat(' ', name(), ' ')))][1])"/>
    <xsl:if test="$kind != ''">
      <xsl:variable name="highest">
        <xsl:call-template name="xfm:highest">
          <xsl:with-param name="kind" select="$kind"/>
        </xsl:call-template>
      </xsl:variable>
      <xsl:for-each select="*[name() = $kind][not(starts-with(alias/@name, concat('ua-', $kind, '_'))
          and translate(alias/@name, $xfm:kept, '') = '')]">
        <number device="{generate-id()}">
          <xsl:value-of select="number(concat('0', $highest)) + position()"/>
        </number>
      </xsl:for-each>
      <xsl:call-template name="xfm:number-kinds">
        <xsl:with-param name="seen" select="concat($seen, $kind, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- The highest number that an alias of the kind has; nothing where none has one. -->
  <xsl:template name="xfm:highest">
    <xsl:param name="kind"/>
    <xsl:variable name="prefix" select="concat('ua-', $kind, '_')"/>
    <!-- up to nine digits, so that the sum is written without an exponent -->
    <xsl:for-each select="*/alias[starts-with(@name, $prefix)][number(substring-after(@name, $prefix)) &gt; 0]
        [string-length(@name) &lt; string-length($prefix) + 10]">
      <xsl:sort data-type="number" order="descending" select="substring-after(@name, $prefix)"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="floor(substring-after(@name, $prefix))"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
