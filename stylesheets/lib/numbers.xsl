<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    Numbers as libvirt's parser takes them, decimal or hexadecimal, and hexadecimal ones as it writes them.

      xfm:number         with text: the number that it means
      xfm:hex            with number and digits (2): so many hexadecimal digits, without the 0x
      xfm:hexadecimal    with text and digits (2): both, one after the other

    Source: libvirt RNG, basictypes.rng (uint16 and its like).
  -->

  <!-- The number that a text means: 0x1f, 0X1F or 31; 0 for the empty one. -->
  <xsl:template name="xfm:number">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="substring($text, 1, 2) = '0x' or substring($text, 1, 2) = '0X'">
        <xsl:call-template name="xfm:hex-digits">
          <xsl:with-param name="digits" select="translate(substring($text, 3), 'ABCDEF', 'abcdef')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="number(concat('0', $text))"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:hex-digits">
    <xsl:param name="digits"/>
    <xsl:param name="sum" select="0"/>
    <xsl:choose>
      <xsl:when test="$digits = ''">
        <xsl:value-of select="$sum"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:hex-digits">
          <xsl:with-param name="digits" select="substring($digits, 2)"/>
          <xsl:with-param name="sum"
              select="16 * $sum + string-length(substring-before('0123456789abcdef', substring($digits, 1, 1)))"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A number in so many hexadecimal digits, without the 0x. -->
  <xsl:template name="xfm:hex">
    <xsl:param name="number"/>
    <xsl:param name="digits" select="2"/>
    <xsl:if test="$digits &gt; 1">
      <xsl:call-template name="xfm:hex">
        <xsl:with-param name="number" select="floor($number div 16)"/>
        <xsl:with-param name="digits" select="$digits - 1"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:value-of select="substring('0123456789abcdef', $number mod 16 + 1, 1)"/>
  </xsl:template>

  <xsl:template name="xfm:hexadecimal">
    <xsl:param name="text"/>
    <xsl:param name="digits" select="2"/>
    <xsl:variable name="number">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="$text"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:call-template name="xfm:hex">
      <xsl:with-param name="number" select="number($number)"/>
      <xsl:with-param name="digits" select="$digits"/>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
