<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:pin:1"
    exclude-result-prefixes="doc">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="pin" stage="pin" abi="host">
    <doc:title>Record under metadata what was done, and by what</doc:title>
    <doc:summary>
      Takes a domain at the end of the chain, the run's record, document('xfm:provenance'), and what the guest sees,
      document('xfm:abi'); gives it with one xfm:pin as the last child of metadata, or in the place of the one that is
      there. A pin that is there is written anew only where the run changed the document, or libvirt completed it: so the output of one xfm passes through another, or through one with another
      libvirt's schema, without a change.
    </doc:summary>
    <doc:writes>domain/metadata/xfm:pin</doc:writes>
    <doc:writes>domain/metadata</doc:writes>
    <doc:source>schemas/rng/pin.rng; libvirt formatdomain.html, general metadata: one element a namespace under metadata</doc:source>
  </doc:stylesheet>

  <xsl:variable name="provenance" select="document('xfm:provenance')/xfm:provenance"/>

  <xsl:template match="domain[not(metadata)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <metadata>
        <xsl:call-template name="pin"/>
      </metadata>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata[not(xfm:pin)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="pin"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata/xfm:pin">
    <xsl:choose>
      <xsl:when test="$provenance/@changed = 'yes'">
        <xsl:call-template name="pin"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="pin">
    <xfm:pin baseline="{$provenance/@baseline}" version="{$provenance/@version}" schema="{$provenance/@schema}">
      <xsl:if test="/domain/os/type/@machine">
        <xsl:attribute name="machine">
          <xsl:value-of select="/domain/os/type/@machine"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:copy-of select="$provenance/@topology"/>
      <xsl:for-each select="$provenance/xfm:stylesheet">
        <xfm:stylesheet stage="{@stage}" id="{@id}" digest="{@digest}"/>
      </xsl:for-each>
      <xsl:copy-of select="document('xfm:abi')"/>
    </xfm:pin>
  </xsl:template>
</xsl:stylesheet>
