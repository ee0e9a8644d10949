<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl xfm">
  <xsl:import href="aliases.xsl"/>
  <xsl:import href="numbers.xsl"/>
  <!--
    The scheme by which devices get their addresses: docs/topology.md tells it, the tables below are it.

    A device belongs to a kind, and a kind has ranges of its own on each sort of bus (an arena). A device without an
    address gets the first place of its kind's ranges that nothing holds; so devices of one kind never move those of
    another. Only where the ranges of a kind are used up, its devices go to the range "spill", and then to any place
    that is left.

    arena pcie    PCI controller indexes of the root ports; each has one place. 16 is no place: it is the index of the
                  first PCIe-to-PCI bridge, whose root port is 15.
    arena pci     slots of pci.0 (i440fx, pseries); 0x01, 0x02 and 0x19-0x1f have fixed uses
    arena bridge  slots of every conventional bridge, PCIe-to-PCI or PCI-to-PCI
    arena usb     ports of every USB controller; a controller with fewer ports has the beginning of it
    arena ccw     device numbers of the channel subsystem image 0xfe.0 (s390x)

    A change of a table is a new version of the scheme: it may come only with a new baseline.
  -->
  <xsl:variable name="xfm:scheme" select="1"/>

  <xsl:variable name="xfm:kinds">
    <kind name="usb">USB controllers</kind>
    <kind name="virtio-serial">virtio-serial controllers</kind>
    <kind name="scsi">SCSI controllers</kind>
    <kind name="sata">SATA and IDE controllers</kind>
    <kind name="interface">interfaces</kind>
    <kind name="disk">disks</kind>
    <kind name="memballoon">the balloon</kind>
    <kind name="rng">random number generators</kind>
    <kind name="hostdev">host devices</kind>
    <kind name="bridge">PCIe-to-PCI bridges</kind>
    <kind name="filesystem">shared file systems</kind>
    <kind name="video">video devices</kind>
    <kind name="input">input devices</kind>
    <kind name="redirdev">redirected USB devices</kind>
    <kind name="other">all others</kind>
  </xsl:variable>

  <xsl:variable name="xfm:ranges">
    <range arena="pcie" kind="usb" from="1" to="1"/>
    <range arena="pcie" kind="virtio-serial" from="2" to="2"/>
    <range arena="pcie" kind="scsi" from="3" to="3"/>
    <range arena="pcie" kind="interface" from="4" to="6"/>
    <range arena="pcie" kind="disk" from="7" to="10"/>
    <range arena="pcie" kind="memballoon" from="11" to="11"/>
    <range arena="pcie" kind="rng" from="12" to="12"/>
    <range arena="pcie" kind="hostdev" from="13" to="13"/>
    <range arena="pcie" kind="other" from="14" to="14"/>
    <range arena="pcie" kind="bridge" from="15" to="15"/>
    <range arena="pcie" kind="filesystem" from="17" to="17"/>
    <range arena="pcie" kind="hostdev" from="18" to="18"/>
    <range arena="pcie" kind="input" from="19" to="20"/>
    <range arena="pcie" kind="disk" from="21" to="24"/>
    <range arena="pcie" kind="interface" from="25" to="26"/>
    <range arena="pcie" kind="filesystem" from="27" to="28"/>
    <range arena="pcie" kind="scsi" from="29" to="29"/>
    <range arena="pcie" kind="video" from="30" to="30"/>
    <range arena="pcie" kind="hostdev" from="31" to="31"/>
    <range arena="pcie" kind="other" from="32" to="32"/>
    <range arena="pcie" kind="disk" from="33" to="40"/>
    <range arena="pcie" kind="interface" from="41" to="48"/>
    <range arena="pcie" kind="hostdev" from="49" to="54"/>
    <range arena="pcie" kind="usb" from="55" to="56"/>
    <range arena="pcie" kind="other" from="57" to="57"/>
    <range arena="pcie" kind="rng" from="58" to="58"/>
    <range arena="pcie" kind="filesystem" from="59" to="62"/>
    <range arena="pcie" kind="input" from="63" to="63"/>
    <range arena="pcie" kind="virtio-serial" from="64" to="64"/>
    <range arena="pcie" kind="disk" from="65" to="80"/>
    <range arena="pcie" kind="interface" from="81" to="88"/>
    <range arena="pcie" kind="scsi" from="89" to="92"/>
    <range arena="pcie" kind="usb" from="93" to="93"/>
    <range arena="pcie" kind="video" from="94" to="94"/>
    <range arena="pcie" kind="virtio-serial" from="95" to="95"/>
    <range arena="pcie" kind="rng" from="96" to="96"/>
    <range arena="pcie" kind="hostdev" from="97" to="104"/>
    <range arena="pcie" kind="other" from="105" to="108"/>
    <range arena="pcie" kind="filesystem" from="109" to="112"/>
    <range arena="pcie" kind="disk" from="113" to="136"/>
    <range arena="pcie" kind="interface" from="137" to="144"/>
    <range arena="pcie" kind="filesystem" from="145" to="148"/>
    <range arena="pcie" kind="other" from="149" to="152"/>
    <range arena="pcie" kind="input" from="153" to="156"/>
    <range arena="pcie" kind="video" from="157" to="160"/>
    <range arena="pcie" kind="hostdev" from="161" to="162"/>
    <range arena="pcie" kind="spill" from="163" to="202"/>

    <range arena="pci" kind="usb" from="3" to="3"/>
    <range arena="pci" kind="virtio-serial" from="4" to="4"/>
    <range arena="pci" kind="scsi" from="5" to="5"/>
    <range arena="pci" kind="sata" from="6" to="6"/>
    <range arena="pci" kind="interface" from="7" to="10"/>
    <range arena="pci" kind="disk" from="11" to="14"/>
    <range arena="pci" kind="filesystem" from="15" to="15"/>
    <range arena="pci" kind="memballoon" from="16" to="16"/>
    <range arena="pci" kind="rng" from="17" to="17"/>
    <range arena="pci" kind="hostdev" from="18" to="19"/>
    <range arena="pci" kind="other" from="20" to="21"/>
    <range arena="pci" kind="video" from="22" to="22"/>
    <range arena="pci" kind="input" from="23" to="23"/>
    <range arena="pci" kind="spill" from="24" to="24"/>

    <range arena="bridge" kind="usb" from="1" to="1"/>
    <range arena="bridge" kind="virtio-serial" from="2" to="2"/>
    <range arena="bridge" kind="scsi" from="3" to="4"/>
    <range arena="bridge" kind="interface" from="5" to="9"/>
    <range arena="bridge" kind="disk" from="10" to="15"/>
    <range arena="bridge" kind="sata" from="16" to="17"/>
    <range arena="bridge" kind="filesystem" from="18" to="19"/>
    <range arena="bridge" kind="video" from="20" to="20"/>
    <range arena="bridge" kind="input" from="21" to="21"/>
    <range arena="bridge" kind="memballoon" from="22" to="22"/>
    <range arena="bridge" kind="rng" from="23" to="23"/>
    <range arena="bridge" kind="hostdev" from="24" to="25"/>
    <range arena="bridge" kind="other" from="26" to="28"/>
    <range arena="bridge" kind="spill" from="29" to="31"/>

    <range arena="usb" kind="input" from="1" to="1"/>
    <range arena="usb" kind="redirdev" from="2" to="2"/>
    <range arena="usb" kind="hostdev" from="3" to="3"/>
    <range arena="usb" kind="disk" from="4" to="4"/>
    <range arena="usb" kind="input" from="5" to="6"/>
    <range arena="usb" kind="redirdev" from="7" to="9"/>
    <range arena="usb" kind="hostdev" from="10" to="11"/>
    <range arena="usb" kind="disk" from="12" to="13"/>
    <range arena="usb" kind="other" from="14" to="15"/>

    <range arena="ccw" kind="memballoon" from="1" to="1"/>
    <range arena="ccw" kind="rng" from="2" to="15"/>
    <range arena="ccw" kind="virtio-serial" from="16" to="31"/>
    <range arena="ccw" kind="scsi" from="32" to="255"/>
    <range arena="ccw" kind="interface" from="256" to="511"/>
    <range arena="ccw" kind="disk" from="512" to="4095"/>
    <range arena="ccw" kind="hostdev" from="4096" to="8191"/>
    <range arena="ccw" kind="other" from="8192" to="12287"/>
    <range arena="ccw" kind="filesystem" from="12288" to="12543"/>
    <range arena="ccw" kind="video" from="12544" to="12799"/>
    <range arena="ccw" kind="input" from="12800" to="13055"/>
    <range arena="ccw" kind="spill" from="13056" to="65534"/>
  </xsl:variable>

  <!--
    Controllers that this stage adds get the alias that device-identity would give them, so that a second run finds
    nothing to do; like there, none where the domain's own QEMU arguments, or an override, may speak of a device by
    its id.
  -->
  <xsl:template name="xfm:controller-alias">
    <xsl:param name="name"/>
    <xsl:choose>
      <xsl:when test="not($xfm:aliased)"/>
      <xsl:when test="/domain/devices/*/alias[@name = $name]">
        <xsl:call-template name="xfm:controller-alias">
          <xsl:with-param name="name" select="concat($name, '_')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <alias name="{$name}"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    Gives claims (elements with id and kind, in the order in which they are served) their units (elements with kind
    and n, in the order in which a kind uses them): elements "place" with the id of the claim and all attributes of
    the unit. A claim for which no unit is left gets none.
  -->
  <xsl:template name="xfm:assign">
    <xsl:param name="claims"/>
    <xsl:param name="units"/>
    <xsl:variable name="beyond">
      <xsl:for-each select="exsl:node-set($xfm:kinds)/kind">
        <xsl:variable name="kind" select="@name"/>
        <xsl:variable name="own" select="count($units[@kind = $kind])"/>
        <xsl:copy-of select="$claims[@kind = $kind][position() &gt; $own]"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:for-each select="exsl:node-set($xfm:kinds)/kind">
      <xsl:variable name="kind" select="@name"/>
      <xsl:call-template name="xfm:pair">
        <xsl:with-param name="claims" select="$claims[@kind = $kind]"/>
        <xsl:with-param name="units" select="$units[@kind = $kind]"/>
      </xsl:call-template>
    </xsl:for-each>
    <xsl:if test="exsl:node-set($beyond)/*">
      <xsl:variable name="left">
        <xsl:copy-of select="$units[@kind = 'spill']"/>
        <xsl:for-each select="exsl:node-set($xfm:kinds)/kind">
          <xsl:variable name="kind" select="@name"/>
          <xsl:variable name="used" select="count($claims[@kind = $kind])"/>
          <xsl:for-each select="$units[@kind = $kind][position() &gt; $used]">
            <xsl:sort select="@n" data-type="number" order="descending"/>
            <xsl:copy-of select="."/>
          </xsl:for-each>
        </xsl:for-each>
      </xsl:variable>
      <xsl:call-template name="xfm:pair">
        <xsl:with-param name="claims" select="exsl:node-set($beyond)/*"/>
        <xsl:with-param name="units" select="exsl:node-set($left)/*"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Says "yes" where a kind has more claims than units, so that those of other kinds are needed too. -->
  <xsl:template name="xfm:short">
    <xsl:param name="claims"/>
    <xsl:param name="units"/>
    <xsl:for-each select="exsl:node-set($xfm:kinds)/kind">
      <xsl:variable name="kind" select="@name"/>
      <xsl:if test="count($claims[@kind = $kind]) &gt; count($units[@kind = $kind])">yes</xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- The first claim gets the first unit, and so on, as far as both last. -->
  <xsl:template name="xfm:pair">
    <xsl:param name="claims"/>
    <xsl:param name="units"/>
    <xsl:for-each select="$claims[position() &lt;= count($units)]">
      <xsl:variable name="number" select="position()"/>
      <place id="{@id}">
        <xsl:copy-of select="$units[$number]/@*"/>
      </place>
    </xsl:for-each>
  </xsl:template>

  <!-- The kind of a device on a PCI or CCW bus. -->
  <xsl:template match="*" mode="xfm:kind">other</xsl:template>
  <xsl:template match="disk | interface | memballoon | rng | hostdev | filesystem | video | input" mode="xfm:kind">
    <xsl:value-of select="name()"/>
  </xsl:template>
  <xsl:template match="controller[@type = 'usb' or @type = 'virtio-serial' or @type = 'scsi']" mode="xfm:kind">
    <xsl:value-of select="@type"/>
  </xsl:template>
  <xsl:template match="controller[@type = 'sata' or @type = 'ide']" mode="xfm:kind">sata</xsl:template>
  <xsl:template match="controller[@model = 'pcie-to-pci-bridge']" mode="xfm:kind">bridge</xsl:template>
</xsl:stylesheet>
