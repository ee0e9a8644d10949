<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/numbers.xsl"/>
  <!--
    What tells that a device is one that is there already. Of a domain, or of a single device:

      <known>
        <device>                       for each device, in document order
          <by what="mac">52:…</by>     its alias, MAC or name, or the host's side of it that no two devices share
        </device>
      </known>

    A medium is none of that: several drives may have the same. Host devices are compared as libvirt writes them.

    Source: libvirt formatdomain.html, devices; src/conf/domain_conf.c, what must be unique in a domain.
  -->
  <xsl:variable name="capitals" select="'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"/>
  <xsl:variable name="small" select="'abcdefghijklmnopqrstuvwxyz'"/>

  <xsl:template match="/">
    <known>
      <xsl:for-each select="/domain/devices/* | /*[not(self::domain)]">
        <device>
          <xsl:if test="alias/@name != ''">
            <by what="alias">
              <xsl:value-of select="alias/@name"/>
            </by>
          </xsl:if>
          <xsl:apply-templates select="." mode="by"/>
        </device>
      </xsl:for-each>
    </known>
  </xsl:template>

  <xsl:template match="*" mode="by"/>

  <xsl:template match="interface" mode="by">
    <xsl:if test="mac/@address">
      <by what="mac">
        <xsl:value-of select="translate(mac/@address, $capitals, $small)"/>
      </by>
    </xsl:if>
    <xsl:apply-templates select="source/address" mode="place"/>
  </xsl:template>

  <xsl:template match="disk" mode="by">
    <xsl:variable name="source" select="source[not(../@device = 'cdrom' or ../@device = 'floppy')]"/>
    <xsl:if test="$source/@file | $source/@dev | $source/@dir">
      <by what="source">
        <xsl:value-of select="$source/@file | $source/@dev | $source/@dir"/>
      </by>
    </xsl:if>
    <xsl:if test="$source/@pool">
      <by what="source">
        <xsl:value-of select="concat($source/@pool, ' ', $source/@volume)"/>
      </by>
    </xsl:if>
    <xsl:if test="$source/@protocol">
      <by what="source">
        <xsl:value-of select="concat($source/@protocol, ' ', $source/@name, ' ', $source/host/@name, ' ',
            $source/host/@port, ' ', $source/host/@socket)"/>
      </by>
    </xsl:if>
    <xsl:if test="target/@dev">
      <by what="target">
        <xsl:value-of select="target/@dev"/>
      </by>
    </xsl:if>
    <xsl:apply-templates select="$source/address" mode="place"/>
  </xsl:template>

  <xsl:template match="filesystem" mode="by">
    <by what="name">
      <xsl:value-of select="target/@dir"/>
    </by>
  </xsl:template>

  <xsl:template match="controller[@index]" mode="by">
    <by what="index">
      <xsl:value-of select="concat(@type, ' ', number(@index))"/>
    </by>
  </xsl:template>

  <xsl:template match="channel[target/@name]" mode="by">
    <by what="name">
      <xsl:value-of select="target/@name"/>
    </by>
  </xsl:template>

  <xsl:template match="shmem[@name]" mode="by">
    <by what="name">
      <xsl:value-of select="@name"/>
    </by>
  </xsl:template>

  <!-- A guest has one at most. -->
  <xsl:template match="vsock" mode="by">
    <by what="kind">vsock</by>
  </xsl:template>

  <xsl:template match="hostdev" mode="by">
    <xsl:if test="source/vendor">
      <by what="product">
        <xsl:value-of select="translate(concat(source/vendor/@id, ' ', source/product/@id), $capitals, $small)"/>
      </by>
    </xsl:if>
    <xsl:apply-templates select="source/address" mode="place"/>
  </xsl:template>

  <!-- The place of a device of the host; one that is said in part is none. -->
  <xsl:template match="address" mode="place">
    <by what="place">
      <xsl:value-of select="concat(@uuid, ' ', ../adapter/@name)"/>
      <xsl:for-each select="@domain | @bus | @slot | @function | @device | @target | @unit">
        <xsl:sort select="name()"/>
        <xsl:if test="not(name() = 'domain' and translate(., '0x', '') = '')">
          <xsl:value-of select="concat(' ', name(), '=')"/>
          <xsl:call-template name="xfm:number">
            <xsl:with-param name="text" select="string(.)"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:for-each>
    </by>
  </xsl:template>
</xsl:stylesheet>
