<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <xsl:import href="guest-names.xsl"/>
  <!--
    What `xfm devices` lists: every device that a guest can see, in the order of the document, and the guest itself.

      <devices>
        <device kind= model= alias= host= address=>       those that are not known or not said are left out
          <linux>…</linux> <windows>…</windows>           by what each system tells it from its like; any number
        </device>
      </devices>

    Nothing of a secret is read: of a source only its path, name, or address on the host.
    Source: libvirt formatdomain.html, devices; each system's names have theirs in guest-names.xsl.
  -->
  <xsl:template match="/domain">
    <devices>
      <device kind="system" model="{@type}" host="{name}">
        <xsl:apply-templates select="." mode="xfm:guest"/>
      </device>
      <xsl:apply-templates select="devices/*[not(self::emulator or self::graphics or self::audio or self::lease
          or self::redirfilter)]"/>
    </devices>
  </xsl:template>

  <xsl:template match="devices/*">
    <device kind="{name()}">
      <xsl:apply-templates select="." mode="xfm:model"/>
      <xsl:if test="alias/@name">
        <xsl:attribute name="alias">
          <xsl:value-of select="alias/@name"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:call-template name="xfm:attribute">
        <xsl:with-param name="name" select="'host'"/>
        <xsl:with-param name="value">
          <xsl:apply-templates select="." mode="xfm:host"/>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="xfm:attribute">
        <xsl:with-param name="name" select="'address'"/>
        <xsl:with-param name="value">
          <xsl:apply-templates select="address[@type]" mode="xfm:address"/>
        </xsl:with-param>
      </xsl:call-template>
      <xsl:apply-templates select="." mode="xfm:guest"/>
      <xsl:if test="$xfm:qemu and (self::interface or self::hostdev)">
        <xsl:apply-templates select="address[@type = 'pci']" mode="xfm:location"/>
      </xsl:if>
    </device>
  </xsl:template>

  <!-- An attribute, unless there is nothing to say. -->
  <xsl:template name="xfm:attribute">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:if test="normalize-space($value) != ''">
      <xsl:attribute name="{$name}">
        <xsl:value-of select="normalize-space($value)"/>
      </xsl:attribute>
    </xsl:if>
  </xsl:template>

  <!-- What sort of its kind it is: the words that tell most. -->
  <xsl:template match="*" mode="xfm:model">
    <xsl:call-template name="xfm:attribute">
      <xsl:with-param name="name" select="'model'"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="self::disk">
            <xsl:value-of select="concat(target/@bus, ' ', @device[. != 'disk'])"/>
          </xsl:when>
          <xsl:when test="self::serial or self::parallel or self::console or self::channel">
            <xsl:value-of select="target/@type"/>
          </xsl:when>
          <xsl:when test="self::controller">
            <xsl:value-of select="concat(@type, ' ', @model)"/>
          </xsl:when>
          <xsl:when test="self::input or self::hostdev or self::redirdev">
            <xsl:value-of select="concat(@bus, ' ', @type)"/>
          </xsl:when>
          <xsl:when test="self::filesystem">
            <xsl:value-of select="driver/@type"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="concat(@model, model/@type, ' ', @type[../self::hub], @mode[../self::smartcard])"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- The other end of it, on the host. -->
  <xsl:template match="*" mode="xfm:host"/>
  <xsl:template match="disk" mode="xfm:host">
    <xsl:value-of select="concat(source/@protocol, substring(':', 1, boolean(source/@protocol)), source/@file,
        source/@dev, source/@dir, source/@name, source/@path, source/@pool,
        substring('/', 1, boolean(source/@volume)), source/@volume)"/>
    <xsl:apply-templates select="source/address" mode="xfm:host"/>
  </xsl:template>
  <xsl:template match="filesystem" mode="xfm:host">
    <xsl:value-of select="concat(source/@dir, source/@file, source/@dev, source/@name, source/@pool, source/@socket,
        substring('/', 1, boolean(source/@volume)), source/@volume)"/>
  </xsl:template>
  <xsl:template match="interface" mode="xfm:host">
    <xsl:value-of select="concat(@type, ' ', source/@network)"/>
    <xsl:if test="@type != 'network'">
      <xsl:value-of select="concat(source/@bridge, source/@dev, source/@path, source/@name, source/@address,
          substring(':', 1, boolean(source/@port)), source/@port)"/>
    </xsl:if>
    <xsl:apply-templates select="source/address" mode="xfm:host"/>
  </xsl:template>
  <xsl:template match="serial | parallel | console | channel | redirdev | smartcard" mode="xfm:host">
    <xsl:value-of select="concat(@type, ' ', source[1]/@path, source[1]/@host, source[1]/@channel,
        substring(':', 1, boolean(source[1]/@service)), source[1]/@service)"/>
  </xsl:template>
  <xsl:template match="hostdev" mode="xfm:host">
    <xsl:value-of select="concat(source/vendor/@id, substring(':', 1, boolean(source/product)), source/product/@id,
        source/adapter/@name, source/@name, source/@wwpn, source/block, source/char, source/interface)"/>
    <xsl:apply-templates select="source/address" mode="xfm:host"/>
  </xsl:template>
  <xsl:template match="rng | tpm" mode="xfm:host">
    <xsl:value-of select="concat(backend/@model, backend/@type, ' ', backend[not(*)], backend/device/@path)"/>
  </xsl:template>
  <xsl:template match="input | memory" mode="xfm:host">
    <xsl:value-of select="concat(source/@dev, source/@evdev, source/path)"/>
  </xsl:template>
  <xsl:template match="shmem" mode="xfm:host">
    <xsl:value-of select="@name"/>
  </xsl:template>
  <!-- An address of the host's, in the forms of lspci, lsusb and lsscsi. -->
  <xsl:template match="source/address" mode="xfm:host">
    <xsl:choose>
      <xsl:when test="@uuid">
        <xsl:value-of select="concat(' ', @uuid)"/>
      </xsl:when>
      <xsl:when test="@slot">
        <xsl:text> </xsl:text>
        <xsl:call-template name="xfm:pci-address"/>
      </xsl:when>
      <xsl:when test="@device">
        <xsl:value-of select="concat(' bus ', @bus, ' device ', @device)"/>
      </xsl:when>
      <xsl:when test="@target">
        <xsl:value-of select="concat(' ', @bus, ':', @target, ':', @unit)"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- Where it is in the guest, as libvirt numbers the buses. -->
  <xsl:template match="address" mode="xfm:address">
    <xsl:value-of select="concat(@type, ' ')"/>
    <xsl:choose>
      <xsl:when test="@type = 'pci'">
        <xsl:call-template name="xfm:pci-address"/>
      </xsl:when>
      <xsl:when test="@type = 'drive'">
        <xsl:value-of select="concat(@controller, ':', @bus, ':', @target, ':', @unit)"/>
      </xsl:when>
      <xsl:when test="@type = 'virtio-serial'">
        <xsl:value-of select="concat(@controller, ':', @bus, ':', @port)"/>
      </xsl:when>
      <xsl:when test="@type = 'usb'">
        <xsl:value-of select="concat(@bus, ':', @port)"/>
      </xsl:when>
      <xsl:when test="@type = 'ccid'">
        <xsl:value-of select="concat(@controller, ':', @slot)"/>
      </xsl:when>
      <xsl:when test="@type = 'ccw'">
        <xsl:value-of select="concat(@cssid, '.', @ssid, '.', @devno)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat(@iobase, ' ', @irq, ' ', @reg, ' ', @slot, ' ', @base)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
