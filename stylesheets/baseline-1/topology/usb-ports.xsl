<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/topology.xsl"/>
  <doc:stylesheet id="usb-ports" stage="topology" abi="guest">
    <doc:title>A port for every USB device</doc:title>
    <doc:summary>
      Takes a domain of a known machine family with PCI; gives it with a USB address on each USB device that has
      none: a port of its kind on the first controller that has one free, then any free port of a controller or a
      hub, then a port of a further controller, which the stylesheet controllers adds. Left alone: a domain whose
      USB is switched off.
    </doc:summary>
    <doc:after>smartcards</doc:after>
    <doc:writes>domain/devices/*/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_addr.c, virDomainUSBAddressControllerModelToPorts: ports of each model; a hub has 8</doc:source>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c, virDomainUSBDeviceDefForeach: which devices are on USB</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family != '' and $xfm:family != 's390-ccw-virtio']
      /devices[count(*) &lt; 1000][not(controller[@type = 'usb'][@model = 'none'])]"/>
  <xsl:variable name="xfm:new-ports" select="15"/>

  <!-- " BUS:PORT " of each port that is held. -->
  <xsl:variable name="xfm:held">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:devices/*/address[@type = 'usb'][@port]">
      <xsl:value-of select="concat(number(concat('0', @bus)), ':', @port, ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <xsl:variable name="xfm:claims">
    <xsl:for-each select="$xfm:devices/*[not(address[@type != 'usb' or @port])]">
      <xsl:variable name="kind">
        <xsl:apply-templates select="." mode="xfm:usb-kind"/>
      </xsl:variable>
      <xsl:if test="$kind != ''">
        <claim id="{generate-id()}" kind="{$kind}"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:claim" select="exsl:node-set($xfm:claims)/claim"/>

  <!--
    Free ports: of the controllers that are there or that libvirt would add, then of the hubs that have an address.
  -->
  <xsl:variable name="xfm:ports">
    <xsl:for-each select="$xfm:devices[$xfm:claim]">
      <xsl:call-template name="xfm:own-controller"/>
      <xsl:for-each select="controller[@type = 'usb']">
        <xsl:sort select="@index" data-type="number"/>
        <xsl:variable name="ports">
          <xsl:apply-templates select="." mode="xfm:port-count"/>
        </xsl:variable>
        <xsl:call-template name="xfm:units">
          <xsl:with-param name="bus" select="number(@index)"/>
          <xsl:with-param name="last" select="$ports"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:for-each select="hub[@type = 'usb']/address[@port]">
        <xsl:call-template name="xfm:hub-units">
          <xsl:with-param name="bus" select="number(concat('0', @bus))"/>
        </xsl:call-template>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:near">
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="$xfm:claim"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:ports)/u"/>
    </xsl:call-template>
  </xsl:variable>

  <!-- The rest goes to new controllers, with indexes after all that are there. -->
  <xsl:variable name="xfm:next-index">
    <xsl:for-each select="$xfm:devices/controller[@type = 'usb']/@index | $xfm:devices/*/address[@type = 'usb']/@bus
        | exsl:node-set($xfm:ports)/u/@bus">
      <xsl:sort data-type="number" order="descending"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select=". + 1"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:beyond">
    <xsl:variable name="ids">
      <xsl:text> </xsl:text>
      <xsl:for-each select="exsl:node-set($xfm:near)/place">
        <xsl:value-of select="concat(@id, ' ')"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy-of select="$xfm:claim[not(contains($ids, concat(' ', @id, ' ')))]"/>
  </xsl:variable>
  <xsl:variable name="xfm:new-units">
    <xsl:call-template name="xfm:new-controllers">
      <xsl:with-param name="more" select="ceiling(count(exsl:node-set($xfm:beyond)/claim) div $xfm:new-ports)"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:variable name="xfm:places">
    <xsl:copy-of select="$xfm:near"/>
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="exsl:node-set($xfm:beyond)/claim"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:new-units)/u"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:key name="xfm:place" match="place" use="@id"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:claim">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/*">
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:variable name="address">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:for-each select="key('xfm:place', $id)">
          <address type="usb" bus="{@bus}" port="{@port}"/>
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

  <!-- The kind of a USB device; nothing for one that is on another bus. -->
  <xsl:template match="*" mode="xfm:usb-kind"/>
  <xsl:template match="input[@bus = 'usb'] | redirdev[@bus = 'usb'] | disk[target/@bus = 'usb']
      | hostdev[@mode = 'subsystem'][@type = 'usb']" mode="xfm:usb-kind">
    <xsl:value-of select="name()"/>
  </xsl:template>
  <xsl:template match="hub[@type = 'usb'] | controller[@type = 'ccid'] | serial[target/@type = 'usb-serial']
      | sound[@model = 'usb']" mode="xfm:usb-kind">other</xsl:template>
  <!-- libvirt's own choice where the bus is left open: PS/2 for mouse and keyboard of x86, else USB. -->
  <xsl:template match="input[not(@bus)][not(@type = 'passthrough' or @type = 'evdev')]" mode="xfm:usb-kind">
    <xsl:if test="@type = 'tablet' or not($xfm:x86)">input</xsl:if>
  </xsl:template>

  <!-- How many ports a controller has. The ICH9 companions lend theirs to the EHCI controller of their group. -->
  <xsl:template match="controller" mode="xfm:port-count">
    <xsl:choose>
      <xsl:when test="@model = 'qemu-xhci' or @model = 'nec-xhci' or (not(@model) and ($xfm:arch = 'aarch64'
          or $xfm:family = 'pseries'))">
        <xsl:value-of select="concat(@ports, substring('4', 1 + boolean(@ports)))"/>
      </xsl:when>
      <xsl:when test="@model = 'ehci' or @model = 'ich9-ehci1'">6</xsl:when>
      <xsl:when test="starts-with(@model, 'ich9-')">0</xsl:when>
      <xsl:when test="@model = 'pci-ohci'">3</xsl:when>
      <xsl:otherwise>2</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The controller that libvirt adds to the machine, and the stylesheet controllers writes. -->
  <xsl:template name="xfm:own-controller">
    <xsl:if test="not(controller[@type = 'usb'][@index = 0])">
      <xsl:choose>
        <xsl:when test="$xfm:family = 'pc'">
          <xsl:call-template name="xfm:units">
            <xsl:with-param name="last" select="2"/>
          </xsl:call-template>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="xfm:units"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:new-controllers">
    <xsl:param name="more"/>
    <xsl:param name="bus" select="$xfm:next-index"/>
    <xsl:if test="$more &gt; 0">
      <xsl:call-template name="xfm:units">
        <xsl:with-param name="bus" select="$bus"/>
      </xsl:call-template>
      <xsl:call-template name="xfm:new-controllers">
        <xsl:with-param name="more" select="$more - 1"/>
        <xsl:with-param name="bus" select="$bus + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- The free ports of a controller, by kind. -->
  <xsl:template name="xfm:units">
    <xsl:param name="bus" select="0"/>
    <xsl:param name="last" select="$xfm:new-ports"/>
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'usb']">
      <xsl:call-template name="xfm:port-units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="last" select="$last"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="xfm:port-units">
    <xsl:param name="bus"/>
    <xsl:param name="last"/>
    <xsl:param name="port" select="number(@from)"/>
    <xsl:if test="$port &lt;= @to and $port &lt;= $last">
      <xsl:if test="not(contains($xfm:held, concat(' ', $bus, ':', $port, ' ')))">
        <u kind="{@kind}" n="{$port}" bus="{$bus}" port="{$port}"/>
      </xsl:if>
      <xsl:call-template name="xfm:port-units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="last" select="$last"/>
        <xsl:with-param name="port" select="$port + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:hub-units">
    <xsl:param name="bus"/>
    <xsl:param name="last" select="1"/>
    <xsl:variable name="port" select="concat(@port, '.', $last)"/>
    <xsl:if test="$last &lt;= 8">
      <xsl:if test="not(contains($xfm:held, concat(' ', $bus, ':', $port, ' ')))">
        <u kind="spill" n="{$last}" bus="{$bus}" port="{$port}"/>
      </xsl:if>
      <xsl:call-template name="xfm:hub-units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="last" select="$last + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
