<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    How facts are made.

      mode xfm:fact      of an attribute or element: a fact named by its path below the device or the domain, its steps
                         joined by dots. Of an element: its text, or "yes" where it has none.
      xfm:fact           with name and value: a fact, if there is a value
      mode xfm:uuid      of an element: the UUID that it has, as a fact of its name
      xfm:attribute      with name and value: an attribute, if there is a value
      xfm:kib            of the element at hand, a number with a unit, or with default ("KiB"): in KiB
      xfm:decimal        with text: the number that it means, decimal or hexadecimal, in decimal
  -->
  <xsl:template match="@*" mode="xfm:fact">
    <xsl:param name="below" select="3"/>
    <fact>
      <xsl:attribute name="name">
        <xsl:apply-templates select=".." mode="xfm:steps">
          <xsl:with-param name="below" select="$below"/>
        </xsl:apply-templates>
        <xsl:value-of select="name()"/>
      </xsl:attribute>
      <xsl:value-of select="normalize-space()"/>
    </fact>
  </xsl:template>

  <xsl:template match="*" mode="xfm:fact">
    <xsl:param name="below" select="3"/>
    <fact>
      <xsl:attribute name="name">
        <xsl:apply-templates select=".." mode="xfm:steps">
          <xsl:with-param name="below" select="$below"/>
        </xsl:apply-templates>
        <xsl:value-of select="local-name()"/>
      </xsl:attribute>
      <xsl:choose>
        <xsl:when test="normalize-space(text()) != ''">
          <xsl:value-of select="normalize-space(text())"/>
        </xsl:when>
        <xsl:otherwise>yes</xsl:otherwise>
      </xsl:choose>
    </fact>
  </xsl:template>

  <!-- The names of the elements from below the given depth down to this one, each with a dot after it. -->
  <xsl:template match="*" mode="xfm:steps">
    <xsl:param name="below"/>
    <xsl:for-each select="ancestor-or-self::*[count(ancestor::*) &gt;= $below]">
      <xsl:value-of select="concat(local-name(), '.')"/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="xfm:fact">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:if test="normalize-space($value) != ''">
      <fact name="{$name}">
        <xsl:value-of select="normalize-space($value)"/>
      </fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="*" mode="xfm:uuid">
    <xsl:variable name="digits" select="translate(normalize-space(), 'ABCDEF- ', 'abcdef')"/>
    <xsl:if test="$digits != ''">
      <fact name="{name()}">
        <xsl:value-of select="concat(substring($digits, 1, 8), '-', substring($digits, 9, 4), '-', substring($digits, 13, 4),
            '-', substring($digits, 17, 4), '-', substring($digits, 21))"/>
      </fact>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:attribute">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:if test="normalize-space($value) != ''">
      <xsl:attribute name="{$name}">
        <xsl:value-of select="normalize-space($value)"/>
      </xsl:attribute>
    </xsl:if>
  </xsl:template>

  <!--
    Numbers with a unit, as KiB: powers of 1024 (KiB, k, M, MiB …) or of 1000 (KB, MB …); without a unit in the default. libvirt
    rounds up to whole KiB. Source: formatdomain.html, memory allocation; src/util/virutil.c, virScaleInteger.
  -->
  <xsl:template name="xfm:kib">
    <xsl:param name="default" select="'KiB'"/>
    <xsl:variable name="unit" select="concat(@unit, substring($default, 1, 5 * not(@unit)))"/>
    <xsl:variable name="letter" select="translate(substring($unit, 1, 1), 'BKMGTPE', 'bkmgtpe')"/>
    <xsl:variable name="decimal" select="string-length($unit) = 2"/>
    <xsl:variable name="bytes">
      <xsl:choose>
        <xsl:when test="$letter = 'b'">1</xsl:when>
        <xsl:when test="$letter = 'k' and $decimal">1000</xsl:when>
        <xsl:when test="$letter = 'k'">1024</xsl:when>
        <xsl:when test="$letter = 'm' and $decimal">1000000</xsl:when>
        <xsl:when test="$letter = 'm'">1048576</xsl:when>
        <xsl:when test="$letter = 'g' and $decimal">1000000000</xsl:when>
        <xsl:when test="$letter = 'g'">1073741824</xsl:when>
        <xsl:when test="$letter = 't' and $decimal">1000000000000</xsl:when>
        <xsl:when test="$letter = 't'">1099511627776</xsl:when>
        <xsl:when test="$letter = 'p' and $decimal">1000000000000000</xsl:when>
        <xsl:when test="$letter = 'p'">1125899906842624</xsl:when>
        <xsl:when test="$decimal">1000000000000000000</xsl:when>
        <xsl:otherwise>1152921504606846976</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:value-of select="format-number(ceiling(number(.) * $bytes div 1024), '0')"/>
  </xsl:template>

  <!-- A number in decimal, however large: libxslt would give an exponent to one above 10^9. -->
  <xsl:template name="xfm:decimal">
    <xsl:param name="text" select="."/>
    <xsl:variable name="digits" select="translate(substring($text, 3), 'ABCDEF', 'abcdef')"/>
    <xsl:choose>
      <xsl:when test="starts-with($text, '0x') or starts-with($text, '0X')">
        <xsl:variable name="high">
          <xsl:call-template name="xfm:number">
            <xsl:with-param name="text" select="concat('0x', substring($digits, 1, string-length($digits) - 6))"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:variable name="low">
          <xsl:call-template name="xfm:number">
            <xsl:with-param name="text" select="concat('0x', substring($digits, string-length($digits) - 5))"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:choose>
          <xsl:when test="string-length($digits) &gt; 6">
            <xsl:value-of select="format-number($high * 16777216 + $low, '0')"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="$low"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="format-number(concat('0', $text), '0')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
