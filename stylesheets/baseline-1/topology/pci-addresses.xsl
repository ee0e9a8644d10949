<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/faults.xsl"/>
  <xsl:import href="../../lib/topology-pci.xsl"/>
  <doc:stylesheet id="pci-addresses" stage="topology" abi="guest">
    <doc:title>An address for every device of a conventional PCI machine</doc:title>
    <doc:summary>
      Takes a domain on pc (i440fx) or pseries whose controllers are explicit; gives it with a PCI address on each
      PCI device that has none, by the scheme in docs/topology.md, and with the PCI bridges that these addresses
      need. Addresses that are there stay, and so do controllers. Left to libvirt: PCI expander buses without an
      address. Refused, as libvirt would: a domain whose root bus has no slot left for the first PCI bridge.
    </doc:summary>
    <doc:after>controllers</doc:after>
    <doc:writes>domain/devices/*/address</doc:writes>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain_address.c: what has a fixed place (qemuDomainValidateDevicePCISlotsPIIX3), bridges have slots 1 to 31</doc:source>
    <doc:source>QEMU hw/i386/pc_piix.c: the PIIX3 is in slot 1</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:last-bridge" select="7"/>
  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family = 'pc' or $xfm:family = 'pseries']
      /devices[count(*) &lt; 1000]"/>
  <xsl:variable name="xfm:reserved" select="' 0.0 0.1 '"/>

  <!--
    Free slots: of pci.0; if they are too few, of the bridges 1 to 7 too, whether they are there or can still be made.
  -->
  <xsl:variable name="xfm:claims" select="$xfm:want[self::claim]"/>
  <xsl:variable name="xfm:root-slots">
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'pci'][$xfm:claims]">
      <xsl:call-template name="xfm:units">
        <xsl:with-param name="bus" select="0"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:short">
    <xsl:call-template name="xfm:short">
      <xsl:with-param name="claims" select="$xfm:claims"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:root-slots)/u"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:variable name="xfm:slots">
    <xsl:copy-of select="$xfm:root-slots"/>
    <xsl:if test="$xfm:short != ''">
      <xsl:call-template name="xfm:bridge-units"/>
    </xsl:if>
  </xsl:variable>
  <xsl:variable name="xfm:device-places">
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="$xfm:claims"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:slots)/u"/>
    </xsl:call-template>
  </xsl:variable>

  <!-- The highest index: of a controller or a bus that is there, of a bridge that a device is given. -->
  <xsl:variable name="xfm:top">
    <!-- an index beyond all reason is libvirt's to refuse -->
    <xsl:for-each select="$xfm:devices/controller[@type = 'pci']/@index[. &lt; 256] | $xfm:at/@bus[. &lt; 256]
        | exsl:node-set($xfm:device-places)/place/@bus">
      <xsl:sort data-type="number" order="descending"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="."/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:bridges">
    <xsl:if test="$xfm:top &gt; 0">
      <xsl:call-template name="xfm:wanted-bridges"/>
    </xsl:if>
  </xsl:variable>
  <xsl:variable name="xfm:bridge-places">
    <xsl:apply-templates select="exsl:node-set($xfm:bridges)/bridge[1]" mode="xfm:walk">
      <xsl:with-param name="taken">
        <xsl:value-of select="$xfm:held"/>
        <xsl:for-each select="exsl:node-set($xfm:device-places)/place | $xfm:want[self::place]">
          <xsl:value-of select="concat(@bus, '.', @slot, ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:apply-templates>
  </xsl:variable>

  <xsl:variable name="xfm:places">
    <xsl:copy-of select="$xfm:want[self::place or self::follow]"/>
    <xsl:copy-of select="$xfm:device-places"/>
    <xsl:copy-of select="$xfm:bridge-places"/>
  </xsl:variable>
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

  <xsl:template match="domain[os/type[not(@machine) or @machine = 'pc' or starts-with(@machine, 'pseries')
      or (starts-with(@machine, 'pc-') and not(starts-with(@machine, 'pc-q35-')))]]/devices">
    <xsl:variable name="devices" select="."/>
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates mode="xfm:placed"/>
      <xsl:for-each select="exsl:node-set($xfm:bridge-places)/place[starts-with(@id, 'bridge-')]">
        <xsl:variable name="place" select="."/>
        <controller type="pci" index="{@index}" model="pci-bridge">
          <xsl:for-each select="$devices">
            <xsl:call-template name="xfm:controller-alias">
              <xsl:with-param name="name" select="concat('ua-pci-', $place/@index)"/>
            </xsl:call-template>
            <xsl:call-template name="xfm:pci-address">
              <xsl:with-param name="slot" select="$place/@slot"/>
            </xsl:call-template>
          </xsl:for-each>
        </controller>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>

  <!-- The PIIX3 has the first IDE controller and its own USB controller as functions 1 and 2 of slot 1. -->
  <xsl:template match="*" mode="xfm:fixed"/>
  <xsl:template match="controller[@type = 'ide'][@index = 0]" mode="xfm:fixed">
    <xsl:if test="$xfm:family = 'pc'">1</xsl:if>
  </xsl:template>
  <xsl:template match="controller[@type = 'usb'][@index = 0][not(@model) or @model = 'piix3-uhci']" mode="xfm:fixed">
    <xsl:if test="$xfm:family = 'pc'">1</xsl:if>
  </xsl:template>
  <xsl:template match="controller[@type = 'ide'][@index = 0]" mode="xfm:function">
    <xsl:value-of select="number($xfm:family = 'pc')"/>
  </xsl:template>
  <xsl:template match="controller[@type = 'usb'][@index = 0][not(@model) or @model = 'piix3-uhci']" mode="xfm:function">
    <xsl:value-of select="2 * ($xfm:family = 'pc')"/>
  </xsl:template>
  <xsl:template match="video" mode="xfm:fixed">
    <xsl:if test="generate-id() = $xfm:primary-video and not(model/@type = 'none' or model/@type = 'ramfb')">2</xsl:if>
  </xsl:template>

  <!-- The free slots of a range on a bus. -->
  <xsl:template name="xfm:units">
    <xsl:param name="bus"/>
    <xsl:param name="slot" select="number(@from)"/>
    <xsl:if test="not(contains($xfm:held, concat(' ', $bus, '.', $slot, ' ')))">
      <u kind="{@kind}" n="{$bus * 32 + $slot}" bus="{$bus}" slot="{$slot}"/>
    </xsl:if>
    <xsl:if test="$slot &lt; @to">
      <xsl:call-template name="xfm:units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="slot" select="$slot + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:bridge-units">
    <xsl:param name="bus" select="1"/>
    <xsl:variable name="model" select="substring-before(substring-after($xfm:models, concat(' ', $bus, '=')), ' ')"/>
    <xsl:if test="$bus &lt;= $xfm:last-bridge">
      <xsl:if test="$model = '' or $model = 'pci-bridge'">
        <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'bridge']">
          <xsl:call-template name="xfm:units">
            <xsl:with-param name="bus" select="$bus"/>
          </xsl:call-template>
        </xsl:for-each>
      </xsl:if>
      <xsl:call-template name="xfm:bridge-units">
        <xsl:with-param name="bus" select="$bus + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!--
    The bridges without a place: missing ones up to the highest index, and those that are there without an address.
  -->
  <xsl:variable name="xfm:bare-bridges" select="key('xfm:unaddressed',
      'yes')[self::controller[@model = 'pci-bridge']]"/>
  <xsl:template name="xfm:wanted-bridges">
    <xsl:param name="index" select="1"/>
    <xsl:variable name="bare" select="$xfm:bare-bridges[@index = $index]"/>
    <xsl:if test="$index &lt;= $xfm:top">
      <xsl:choose>
        <xsl:when test="$bare">
          <xsl:for-each select="$bare">
            <bridge id="{generate-id()}" index="{$index}"/>
          </xsl:for-each>
        </xsl:when>
        <xsl:when test="not(contains($xfm:models, concat(' ', $index, '=')))">
          <bridge id="bridge-{$index}" index="{$index}"/>
        </xsl:when>
      </xsl:choose>
      <xsl:call-template name="xfm:wanted-bridges">
        <xsl:with-param name="index" select="$index + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Bridge 1 is in slot 0x19, 7 in 0x1f; where that is taken, in the highest slot that is free. -->
  <xsl:template match="bridge" mode="xfm:walk">
    <xsl:param name="taken"/>
    <xsl:variable name="slot">
      <xsl:call-template name="xfm:bridge-slot">
        <xsl:with-param name="slot" select="24 + @index"/>
        <xsl:with-param name="taken" select="$taken"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$slot != ''">
        <place id="{@id}" index="{@index}" bus="0" slot="{$slot}"/>
      </xsl:when>
      <xsl:when test="not(preceding-sibling::bridge)">
        <xsl:call-template name="xfm:no-slot"/>
      </xsl:when>
    </xsl:choose>
    <xsl:apply-templates select="following-sibling::bridge[1]" mode="xfm:walk">
      <xsl:with-param name="taken" select="concat($taken, '0.', $slot, ' ')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!--
    The root bus is full. A bridge can be on one of a lower index, where libvirt puts it; and on pseries libvirt makes a
    further root bus instead of a bridge that is not there (virDomainPCIAddressSetGrow). The rest no libvirt takes.
  -->
  <xsl:template name="xfm:no-slot">
    <xsl:variable name="bridge" select="."/>
    <xsl:variable name="own" select="$xfm:bare-bridges[@index = $bridge/@index]"/>
    <xsl:variable name="given" select="exsl:node-set($xfm:device-places)/place[@bus &gt; 0]"/>
    <xsl:variable name="needs" select="$xfm:devices/*[generate-id() = $given/@id
        or translate(address[@type = 'pci']/@bus, '0xX', '') != '']"/>
    <xsl:variable name="node" select="($own | $needs[not($own)])[1]"/>
    <xsl:if test="($own or $xfm:family = 'pc')
        and not($xfm:devices/controller[@type = 'pci'][@index &gt; 0][@index &lt; $bridge/@index])">
      <xsl:call-template name="xfm:fail">
        <xsl:with-param name="node" select="$node"/>
        <xsl:with-param name="reason">
          <xsl:text>pci.0 has no slot left for a PCI bridge</xsl:text>
          <xsl:if test="not($own)">
            <xsl:value-of select="concat(', which the ', name($node), ' ', $node/alias/@name, ' needs')"/>
          </xsl:if>
          <xsl:text>: another device there has to go, or to a bridge</xsl:text>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:bridge-slot">
    <xsl:param name="slot"/>
    <xsl:param name="taken"/>
    <xsl:param name="next" select="31"/>
    <xsl:choose>
      <xsl:when test="$slot &lt; 32 and not(contains($taken, concat(' 0.', $slot, ' ')))">
        <xsl:value-of select="$slot"/>
      </xsl:when>
      <xsl:when test="$next &gt; 2">
        <xsl:call-template name="xfm:bridge-slot">
          <xsl:with-param name="slot" select="$next"/>
          <xsl:with-param name="taken" select="$taken"/>
          <xsl:with-param name="next" select="$next - 1"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
