<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/topology.xsl"/>
  <doc:stylesheet id="smartcards" stage="topology" abi="guest">
    <doc:title>A slot for every smartcard, and the reader that has it</doc:title>
    <doc:summary>
      Takes a domain of a known machine family; gives it with a ccid address on each smartcard that has none, in the
      slots of controller 0 after the highest one in use, and with the ccid controllers that smartcards name.
      libvirt does the same.
    </doc:summary>
    <doc:writes>domain/devices/smartcard/address</doc:writes>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c, virDomainDefMaybeAddSmartcardController</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:used">
    <xsl:for-each select="/domain/devices/smartcard/address[@type = 'ccid'][@controller = 0]">
      <xsl:sort select="@slot" data-type="number" order="descending"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="@slot + 1"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:choose>
      <!-- libxslt bounds recursion, and no guest has so many devices -->
      <xsl:when test="$xfm:family != '' and /domain/devices[count(*) &lt; 1000]/smartcard">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices[smartcard]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="smartcard[not(address)]">
        <xsl:call-template name="xfm:reader">
          <xsl:with-param name="index" select="0"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:for-each select="smartcard/address[@type = 'ccid'][not(@controller = 0 and ../../smartcard[not(address)])]">
        <xsl:if test="not(../preceding-sibling::smartcard/address[@type = 'ccid']
            [@controller = current()/@controller])">
          <xsl:call-template name="xfm:reader">
            <xsl:with-param name="index" select="@controller"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/smartcard[not(address)]">
    <xsl:copy>
      <xsl:copy-of select="@* | node()"/>
      <address type="ccid" controller="0" slot="{concat($xfm:used, substring('0', 1 + ($xfm:used != ''))) +
          count(preceding-sibling::smartcard[not(address)])}"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:reader">
    <xsl:param name="index"/>
    <xsl:if test="not(/domain/devices/controller[@type = 'ccid'][@index = $index])">
      <controller type="ccid" index="{$index}">
        <xsl:call-template name="xfm:controller-alias">
          <xsl:with-param name="name" select="concat('ua-ccid-', $index)"/>
        </xsl:call-template>
      </controller>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
