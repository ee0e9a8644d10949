<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    Network interfaces, devices of the host's, and devices that come over the network.
  -->
  <!--
    Network interfaces: what hangs at the other end of the wire is the host's, but for a host's device that is handed
    through. Addresses that libvirt hands to the guest (LXC, passt) are the guest's.
  -->
  <xsl:template match="interface" mode="xfm:kind">
    <xsl:variable name="model"
        select="translate(model/@type, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"/>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'mac'"/>
      <xsl:with-param name="value">
        <xsl:call-template name="xfm:mac">
          <xsl:with-param name="text" select="translate(mac/@address, 'ABCDEF', 'abcdef')"/>
        </xsl:call-template>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'model'"/>
      <xsl:with-param name="value" select="$model"/>
    </xsl:call-template>
    <xsl:apply-templates mode="xfm:fact" select="mtu/@size | link/@state[. != 'up'] | guest/@dev | teaming/@*"/>
    <!-- of any other model libvirt drops the driver's options -->
    <xsl:if test="@type != 'hostdev' and (starts-with($model, 'virtio') or ($model = '' and not($xfm:x86)))">
      <xsl:apply-templates mode="xfm:fact" select="driver/@queues[. != 1] | driver/@rx_queue_size | driver/@tx_queue_size
          | driver/@event_idx | driver/@rss | driver/@rss_hash_report | driver/host/@* | driver/guest/@*"/>
    </xsl:if>
    <xsl:call-template name="xfm:routes"/>
    <xsl:if test="@type = 'hostdev'">
      <xsl:call-template name="xfm:host-device"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="interface" mode="xfm:open">
    <xsl:if test="not(mac/@address)"> mac</xsl:if>
    <xsl:if test="not(model/@type)"> model</xsl:if>
  </xsl:template>

  <xsl:template match="interface" mode="xfm:label">
    <xsl:value-of select="translate(mac/@address, 'ABCDEF', 'abcdef')"/>
  </xsl:template>

  <xsl:template name="xfm:routes">
    <xsl:for-each select="ip | route">
      <xsl:call-template name="xfm:fact">
        <xsl:with-param name="name" select="concat(name(), '-', count(preceding-sibling::*[name() = name(current())]) + 1)"/>
        <xsl:with-param name="value">
          <xsl:call-template name="xfm:groups">
            <xsl:with-param name="text" select="translate(@address, 'ABCDEF', 'abcdef')"/>
          </xsl:call-template>
          <xsl:value-of select="concat(' ', @prefix, ' ', @netmask, ' ', @gateway, ' ', @peer, ' ', @metric)"/>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <!-- An IPv6 address without the zeros that its groups begin with; any other as it is. -->
  <xsl:template name="xfm:groups">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="starts-with($text, '0') and contains('0123456789abcdef', substring(concat($text, '.'), 2, 1))
          and not(contains($text, '.'))">
        <xsl:call-template name="xfm:groups">
          <xsl:with-param name="text" select="substring($text, 2)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="contains($text, ':')">
        <xsl:value-of select="concat(substring-before($text, ':'), ':')"/>
        <xsl:call-template name="xfm:groups">
          <xsl:with-param name="text" select="substring-after($text, ':')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$text"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A MAC address, each octet in two digits. -->
  <xsl:template name="xfm:mac">
    <xsl:param name="text"/>
    <xsl:variable name="octet" select="substring-before(concat($text, ':'), ':')"/>
    <xsl:if test="$octet != ''">
      <xsl:value-of select="concat(substring('0', 1, string-length($octet) = 1), $octet, substring(':', 1, contains($text, ':')))"/>
      <xsl:call-template name="xfm:mac">
        <xsl:with-param name="text" select="substring-after($text, ':')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Devices of the host's: the guest sees the very device, so another one behind the same address is a change. -->
  <xsl:template match="hostdev" mode="xfm:kind">
    <fact name="mode">
      <xsl:value-of select="concat(@mode, substring('subsystem', 1, 9 * not(@mode)))"/>
    </fact>
    <xsl:apply-templates select="@type | @model | @display[. != 'off'] | @ramfb[. != 'off'] | @sgio | @rawio | readonly | teaming/@*" mode="xfm:fact"/>
    <xsl:call-template name="xfm:host-device"/>
    <xsl:call-template name="xfm:routes"/>
  </xsl:template>

  <!-- a USB device that is known by its ids may be plugged in anywhere: libvirt writes where it found it -->
  <xsl:template name="xfm:host-device">
    <xsl:apply-templates mode="xfm:fact" select="source//@*[not(ancestor::auth or ancestor::address[@slot or ../product])]
        [name() != 'startupPolicy' and name() != 'guestReset' and name() != 'writeFiltering']
        | source/block | source/char | source/interface"/>
    <xsl:if test="source/address/@slot">
      <fact name="source.address">
        <xsl:for-each select="source/address">
          <xsl:call-template name="xfm:pci"/>
        </xsl:for-each>
      </fact>
    </xsl:if>
  </xsl:template>

  <!-- an iSCSI target without a unit: its unit 0 (virDomainHostdevSubsysSCSIiSCSIDefParseXML) -->
  <xsl:template match="hostdev/source[@protocol = 'iscsi']/@name[not(contains(., '/'))]" mode="xfm:fact">
    <fact name="source.name">
      <xsl:value-of select="concat(., '/0')"/>
    </fact>
  </xsl:template>

  <xsl:template match="source/vendor/@id | source/product/@id" mode="xfm:fact">
    <fact name="source.{name(..)}.id">
      <xsl:call-template name="xfm:decimal"/>
    </fact>
  </xsl:template>

  <xsl:template match="source/address/@*" mode="xfm:fact">
    <fact name="source.address.{name()}">
      <xsl:choose>
        <xsl:when test="name() = 'uuid' or name() = 'type'">
          <xsl:value-of select="translate(., 'ABCDEF', 'abcdef')"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="xfm:number">
            <xsl:with-param name="text" select="."/>
          </xsl:call-template>
        </xsl:otherwise>
      </xsl:choose>
    </fact>
  </xsl:template>

  <xsl:template match="redirdev" mode="xfm:kind">
    <xsl:apply-templates select="@bus" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="redirfilter" mode="xfm:device">
    <device kind="redirfilter">
      <xsl:for-each select="usbdev">
        <fact name="rule-{position()}">
          <!-- -1 is any; a version has two digits after the point (virDomainRedirFilterUSBVersionHelper) -->
          <xsl:for-each select="@*[name() != 'allow'][. != '-1']">
            <xsl:sort select="name()"/>
            <xsl:value-of select="concat(name(), ' ')"/>
            <xsl:choose>
              <xsl:when test="name() = 'version'">
                <xsl:value-of select="concat(., substring('0', 1, string-length(substring-after(., '.')) = 1))"/>
              </xsl:when>
              <xsl:otherwise>
                <xsl:call-template name="xfm:number">
                  <xsl:with-param name="text" select="."/>
                </xsl:call-template>
              </xsl:otherwise>
            </xsl:choose>
            <xsl:text> </xsl:text>
          </xsl:for-each>
          <xsl:value-of select="concat('allow ', @allow)"/>
        </fact>
      </xsl:for-each>
    </device>
  </xsl:template>
</xsl:stylesheet>
