<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <!--
    The identity transform in the default mode: every node of the document, of whatever namespace, is copied as it is.
    A stylesheet imports it (never includes it: an included template could win over the importer's own) and overrides
    the templates of its one concern. Takes any tree, gives the same tree.
  -->
  <xsl:template match="@* | node()">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
