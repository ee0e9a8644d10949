<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    xfm:fail refuses the document: the run ends with exit status 1 and the reason on stderr.
    reason   one sentence, with no full stop
    node     the node at fault (the current one where not given); its path is shown
  -->
  <xsl:template name="xfm:fail">
    <xsl:param name="reason"/>
    <xsl:param name="node" select="."/>
    <xsl:message terminate="yes">
      <xsl:apply-templates select="$node" mode="xfm:path"/>
      <xsl:text> xfm-fault: </xsl:text>
      <xsl:value-of select="$reason"/>
    </xsl:message>
  </xsl:template>

  <!-- The XPath of a node, as libxml2 writes it: /domain/devices/disk[2]/@type -->
  <xsl:template match="*" mode="xfm:path">
    <xsl:apply-templates select="parent::*" mode="xfm:path"/>
    <xsl:value-of select="concat('/', name())"/>
    <xsl:if test="preceding-sibling::*[name() = name(current())] or following-sibling::*[name() = name(current())]">
      <xsl:value-of select="concat('[', count(preceding-sibling::*[name() = name(current())]) + 1, ']')"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="@*" mode="xfm:path">
    <xsl:apply-templates select=".." mode="xfm:path"/>
    <xsl:value-of select="concat('/@', name())"/>
  </xsl:template>
</xsl:stylesheet>
