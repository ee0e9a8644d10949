<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:n="urn:xfm:native:1"
    xmlns:native="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl n native xfm">
  <!--
    What the stylesheets of all native formats share. They take what xfm/native/ reads:

      config/@format            the format
      entry/@key @id @line      one setting: its name as it was written, the name to go by, its line
      entry/@value              its value; or, where the value is a list,
      entry/item/@line @value   its members; and what a member or a value is made of
      field/@name @value        (mac=…,bridge=…)
      group/@kind @index @unit  settings of one device (scsi0:1.fileName), with its entries
      @sensitive                yes: may hold a password

    n:entry              key: entries by id, those of groups too
    given                parameter: the domain's name, if the user gave one
    fallback             parameter: a name taken from the file's, for formats whose file has none
    xfm:metadata         what has no place in domain XML, under metadata: all that mode xfm:kept gives
    xfm:kept             mode: what of an entry is left; a format's own stylesheet empties it for what it understands
    xfm:name             the name
    xfm:ip               mode: one address, or address and prefix, of a field as ip
    xfm:route            mode: the address of a gateway as route
  -->
  <xsl:param name="given"/>
  <xsl:param name="fallback"/>
  <xsl:key name="n:entry" match="n:entry" use="@id"/>
  <xsl:variable name="config" select="/n:config"/>

  <xsl:template name="xfm:name">
    <xsl:param name="own"/>
    <name>
      <xsl:choose>
        <xsl:when test="$given != ''">
          <xsl:value-of select="$given"/>
        </xsl:when>
        <xsl:when test="$own != ''">
          <xsl:value-of select="$own"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="$fallback"/>
        </xsl:otherwise>
      </xsl:choose>
    </name>
  </xsl:template>

  <xsl:template name="xfm:metadata">
    <xsl:variable name="kept">
      <xsl:apply-templates select="$config/*" mode="xfm:kept"/>
    </xsl:variable>
    <xsl:if test="exsl:node-set($kept)/*">
      <metadata>
        <xsl:element name="native:config">
          <xsl:copy-of select="$config/@format"/>
          <xsl:copy-of select="$kept"/>
        </xsl:element>
      </metadata>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:entry | n:item | n:field" mode="xfm:kept">
    <xsl:element name="native:{local-name()}">
      <xsl:copy-of select="@key | @name | @line"/>
      <xsl:apply-templates select="@value" mode="xfm:kept"/>
      <xsl:apply-templates select="n:item[not(../@value)]" mode="xfm:whole"/>
    </xsl:element>
  </xsl:template>

  <!-- Of what has fields, those that are not understood. -->
  <xsl:template match="n:entry[n:item[n:field]] | n:entry[n:field] | n:item[n:field]" mode="xfm:kept">
    <xsl:variable name="kept">
      <xsl:apply-templates select="n:item | n:field" mode="xfm:kept"/>
    </xsl:variable>
    <xsl:if test="exsl:node-set($kept)/*">
      <xsl:element name="native:{local-name()}">
        <xsl:copy-of select="@key | @line"/>
        <xsl:copy-of select="$kept"/>
      </xsl:element>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:group" mode="xfm:kept">
    <xsl:apply-templates select="n:entry" mode="xfm:kept"/>
  </xsl:template>

  <!-- As it was written, all of it. -->
  <xsl:template match="n:entry | n:item" mode="xfm:whole" name="xfm:whole">
    <xsl:element name="native:{local-name()}">
      <xsl:copy-of select="@key | @line"/>
      <xsl:apply-templates select="@value" mode="xfm:kept"/>
      <xsl:apply-templates select="n:item[not(../@value)]" mode="xfm:whole"/>
    </xsl:element>
  </xsl:template>

  <!-- xfm masks the values of attributes with such a name wherever it shows a document. -->
  <xsl:template match="@value" mode="xfm:kept">
    <xsl:attribute name="value">
      <xsl:value-of select="."/>
    </xsl:attribute>
  </xsl:template>
  <xsl:template match="*[@sensitive]/@value" mode="xfm:kept">
    <xsl:attribute name="secret">
      <xsl:value-of select="."/>
    </xsl:attribute>
  </xsl:template>

  <xsl:template match="@value" mode="xfm:ip">
    <ip address="{substring-before(concat(., '/'), '/')}">
      <xsl:call-template name="xfm:family"/>
      <xsl:if test="contains(., '/')">
        <xsl:attribute name="prefix">
          <xsl:value-of select="substring-after(., '/')"/>
        </xsl:attribute>
      </xsl:if>
    </ip>
  </xsl:template>

  <xsl:template match="@value" mode="xfm:route">
    <route>
      <xsl:call-template name="xfm:family"/>
      <xsl:attribute name="address">
        <xsl:choose>
          <xsl:when test="contains(., ':')">::</xsl:when>
          <xsl:otherwise>0.0.0.0</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:attribute name="gateway">
        <xsl:value-of select="."/>
      </xsl:attribute>
    </route>
  </xsl:template>

  <xsl:template name="xfm:family">
    <xsl:attribute name="family">
      <xsl:choose>
        <xsl:when test="contains(., ':')">ipv6</xsl:when>
        <xsl:otherwise>ipv4</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>
</xsl:stylesheet>
