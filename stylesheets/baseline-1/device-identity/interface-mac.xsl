<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:f="urn:xfm:functions:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl f xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/seed.xsl"/>
  <doc:stylesheet id="interface-mac" stage="device-identity" abi="guest">
    <doc:title>A MAC address for every interface that has none</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with a MAC address on each interface that has none, of whatever type:
      the prefix and as many bits as are left of a hash of the domain's UUID, the type and source of the interface, and
      its place among the interfaces of that source. libvirt would draw a random one at each define. No two interfaces
      of a domain get the same. An interface of a pinned domain that has its alias was here before, and stays as it is.
      A prefix that is none is refused.
    </doc:summary>
    <doc:before>aliases</doc:before>
    <doc:param name="prefix" type="string" default="52:54:00">What the addresses begin with: 1 to 5 octets of a unicast address</doc:param>
    <doc:writes>domain/devices/interface/mac</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c: an interface of any type without a MAC gets a random one, QEMU's with 52:54:00</doc:source>
    <doc:source>libvirt basictypes.rng, uniMacAddr; QEMU net/net.c: takes an all-zero address for none</doc:source>
  </doc:stylesheet>
  <xsl:param name="prefix" select="'52:54:00'"/>

  <xsl:variable name="xfm:octets" select="translate($prefix, 'ABCDEF', 'abcdef')"/>
  <xsl:variable name="xfm:is-prefix" select="string-length($prefix) mod 3 = 2
      and translate($xfm:octets, '123456789abcdef', '000000000000000')
          = substring('00:00:00:00:00', 1, string-length($prefix))
      and contains('02468ace', substring($xfm:octets, 2, 1))"/>
  <!-- How often an address that no interface has is looked for; libxslt lets templates nest 3000 deep. -->
  <xsl:variable name="xfm:tries" select="1000"/>

  <!-- Each interface with its source, and whether it is to have an address. -->
  <xsl:variable name="xfm:interfaces">
    <xsl:for-each select="/domain[$xfm:qemu and $xfm:is-prefix]/devices[interface[not(mac)]]/interface">
      <interface device="{generate-id()}" open="{not(mac or ($xfm:pinned and alias))}">
        <xsl:attribute name="source">
          <xsl:apply-templates select="." mode="xfm:source"/>
        </xsl:attribute>
      </interface>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:source" match="interface[@source]" use="@source"/>

  <!-- The addresses that are taken; then the one that each interface would like. -->
  <xsl:variable name="xfm:wishes">
    <mac address="00:00:00:00:00:00"/>
    <xsl:for-each select="/domain/devices[interface[not(mac)]]/interface/mac">
      <mac address="{translate(@address, 'ABCDEF', 'abcdef')}"/>
    </xsl:for-each>
    <xsl:for-each select="exsl:node-set($xfm:interfaces)/interface
        [generate-id() = generate-id(key('xfm:source', @source)[1])]">
      <xsl:for-each select="key('xfm:source', @source)">
        <xsl:variable name="of" select="concat($xfm:seed, ' interface ', @source, ' ', position())"/>
        <xsl:if test="@open = 'true'">
          <mac device="{@device}" of="{$of}">
            <xsl:attribute name="address">
              <xsl:call-template name="xfm:address">
                <xsl:with-param name="of" select="$of"/>
              </xsl:call-template>
            </xsl:attribute>
          </mac>
        </xsl:if>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:mac" match="mac" use="@address"/>
  <xsl:key name="xfm:device" match="mac" use="@device"/>

  <!-- For those whose wish another one has before them: the device, "=", an address that none has, and a blank. -->
  <xsl:variable name="xfm:others">
    <xsl:call-template name="xfm:others">
      <xsl:with-param name="macs" select="exsl:node-set($xfm:wishes)/mac[@device]
          [generate-id() != generate-id(key('xfm:mac', @address)[1])]"/>
    </xsl:call-template>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:if test="not($xfm:is-prefix)">
      <xsl:message terminate="yes">
        <xsl:value-of select="concat('interface-mac.prefix=', $prefix,
            ' is not 1 to 5 octets of a unicast MAC address')"/>
      </xsl:message>
    </xsl:if>
    <xsl:apply-templates/>
  </xsl:template>

  <xsl:template match="domain/devices/interface[not(mac)]">
    <xsl:variable name="device" select="generate-id()"/>
    <xsl:variable name="address">
      <xsl:for-each select="exsl:node-set($xfm:wishes)">
        <xsl:variable name="wish" select="key('xfm:device', $device)"/>
        <xsl:choose>
          <xsl:when test="contains($xfm:others, concat(' ', $device, '='))">
            <xsl:value-of select="substring-before(substring-after($xfm:others, concat(' ', $device, '=')), ' ')"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="$wish/@address"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$address != ''">
        <mac address="{$address}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- What an interface is connected to: what is left of it when the host, or libvirt at run time, changes. -->
  <xsl:template match="interface" mode="xfm:source">
    <xsl:value-of select="concat(@type, ' ')"/>
    <xsl:choose>
      <xsl:when test="@type = 'network'">
        <xsl:value-of select="source/@network"/>
      </xsl:when>
      <xsl:when test="@type = 'bridge'">
        <xsl:value-of select="source/@bridge"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat(source/@dev, source/@path, source/@name, source/@address, ' ', source/@port)"/>
        <xsl:for-each select="source/address">
          <xsl:value-of select="concat(' ', @domain, ':', @bus, ':', @slot, ':', @function)"/>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- One address for each of macs, none of them in done nor in the document. -->
  <xsl:template name="xfm:others">
    <xsl:param name="macs"/>
    <xsl:param name="done" select="' '"/>
    <xsl:variable name="half" select="floor(count($macs) div 2)"/>
    <xsl:choose>
      <xsl:when test="$half = 0">
        <xsl:value-of select="$done"/>
        <xsl:for-each select="$macs">
          <xsl:value-of select="concat(@device, '=')"/>
          <xsl:call-template name="xfm:free-address">
            <xsl:with-param name="done" select="$done"/>
          </xsl:call-template>
          <xsl:text> </xsl:text>
        </xsl:for-each>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:others">
          <xsl:with-param name="macs" select="$macs[position() &gt; $half]"/>
          <xsl:with-param name="done">
            <xsl:call-template name="xfm:others">
              <xsl:with-param name="macs" select="$macs[position() &lt;= $half]"/>
              <xsl:with-param name="done" select="$done"/>
            </xsl:call-template>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:free-address">
    <xsl:param name="done"/>
    <xsl:param name="try" select="1"/>
    <xsl:variable name="address">
      <xsl:call-template name="xfm:address">
        <xsl:with-param name="of" select="concat(@of, ' ', $try)"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="not(key('xfm:mac', $address)) and not(contains($done, concat('=', $address, ' ')))">
        <xsl:value-of select="$address"/>
      </xsl:when>
      <xsl:when test="$try &lt; $xfm:tries">
        <xsl:call-template name="xfm:free-address">
          <xsl:with-param name="done" select="$done"/>
          <xsl:with-param name="try" select="$try + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:message terminate="yes">
          <xsl:value-of select="concat('interface-mac.prefix=', $prefix, ' leaves too few MAC addresses')"/>
        </xsl:message>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The prefix, and octets of a hash up to six. -->
  <xsl:template name="xfm:address">
    <xsl:param name="of"/>
    <xsl:variable name="hash" select="f:sha256($of)"/>
    <xsl:variable name="octets" select="concat(substring($hash, 1, 2), ':', substring($hash, 3, 2), ':',
        substring($hash, 5, 2), ':', substring($hash, 7, 2), ':', substring($hash, 9, 2))"/>
    <xsl:value-of select="concat($xfm:octets, ':', substring($octets, 1, 16 - string-length($xfm:octets)))"/>
  </xsl:template>
</xsl:stylesheet>
