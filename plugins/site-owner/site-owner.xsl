<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:site="https://example.com/xmlns/site-owner/1"
    exclude-result-prefixes="doc">
  <xsl:import href="xfm:lib/identity.xsl"/>
  <doc:stylesheet id="site-owner" stage="policy" abi="host">
    <doc:title>Record under metadata who a guest belongs to</doc:title>
    <doc:summary>
      Takes any domain, gives it with one site:guest element under metadata that names the owner and, where it is given,
      the cost centre. An element that is there gets the new values; a cost centre that is not given stays. Idle until
      the parameter owner is set.
    </doc:summary>
    <doc:param name="owner" type="string">Who answers for the guest, for example a mail address</doc:param>
    <doc:param name="cost-centre" type="string" default="">Who pays for it; empty: nothing is said</doc:param>
    <doc:writes>domain/metadata</doc:writes>
    <doc:writes>domain/metadata/site:guest</doc:writes>
    <doc:source>libvirt formatdomain.html, general metadata: one element a namespace, and libvirt keeps it as it is</doc:source>
  </doc:stylesheet>
  <xsl:param name="owner"/>
  <xsl:param name="cost-centre" select="''"/>

  <xsl:template match="domain[not(metadata)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <metadata>
        <site:guest>
          <xsl:call-template name="site:values"/>
        </site:guest>
      </metadata>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata[not(site:guest)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <site:guest>
        <xsl:call-template name="site:values"/>
      </site:guest>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata/site:guest">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:call-template name="site:values"/>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="site:values">
    <xsl:attribute name="owner">
      <xsl:value-of select="$owner"/>
    </xsl:attribute>
    <xsl:if test="$cost-centre != ''">
      <xsl:attribute name="cost-centre">
        <xsl:value-of select="$cost-centre"/>
      </xsl:attribute>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
