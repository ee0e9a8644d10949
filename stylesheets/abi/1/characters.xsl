<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    Smart cards, serial ports and their like: where their bytes go is the host's.
  -->
  <xsl:template match="smartcard" mode="xfm:kind">
    <xsl:apply-templates select="@mode" mode="xfm:fact"/>
  </xsl:template>

  <!--
    The first serial port of a hvm guest and a console
    of the target type serial are one and the same, and libvirt makes each of the other (virDomainDefAddConsoleCompat).
    What it takes a serial port for where nothing is said: qemuDomainChrDefPostParse.
  -->
  <xsl:template match="parallel | channel | console" mode="xfm:kind">
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'type'"/>
      <xsl:with-param name="value" select="target/@type"/>
    </xsl:call-template>
    <!-- a console's number is its place in the list, and libvirt counts anew -->
    <xsl:apply-templates mode="xfm:fact" select="target/@port[not(ancestor::console)] | target/@name | target/@address"/>
    <xsl:if test="self::channel and @type = 'spicevmc' and not(target/@name)">
      <fact name="target.name">com.redhat.spice.0</fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="parallel | channel | console" mode="xfm:open">
    <xsl:if test="not(target/@type)"> type</xsl:if>
    <xsl:if test="not(target/@port) and not(self::console)"> target.port</xsl:if>
    <xsl:if test="not(target/@name)"> target.name</xsl:if>
  </xsl:template>

  <xsl:template match="serial" mode="xfm:kind">
    <xsl:call-template name="xfm:serial">
      <xsl:with-param name="said" select="string(target/@type[$xfm:x86 or . != 'isa-serial'])"/>
      <xsl:with-param name="model" select="string(target/model/@name)"/>
      <xsl:with-param name="port" select="concat(target/@port, substring('0', 1, not(target/@port or ../serial[2])))"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="xfm:serial">
    <xsl:param name="said"/>
    <xsl:param name="model"/>
    <xsl:param name="port"/>
    <xsl:variable name="type">
      <xsl:choose>
        <xsl:when test="$said != '' or not($xfm:qemu)">
          <xsl:value-of select="$said"/>
        </xsl:when>
        <xsl:when test="$xfm:x86">isa-serial</xsl:when>
        <xsl:when test="$xfm:family = 'pseries'">spapr-vio-serial</xsl:when>
        <xsl:when test="$xfm:arch = 's390x'">sclp-serial</xsl:when>
        <xsl:otherwise>system-serial</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'type'"/>
      <xsl:with-param name="value" select="$type"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:serial-model">
      <xsl:with-param name="type" select="string($type)"/>
      <xsl:with-param name="model" select="$model"/>
    </xsl:call-template>
    <!-- of several, libvirt has rules for the ports of those that name none -->
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'target.port'"/>
      <xsl:with-param name="value" select="$port"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="xfm:serial-model">
    <xsl:param name="type"/>
    <xsl:param name="model"/>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'target.model.name'"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="$model != ''">
            <xsl:value-of select="$model"/>
          </xsl:when>
          <xsl:when test="$type = 'isa-serial' or $type = 'pci-serial' or $type = 'usb-serial'">
            <xsl:value-of select="$type"/>
          </xsl:when>
          <xsl:when test="$type = 'isa-debug'">isa-debugcon</xsl:when>
          <xsl:when test="$type = 'spapr-vio-serial'">spapr-vty</xsl:when>
          <xsl:when test="$type = 'sclp-serial'">sclpconsole</xsl:when>
          <xsl:when test="$type = 'system-serial' and starts-with($xfm:arch, 'riscv')">16550a</xsl:when>
          <xsl:when test="$type = 'system-serial'">pl011</xsl:when>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="serial" mode="xfm:open">
    <xsl:if test="not(target/@port) and ../serial[2]">target.port </xsl:if>
    <xsl:if test="not($xfm:qemu)">type target.model.name</xsl:if>
  </xsl:template>

  <xsl:template match="channel" mode="xfm:label">
    <xsl:value-of select="target/@name"/>
  </xsl:template>

  <xsl:template match="console[not(target/@type) or target/@type = 'serial'][/domain/os/type = 'hvm']" mode="xfm:device">
    <xsl:if test="not(../serial | preceding-sibling::console)">
      <device kind="serial">
        <xsl:if test="$xfm:family = 'pseries'">
          <xsl:attribute name="open">address*</xsl:attribute>
        </xsl:if>
        <xsl:call-template name="xfm:serial">
          <xsl:with-param name="said" select="''"/>
          <xsl:with-param name="model" select="''"/>
          <xsl:with-param name="port" select="'0'"/>
        </xsl:call-template>
      </device>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
