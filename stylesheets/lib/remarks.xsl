<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    xfm:left-out tells what a stylesheet could have done and did not. Nobody sees it in an ordinary run; `xfm explain`
    shows it, and `xfm -v`.
    what   the element or feature
    why    the reason, in words that follow a colon, with no full stop
  -->
  <xsl:template name="xfm:left-out">
    <xsl:param name="what"/>
    <xsl:param name="why"/>
    <xsl:message>
      <xsl:value-of select="concat('xfm-left-out: ', $what, ': ', $why)"/>
    </xsl:message>
  </xsl:template>
</xsl:stylesheet>
