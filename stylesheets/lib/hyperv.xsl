<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    What a Hyper-V enlightenment needs, and the closure over it.

    Source: QEMU docs/system/i386/hyperv.rst, "Requires" of each enlightenment. The names are those of libvirt's
    features/hyperv children; "hypervclock" is the timer of that name, which QEMU calls hv-time.
  -->
  <xsl:template name="xfm:hyperv-needs">
    <xsl:param name="feature"/>
    <xsl:choose>
      <xsl:when test="$feature = 'synic'">vpindex </xsl:when>
      <xsl:when test="$feature = 'stimer'">vpindex synic hypervclock </xsl:when>
      <xsl:when test="$feature = 'tlbflush'">vpindex </xsl:when>
      <xsl:when test="$feature = 'ipi'">vpindex </xsl:when>
      <xsl:when test="$feature = 'evmcs'">vapic </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- todo: names, each followed by a blank; gives all of them and all that they need, between blanks, each once -->
  <xsl:template name="xfm:hyperv-closure">
    <xsl:param name="todo"/>
    <xsl:param name="done" select="' '"/>
    <xsl:variable name="feature" select="substring-before($todo, ' ')"/>
    <xsl:choose>
      <xsl:when test="$feature = ''">
        <xsl:value-of select="$done"/>
      </xsl:when>
      <xsl:when test="contains($done, concat(' ', $feature, ' '))">
        <xsl:call-template name="xfm:hyperv-closure">
          <xsl:with-param name="todo" select="substring-after($todo, ' ')"/>
          <xsl:with-param name="done" select="$done"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:variable name="needs">
          <xsl:call-template name="xfm:hyperv-needs">
            <xsl:with-param name="feature" select="$feature"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:call-template name="xfm:hyperv-closure">
          <xsl:with-param name="todo" select="concat(substring-after($todo, ' '), $needs)"/>
          <xsl:with-param name="done" select="concat($done, $feature, ' ')"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
