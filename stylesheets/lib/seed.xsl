<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    What the identities that are derived for the devices of a guest begin with, as a global variable.

    xfm:seed      the UUID of the domain as 32 lower-case digits, however it is spelt, so that the same guest has the same
                  devices on every host; where it has none, its name
  -->
  <xsl:variable name="xfm:seed">
    <xsl:choose>
      <xsl:when test="/domain/uuid">
        <xsl:value-of select="translate(normalize-space(/domain/uuid), 'ABCDEF-', 'abcdef')"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat('name ', /domain/name)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
</xsl:stylesheet>
