<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:layout:1" xmlns:str="http://exslt.org/strings" exclude-result-prefixes="doc xfm str">
  <xsl:import href="../lib/identity.xsl"/>
  <xsl:import href="dumpxml-order.xsl"/>

  <doc:stylesheet id="dumpxml" stage="layout" abi="host">
    <doc:title>Puts elements, attributes and indentation in the order and form of libvirt's dumpxml</doc:title>
    <doc:summary>Takes any domain document and gives the same one: elements and attributes in libvirt's order, one
      element, comment or processing instruction a line, two blanks a level. Elements of the same name keep their
      order; what libvirt does not know comes last. A comment stays in front of the element that it was in front of.
      An element with text is left as it is, blanks included. Namespaces that the root binds and only the metadata
      uses move there, as they do in libvirt. So a diff against virsh dumpxml shows only what libvirt filled
      in.</doc:summary>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c (what prints a domain), src/util/virxml.c (metadata)</doc:source>
    <doc:source>libvirt 9.0.0, test:///default: the dumps of every document of tests/qemuxml2argvdata</doc:source>
    <doc:source>libxml2 parser.c, xmlsave.c: which blanks libvirt drops from metadata, and what it indents</doc:source>
  </doc:stylesheet>

  <xsl:key name="xfm:prefixed" match="*[namespace-uri()] | @*[namespace-uri()]" use="substring-before(name(), ':')"/>

  <!-- One element. The lists of attributes and elements are empty or have the form that dumpxml-order.xsl describes. -->
  <xsl:template name="xfm:lay-out">
    <xsl:param name="attributes"/>
    <xsl:param name="elements"/>
    <xsl:copy>
      <xsl:call-template name="xfm:inside">
        <xsl:with-param name="attributes" select="$attributes"/>
        <xsl:with-param name="elements" select="$elements"/>
      </xsl:call-template>
    </xsl:copy>
  </xsl:template>

  <!--
    The attributes and children of the current element. The rest of the list behind a name is the longer the earlier
    the name comes; for a name not in the list it is nothing, hence the descending order. The sort is stable.
  -->
  <xsl:template name="xfm:inside">
    <xsl:param name="attributes"/>
    <xsl:param name="elements"/>
    <xsl:choose>
      <xsl:when test="$attributes and @*[2]">
        <xsl:for-each select="@*">
          <xsl:sort data-type="number" order="descending"
              select="string-length(substring-after($attributes, concat(' ', name(), ' ')))"/>
          <xsl:copy/>
        </xsl:for-each>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="@*"/>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:choose>
      <xsl:when test="not(node())"/>
      <xsl:when test="text()[normalize-space()] or @xml:space = 'preserve'">
        <xsl:apply-templates select="node()" mode="xfm:verbatim"/>
      </xsl:when>
      <xsl:when test="* or comment() or processing-instruction()">
        <xsl:call-template name="xfm:children">
          <xsl:with-param name="elements" select="$elements"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="not($elements)">
        <xsl:copy-of select="text()"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- Child elements, comments and processing instructions, one a line; the blanks between them are replaced. -->
  <xsl:template name="xfm:children">
    <xsl:param name="elements"/>
    <xsl:variable name="end" select="concat('&#10;', str:padding(2 * count(ancestor::*)))"/>
    <xsl:variable name="line" select="concat($end, '  ')"/>
    <xsl:choose>
      <xsl:when test="not($elements)">
        <xsl:for-each select="node()[not(self::text())]">
          <xsl:value-of select="$line"/>
          <xsl:apply-templates select="."/>
        </xsl:for-each>
      </xsl:when>
      <xsl:when test="comment() or processing-instruction()">
        <xsl:for-each select="node()[not(self::text())]">
          <xsl:sort data-type="number" order="descending" select="string-length(substring-after($elements,
              concat(' ', name(self::* | following-sibling::*[1]), ' ')))"/>
          <xsl:value-of select="$line"/>
          <xsl:apply-templates select="."/>
        </xsl:for-each>
      </xsl:when>
      <xsl:otherwise>
        <xsl:for-each select="*">
          <xsl:sort data-type="number" order="descending"
              select="string-length(substring-after($elements, concat(' ', name(), ' ')))"/>
          <xsl:value-of select="$line"/>
          <xsl:apply-templates select="."/>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:value-of select="$end"/>
  </xsl:template>

  <!-- Inside an element that has text nothing is moved and no blank is added or taken. -->
  <xsl:template match="* | text() | comment() | processing-instruction()" mode="xfm:verbatim">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates select="node()" mode="xfm:verbatim"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
