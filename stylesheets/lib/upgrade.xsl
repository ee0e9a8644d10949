<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:pin="urn:xfm:pin:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="pin xfm">
  <!--
    Where a guest comes from, for stylesheets that are new or changed in a baseline.

    xfm:from   number: the baseline of the document's pin; NaN without a pin, so that every comparison is false.
               Only when a guest is moved up does a stylesheet of baseline N meet a number below N: what such a guest has
               already may then be changed, too.
  -->
  <xsl:variable name="xfm:from" select="number(/domain/metadata/pin:pin/@baseline)"/>
</xsl:stylesheet>
