<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/topology-pci.xsl"/>
  <doc:stylesheet id="pcie-addresses" stage="topology" abi="guest">
    <doc:title>An address for every device of a PCI Express machine</doc:title>
    <doc:summary>
      Takes a domain on q35 or virt whose controllers are explicit; gives it with a PCI address on each PCI device
      that has none, by the scheme in docs/topology.md, and with the root ports and PCIe-to-PCI bridges that these
      addresses need. Addresses that are there stay, and so do controllers. On a domain without a pin there are at
      least 14 root ports, and as many free ones as the parameter says, for hotplug. Left to libvirt: a domain with
      virtio-mmio addresses, and PCIe expander buses without an address.
    </doc:summary>
    <doc:after>controllers</doc:after>
    <doc:param name="spare" type="integer" default="4" minimum="0" maximum="32" unit="ports">How many root ports a domain without a pin has free for hotplug, at least</doc:param>
    <doc:writes>domain/devices/*/address</doc:writes>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain_address.c: where each device may sit, and what is integrated (qemuDomainValidateDevicePCISlotsQ35)</doc:source>
    <doc:source>libvirt 9.0.0, define: gaps in the indexes of PCI controllers are filled with root ports at places of its own choice</doc:source>
    <doc:source>QEMU docs/pcie.txt: root ports, PCIe-to-PCI bridges, multifunction</doc:source>
  </doc:stylesheet>
  <xsl:param name="spare" select="4"/>

  <xsl:variable name="xfm:base" select="14"/>
  <xsl:variable name="xfm:last-port" select="202"/>
  <xsl:variable name="xfm:bridge-index" select="16"/>
  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family = 'q35' or $xfm:family = 'virt']
      /devices[count(*) &lt; 1000][not(*/address/@type = 'virtio-mmio')]"/>
  <xsl:variable name="xfm:reserved" select="' 0.0 0.31 '"/>

  <!-- Conventional slots, on the bridges that are there and on as many new ones as are needed. -->
  <xsl:variable name="xfm:conventional" select="$xfm:want[self::claim][@class = 'c']"/>
  <xsl:variable name="xfm:free-slots">
    <xsl:for-each select="$xfm:devices[$xfm:conventional]/controller[@type = 'pci']
        [@model = 'pcie-to-pci-bridge' or @model = 'pci-bridge']">
      <xsl:sort select="@index" data-type="number"/>
      <xsl:call-template name="xfm:bridge-slots">
        <xsl:with-param name="bus" select="@index"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:missing" select="count($xfm:conventional) - count(exsl:node-set($xfm:free-slots)/u)"/>
  <xsl:variable name="xfm:new-bridges" select="ceiling($xfm:missing div 31)"/>
  <xsl:variable name="xfm:slots">
    <xsl:copy-of select="$xfm:free-slots"/>
    <xsl:call-template name="xfm:new-bridge-slots"/>
  </xsl:variable>
  <xsl:variable name="xfm:conventional-places">
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="$xfm:conventional"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:slots)/u"/>
    </xsl:call-template>
  </xsl:variable>

  <!-- Root ports for the Express devices and the new bridges. -->
  <xsl:variable name="xfm:express">
    <xsl:copy-of select="$xfm:want[self::claim][@class = 'e']"/>
    <xsl:call-template name="xfm:bridge-claims"/>
  </xsl:variable>
  <xsl:variable name="xfm:express-claims" select="exsl:node-set($xfm:express)/claim"/>
  <xsl:variable name="xfm:own-ports">
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'pcie'][@kind = $xfm:express-claims/@kind]">
      <xsl:call-template name="xfm:port-units"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:short">
    <xsl:call-template name="xfm:short">
      <xsl:with-param name="claims" select="$xfm:express-claims"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:own-ports)/u"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:variable name="xfm:free-ports">
    <xsl:copy-of select="$xfm:own-ports"/>
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'pcie'][$xfm:short != '']
        [not(@kind = $xfm:express-claims/@kind)]">
      <xsl:call-template name="xfm:port-units"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:express-places">
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="$xfm:express-claims"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:free-ports)/u"/>
    </xsl:call-template>
  </xsl:variable>

  <!-- The highest index: of a controller or a bus that is there, of a port that is given, of the base. -->
  <xsl:variable name="xfm:at-16" select="$xfm:new-bridges &gt; 0 and not(contains($xfm:models, concat(' ',
      $xfm:bridge-index, '=')))
      and not($xfm:at[@bus = $xfm:bridge-index])"/>
  <xsl:variable name="xfm:top">
    <xsl:variable name="indexes">
      <n>0</n>
      <n><xsl:value-of select="$xfm:base * not($xfm:pinned)"/></n>
      <n><xsl:value-of select="$xfm:bridge-index * $xfm:at-16"/></n>
    </xsl:variable>
    <!-- an index beyond all reason is libvirt's to refuse -->
    <xsl:for-each select="exsl:node-set($indexes)/n | $xfm:devices/controller[@type = 'pci']/@index[. &lt; 256]
        | $xfm:at/@bus[. &lt; 256] | exsl:node-set($xfm:express-places)/place/@n">
      <xsl:sort data-type="number" order="descending"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="."/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:given">
    <xsl:text> </xsl:text>
    <xsl:for-each select="exsl:node-set($xfm:express-places)/place">
      <xsl:value-of select="concat(@n, ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <xsl:variable name="xfm:bare-ports" select="key('xfm:unaddressed',
      'yes')[self::controller[@model = 'pcie-root-port']]"/>

  <!--
    All root ports: those that are there, those that are missing up to the highest index, the spare ones after it.
  -->
  <xsl:variable name="xfm:lower-ports">
    <xsl:if test="$xfm:devices">
      <xsl:call-template name="xfm:ports"/>
    </xsl:if>
  </xsl:variable>
  <xsl:variable name="xfm:appended-bridges" select="($xfm:new-bridges - $xfm:at-16) * ($xfm:new-bridges &gt; 0)"/>
  <xsl:variable name="xfm:ports">
    <xsl:copy-of select="$xfm:lower-ports"/>
    <xsl:if test="$xfm:devices and not($xfm:pinned)">
      <xsl:call-template name="xfm:spare-ports">
        <xsl:with-param name="index" select="$xfm:top + $xfm:appended-bridges + 1"/>
        <xsl:with-param name="more" select="$spare - count(exsl:node-set($xfm:lower-ports)/port[@free = 'yes'])"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:variable>
  <xsl:variable name="xfm:port-places">
    <xsl:apply-templates select="exsl:node-set($xfm:ports)/port[@wanted = 'yes'][1]" mode="xfm:walk">
      <xsl:with-param name="taken">
        <xsl:text> </xsl:text>
        <xsl:for-each select="$xfm:at[@bus = 0] | $xfm:want[self::place][@bus = 0]">
          <xsl:value-of select="concat(@slot, '.', @function, ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:apply-templates>
  </xsl:variable>
  <!--
    Slots of pcie.0 where no root port can be added: there is something else, or one that is alone by its author's
    word.
  -->
  <xsl:variable name="xfm:foreign">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:at[@bus = 0][@port = 'false' or (@function = 0 and @multifunction = 'off')]
        | $xfm:want[self::place][@bus = 0]">
      <xsl:value-of select="concat(@slot, ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <xsl:variable name="xfm:places">
    <xsl:copy-of select="$xfm:want[self::place or self::follow]"/>
    <xsl:copy-of select="$xfm:conventional-places"/>
    <xsl:copy-of select="$xfm:express-places"/>
    <xsl:copy-of select="$xfm:port-places"/>
  </xsl:variable>
  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:devices">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain[os/type[not(@machine) or @machine = 'q35' or starts-with(@machine, 'pc-q35-')
      or @machine = 'virt' or starts-with(@machine, 'virt-')]]/devices">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates mode="xfm:placed"/>
      <xsl:call-template name="xfm:add-ports"/>
      <xsl:call-template name="xfm:add-bridges"/>
    </xsl:copy>
  </xsl:template>

  <!-- The number of the bus of a place; that of a new bridge is known only when all ports are. -->
  <xsl:template name="xfm:bus">
    <xsl:param name="place"/>
    <xsl:choose>
      <xsl:when test="not($place/@bridge)">
        <xsl:value-of select="$place/@bus"/>
      </xsl:when>
      <xsl:when test="$xfm:at-16 and $place/@bridge = 1">
        <xsl:value-of select="$xfm:bridge-index"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$xfm:top + $place/@bridge - $xfm:at-16"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- q35 has places for two groups of ICH9 USB controllers, and others have none. -->
  <xsl:template name="xfm:want-leader">
    <xsl:variable name="all" select="../controller[@type = 'usb'][starts-with(@model, 'ich9-')]"/>
    <xsl:variable name="slot">
      <xsl:choose>
        <xsl:when test="$xfm:family != 'q35'"/>
        <xsl:when test="@index = $all[1]/@index and not(contains($xfm:held, ' 0.29 '))">29</xsl:when>
        <xsl:when test="@index = $all[@index != $all[1]/@index][1]/@index
            and not(contains($xfm:held, ' 0.26 '))">26</xsl:when>
      </xsl:choose>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$slot != ''">
        <place id="{generate-id()}" bus="0" slot="{$slot}">
          <xsl:attribute name="function">
            <xsl:apply-templates select="." mode="xfm:function"/>
          </xsl:attribute>
        </place>
      </xsl:when>
      <xsl:otherwise>
        <claim id="{generate-id()}" class="c" kind="usb"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Integrated devices: the slot of pcie.0. -->
  <xsl:template match="*" mode="xfm:fixed"/>
  <xsl:template match="video" mode="xfm:fixed">
    <xsl:if test="generate-id() = $xfm:primary-video and not(model/@type = 'none' or model/@type = 'ramfb')">1</xsl:if>
  </xsl:template>
  <xsl:template match="sound[@model = 'ich9']" mode="xfm:fixed">
    <xsl:if test="$xfm:family = 'q35' and generate-id() = generate-id(../sound[@model = 'ich9'][1])">27</xsl:if>
  </xsl:template>
  <xsl:template match="iommu[@model = 'virtio']" mode="xfm:fixed">
    <xsl:if test="not(../controller[@model = 'dmi-to-pci-bridge'])">30</xsl:if>
  </xsl:template>
  <xsl:template match="controller[@model = 'dmi-to-pci-bridge']" mode="xfm:fixed">
    <xsl:if test="not(preceding-sibling::controller[@model = 'dmi-to-pci-bridge'])">30</xsl:if>
  </xsl:template>
  <xsl:template match="controller[@type = 'sata'][@index = 0]" mode="xfm:fixed">
    <xsl:if test="$xfm:family = 'q35'">31</xsl:if>
  </xsl:template>
  <xsl:template match="controller[@type = 'sata'][@index = 0]" mode="xfm:function">
    <xsl:value-of select="2 * ($xfm:family = 'q35')"/>
  </xsl:template>

  <!-- PCI controllers that hang on a port; root ports have a walk of their own. -->
  <xsl:template match="controller[@model = 'pcie-to-pci-bridge' or @model = 'pcie-switch-upstream-port']"
      mode="xfm:pci">e</xsl:template>

  <!-- One that can only hang on a controller with a lower index: on the last of these, in the slot of its distance. -->
  <xsl:template match="controller[@model = 'pcie-switch-downstream-port']" mode="xfm:want">
    <xsl:call-template name="xfm:want-below">
      <xsl:with-param name="above" select="../controller[@model = 'pcie-switch-upstream-port']
          [@index &lt; current()/@index]"/>
      <xsl:with-param name="first" select="0"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="controller[@model = 'pci-bridge']" mode="xfm:want">
    <xsl:call-template name="xfm:want-below">
      <xsl:with-param name="above" select="../controller[@model = 'dmi-to-pci-bridge'][@index &lt; current()/@index]"/>
      <xsl:with-param name="first" select="1"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="xfm:want-below">
    <xsl:param name="above"/>
    <xsl:param name="first"/>
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:variable name="index" select="@index"/>
    <xsl:for-each select="$above">
      <xsl:sort select="@index" data-type="number" order="descending"/>
      <xsl:variable name="slot" select="$index - @index - 1 + $first"/>
      <xsl:if test="position() = 1 and $slot &lt; 32 and not(contains($xfm:held, concat(' ', @index, '.',
          $slot, ' ')))">
        <place id="{$id}" bus="{@index}" slot="{$slot}"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- The free slots of a bridge, by kind; of a new one, its number is known and its bus is not. -->
  <xsl:template name="xfm:bridge-slots">
    <xsl:param name="bus" select="''"/>
    <xsl:param name="bridge" select="''"/>
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'bridge']">
      <xsl:call-template name="xfm:bridge-units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="bridge" select="$bridge"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="xfm:bridge-units">
    <xsl:param name="bus"/>
    <xsl:param name="bridge"/>
    <xsl:param name="slot" select="number(@from)"/>
    <xsl:if test="not(contains($xfm:held, concat(' ', $bus, '.', $slot, ' ')))">
      <u kind="{@kind}" n="{$slot}" slot="{$slot}">
        <xsl:if test="$bus != ''">
          <xsl:attribute name="bus">
            <xsl:value-of select="$bus"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:if test="$bridge != ''">
          <xsl:attribute name="bridge">
            <xsl:value-of select="$bridge"/>
          </xsl:attribute>
        </xsl:if>
      </u>
    </xsl:if>
    <xsl:if test="$slot &lt; @to">
      <xsl:call-template name="xfm:bridge-units">
        <xsl:with-param name="bus" select="$bus"/>
        <xsl:with-param name="bridge" select="$bridge"/>
        <xsl:with-param name="slot" select="$slot + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:new-bridge-slots">
    <xsl:param name="bridge" select="1"/>
    <xsl:if test="$bridge &lt;= $xfm:new-bridges">
      <xsl:call-template name="xfm:bridge-slots">
        <xsl:with-param name="bridge" select="$bridge"/>
      </xsl:call-template>
      <xsl:call-template name="xfm:new-bridge-slots">
        <xsl:with-param name="bridge" select="$bridge + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:bridge-claims">
    <xsl:param name="bridge" select="1"/>
    <xsl:if test="$bridge &lt;= $xfm:new-bridges">
      <claim id="bridge-{$bridge}" kind="bridge" class="e"/>
      <xsl:call-template name="xfm:bridge-claims">
        <xsl:with-param name="bridge" select="$bridge + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- The free ports of a range: a device can sit on one that is there, or on one that can still be made. -->
  <xsl:template name="xfm:port-units">
    <xsl:param name="port" select="number(@from)"/>
    <xsl:variable name="model" select="substring-before(substring-after($xfm:models, concat(' ', $port, '=')), ' ')"/>
    <xsl:if test="($model = '' or $model = 'pcie-root-port' or $model = 'pcie-switch-downstream-port')
        and not(contains($xfm:held, concat(' ', $port, '.0 ')))">
      <u kind="{@kind}" n="{$port}" bus="{$port}" slot="0"/>
    </xsl:if>
    <xsl:if test="$port &lt; @to">
      <xsl:call-template name="xfm:port-units">
        <xsl:with-param name="port" select="$port + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:ports">
    <xsl:param name="index" select="1"/>
    <xsl:if test="$index &lt;= $xfm:top">
      <xsl:if test="not($index = $xfm:bridge-index and $xfm:at-16)">
        <xsl:call-template name="xfm:port">
          <xsl:with-param name="index" select="$index"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="xfm:ports">
        <xsl:with-param name="index" select="$index + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- A root port: wanted is its place on pcie.0, where it is missing or has none yet. -->
  <xsl:template name="xfm:port">
    <xsl:param name="index"/>
    <xsl:variable name="model" select="substring-before(substring-after($xfm:models, concat(' ', $index, '=')), ' ')"/>
    <xsl:variable name="bare" select="$xfm:bare-ports[@index = $index]"/>
    <xsl:variable name="free">
      <xsl:if test="not(contains($xfm:held, concat(' ', $index, '.0 '))) and not(contains($xfm:given, concat(' ',
          $index, ' ')))">yes</xsl:if>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$model = ''">
        <port index="{$index}" id="port-{$index}" free="{$free}" wanted="yes"/>
      </xsl:when>
      <xsl:when test="$bare">
        <xsl:for-each select="$bare">
          <port index="{$index}" id="{generate-id()}" free="{$free}" wanted="yes"/>
        </xsl:for-each>
      </xsl:when>
      <xsl:when test="$model = 'pcie-root-port'">
        <port free="{$free}"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:spare-ports">
    <xsl:param name="index"/>
    <xsl:param name="more"/>
    <xsl:if test="$more &gt; 0 and $index &lt;= $xfm:last-port">
      <port index="{$index}" id="port-{$index}" wanted="yes"/>
      <xsl:call-template name="xfm:spare-ports">
        <xsl:with-param name="index" select="$index + 1"/>
        <xsl:with-param name="more" select="$more - 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!--
    Gives the ports their places on pcie.0 one after the other: that of their index or, if they cannot have it, the
    next.
  -->
  <xsl:template match="port" mode="xfm:walk">
    <xsl:param name="taken"/>
    <xsl:variable name="number" select="@index - 2 * (@index &gt; $xfm:bridge-index)"/>
    <xsl:variable name="special" select="@index = $xfm:bridge-index or @index = $xfm:bridge-index - 1"/>
    <xsl:variable name="place">
      <xsl:call-template name="xfm:root-place">
        <xsl:with-param name="slot" select="(2 + floor(($number - 1) div 8)) * not($special) + 28 * $special"/>
        <xsl:with-param name="function"
            select="(($number - 1) mod 8) * not($special) + ($number - $xfm:bridge-index + 1) * $special"/>
        <xsl:with-param name="taken" select="$taken"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="$place != ''">
      <place id="{@id}" index="{@index}" bus="0" slot="{substring-before($place, '.')}"
          function="{substring-after($place, '.')}" multifunction="yes"/>
    </xsl:if>
    <xsl:apply-templates select="following-sibling::port[@wanted = 'yes'][1]" mode="xfm:walk">
      <xsl:with-param name="taken" select="concat($taken, $place, ' ')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!--
    SLOT.FUNCTION, if a port can be there: a function above 0 needs the port at 0. Else one from 0x1a.0 on, downwards.
  -->
  <xsl:template name="xfm:root-place">
    <xsl:param name="slot"/>
    <xsl:param name="function"/>
    <xsl:param name="taken"/>
    <xsl:param name="next" select="0"/>
    <xsl:choose>
      <xsl:when test="not(contains($taken, concat(' ', $slot, '.', $function, ' ')))
          and not(contains($xfm:foreign, concat(' ', $slot, ' '))) and $slot &gt; 1 and $slot &lt; 29 and $slot != 27
          and ($function = 0 or contains($taken, concat(' ', $slot, '.0 ')))">
        <xsl:value-of select="concat($slot, '.', $function)"/>
      </xsl:when>
      <xsl:when test="$next &lt; 200">
        <xsl:call-template name="xfm:root-place">
          <xsl:with-param name="slot" select="26 - floor($next div 8)"/>
          <xsl:with-param name="function" select="$next mod 8"/>
          <xsl:with-param name="taken" select="$taken"/>
          <xsl:with-param name="next" select="$next + 1"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:add-ports">
    <xsl:variable name="devices" select="."/>
    <xsl:for-each select="exsl:node-set($xfm:port-places)/place[starts-with(@id, 'port-')]">
      <xsl:variable name="place" select="."/>
      <controller type="pci" index="{@index}" model="pcie-root-port">
        <xsl:for-each select="$devices">
          <xsl:call-template name="xfm:controller-alias">
            <xsl:with-param name="name" select="concat('ua-pci-', $place/@index)"/>
          </xsl:call-template>
          <xsl:call-template name="xfm:pci-address">
            <xsl:with-param name="slot" select="$place/@slot"/>
            <xsl:with-param name="function" select="$place/@function"/>
            <xsl:with-param name="multifunction">
              <xsl:if test="$place/@function = 0">yes</xsl:if>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:for-each>
      </controller>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="xfm:add-bridges">
    <xsl:variable name="devices" select="."/>
    <xsl:for-each select="exsl:node-set($xfm:express-places)/place[starts-with(@id, 'bridge-')]">
      <xsl:variable name="port" select="@n"/>
      <xsl:variable name="bridge">
        <place bridge="{substring-after(@id, '-')}"/>
      </xsl:variable>
      <xsl:variable name="index">
        <xsl:call-template name="xfm:bus">
          <xsl:with-param name="place" select="exsl:node-set($bridge)/place"/>
        </xsl:call-template>
      </xsl:variable>
      <controller type="pci" index="{$index}" model="pcie-to-pci-bridge">
        <xsl:for-each select="$devices">
          <xsl:call-template name="xfm:controller-alias">
            <xsl:with-param name="name" select="concat('ua-pci-', $index)"/>
          </xsl:call-template>
          <xsl:call-template name="xfm:pci-address">
            <xsl:with-param name="bus" select="$port"/>
          </xsl:call-template>
        </xsl:for-each>
      </controller>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
