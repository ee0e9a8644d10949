<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="virtio-serial-ports" stage="topology" abi="guest">
    <doc:title>A port for every virtio console and channel</doc:title>
    <doc:summary>
      Takes a domain of a known machine family; gives it with a virtio-serial address on each virtio console and
      channel that has none, and a port on each channel that names a controller alone. Channels get the ports from 1
      on; the first console of a controller gets port 0, the next ones the two ports before the last. The last port
      stays free: libvirt reserves one more for a console at port 0. A controller with fewer than 8 ports has one
      console. Where the ports of a controller are used up, those of the next one follow.
    </doc:summary>
    <doc:writes>domain/devices/channel/address</doc:writes>
    <doc:writes>domain/devices/console/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_addr.c, virDomainVirtioSerialAddrNext: 31 ports, port 0 is for consoles alone</doc:source>
    <doc:source>QEMU hw/char/virtio-serial-bus.c: port 0 is reserved for the first console</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family != '']/devices[count(*) &lt; 1000]"/>

  <!-- " CONTROLLER.PORT " of each port that is held. -->
  <xsl:variable name="xfm:held">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:devices/*[self::channel[address/@port &gt; 0]
        or self::console]/address[@type = 'virtio-serial']">
      <xsl:value-of select="concat(number(concat('0', @controller)), '.', number(concat('0', @port)), ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <xsl:variable name="xfm:consoles" select="boolean($xfm:devices/console[target/@type = 'virtio'])"/>

  <!-- A channel that only says on which controller it is comes first: it has no other choice. -->
  <xsl:variable name="xfm:bound">
    <xsl:apply-templates mode="xfm:bound" select="$xfm:devices/channel[target/@type = 'virtio']
        [address[@type = 'virtio-serial'][not(@port &gt; 0)]][1]">
      <xsl:with-param name="held" select="$xfm:held"/>
    </xsl:apply-templates>
  </xsl:variable>
  <xsl:variable name="xfm:held-then">
    <xsl:value-of select="$xfm:held"/>
    <xsl:for-each select="exsl:node-set($xfm:bound)/place">
      <xsl:value-of select="concat(@controller, '.', @port, ' ')"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:places">
    <xsl:copy-of select="$xfm:bound"/>
    <xsl:apply-templates select="$xfm:devices/channel[target/@type = 'virtio'][not(address)][1]" mode="xfm:walk">
      <xsl:with-param name="held" select="$xfm:held-then"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="$xfm:devices/console[target/@type = 'virtio'][not(address)][1]" mode="xfm:walk">
      <xsl:with-param name="held" select="$xfm:held-then"/>
    </xsl:apply-templates>
  </xsl:variable>
  <xsl:key name="xfm:place" match="place" use="@id"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="exsl:node-set($xfm:places)/*">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/*[self::channel or self::console][target/@type = 'virtio']
      [not(address[@port &gt; 0])]">
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:variable name="address">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:for-each select="key('xfm:place', $id)">
          <address type="virtio-serial" controller="{@controller}" bus="0" port="{@port}"/>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy>
      <xsl:copy-of select="@* | node()[not(self::address and exsl:node-set($address)/*)]"/>
      <xsl:copy-of select="$address"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="channel" mode="xfm:bound">
    <xsl:param name="held"/>
    <xsl:param name="port" select="1"/>
    <xsl:variable name="controller" select="number(concat('0', address/@controller))"/>
    <xsl:variable name="ports">
      <xsl:call-template name="xfm:ports">
        <xsl:with-param name="controller" select="$controller"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="taken" select="contains($held, concat(' ', $controller, '.', $port, ' '))
        and $port &lt; $ports"/>
    <xsl:if test="not($taken) and $port &lt; $ports">
      <place id="{generate-id()}" controller="{$controller}" port="{$port}"/>
    </xsl:if>
    <xsl:apply-templates mode="xfm:bound" select="self::*[$taken] | following-sibling::channel[not($taken)]
        [target/@type = 'virtio'][address[@type = 'virtio-serial'][not(@port &gt; 0)]][1]">
      <xsl:with-param name="held" select="concat($held, $controller, '.', $port, ' ')"/>
      <xsl:with-param name="port" select="1 + $port * $taken"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- One after the other: each starts where the one before it found its port, and looks on from there. -->
  <xsl:template match="channel" mode="xfm:walk">
    <xsl:param name="held"/>
    <xsl:param name="controller" select="0"/>
    <xsl:param name="port" select="1"/>
    <xsl:variable name="ports">
      <xsl:call-template name="xfm:ports">
        <xsl:with-param name="controller" select="$controller"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$port &gt; $ports - 4 * ($ports &gt;= 8) - (1 + $xfm:consoles) * ($ports &lt; 8)">
        <xsl:apply-templates select="." mode="xfm:walk">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="controller" select="$controller + 1"/>
        </xsl:apply-templates>
      </xsl:when>
      <xsl:when test="contains($held, concat(' ', $controller, '.', $port, ' '))">
        <xsl:apply-templates select="." mode="xfm:walk">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="controller" select="$controller"/>
          <xsl:with-param name="port" select="$port + 1"/>
        </xsl:apply-templates>
      </xsl:when>
      <xsl:otherwise>
        <place id="{generate-id()}" controller="{$controller}" port="{$port}"/>
        <xsl:apply-templates select="following-sibling::channel[target/@type = 'virtio'][not(address)][1]"
            mode="xfm:walk">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="controller" select="$controller"/>
          <xsl:with-param name="port" select="$port + 1"/>
        </xsl:apply-templates>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- turn: 0 is port 0; 1 and 2 are the ports before the last one. -->
  <xsl:template match="console" mode="xfm:walk">
    <xsl:param name="held"/>
    <xsl:param name="controller" select="0"/>
    <xsl:param name="turn" select="0"/>
    <xsl:variable name="ports">
      <xsl:call-template name="xfm:ports">
        <xsl:with-param name="controller" select="$controller"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="port" select="($ports - 4 + $turn) * ($turn &gt; 0)"/>
    <xsl:variable name="next">
      <xsl:if test="not(contains($held, concat(' ', $controller, '.', $port, ' '))) and ($turn = 0 or $ports &gt;= 8)">
        <place id="{generate-id()}" controller="{$controller}" port="{$port}"/>
      </xsl:if>
    </xsl:variable>
    <xsl:copy-of select="exsl:node-set($next)/place"/>
    <xsl:apply-templates mode="xfm:walk" select="self::*[not(exsl:node-set($next)/place)] |
        following-sibling::console[exsl:node-set($next)/place][target/@type = 'virtio'][not(address)][1]">
      <xsl:with-param name="held" select="$held"/>
      <xsl:with-param name="controller" select="$controller + ($turn = 2)"/>
      <xsl:with-param name="turn" select="($turn + 1) mod 3"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- How many ports a controller has: what it says, and libvirt's 31 for one that is not there. -->
  <xsl:template name="xfm:ports">
    <xsl:param name="controller"/>
    <xsl:variable name="ports" select="$xfm:devices/controller[@type = 'virtio-serial'][@index = $controller]/@ports"/>
    <xsl:choose>
      <xsl:when test="$ports">
        <xsl:value-of select="$ports"/>
      </xsl:when>
      <xsl:otherwise>31</xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
