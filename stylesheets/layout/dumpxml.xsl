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
    <doc:source>libvirt 9.0.0, test:///default: its dumps of the documents of tests/qemuxml2argvdata</doc:source>
    <doc:source>libxml2 parser.c, xmlsave.c: which blanks libvirt drops from metadata, and what it indents</doc:source>
  </doc:stylesheet>

  <!-- Whatever has a namespace, by its prefix; only looked up where the root binds one. -->
  <xsl:key name="xfm:prefixed" match="*[namespace-uri()] | @*[namespace-uri()]" use="substring-before(name(), ':')"/>

  <!--
    One element: its attributes, then what is in it. The lists are empty or have the form that dumpxml-order.xsl
    describes. What the list has behind a name is the longer the earlier the name comes; for a name that it does not
    have that is nothing, hence the descending order. libxslt's sort is stable.
  -->
  <xsl:template name="xfm:lay-out">
    <xsl:param name="attributes"/>
    <xsl:param name="elements"/>
    <xsl:copy>
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
      <xsl:if test="node()">
        <xsl:call-template name="xfm:content">
          <xsl:with-param name="elements" select="$elements"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- A root that binds namespaces. Copying it would copy them all, so it is made anew. libxml2's namespace axis
    goes backwards. -->
  <xsl:template match="/domain[namespace::*[2]]">
    <xsl:element name="domain">
      <xsl:variable name="many" select="boolean(namespace::*[18])"/>
      <xsl:for-each select="namespace::*[name() != 'xml']">
        <xsl:sort select="position()" data-type="number" order="descending"/>
        <xsl:call-template name="xfm:root-namespace">
          <xsl:with-param name="many" select="$many"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:copy-of select="@type"/>
      <xsl:copy-of select="@id"/>
      <xsl:copy-of select="@*"/>
      <xsl:call-template name="xfm:content">
        <xsl:with-param name="elements" select="$xfm:domain-elements"/>
      </xsl:call-template>
    </xsl:element>
  </xsl:template>

  <!--
    The root keeps a namespace (the current node) that is used outside the metadata. One that nothing uses is dropped,
    as libvirt does, unless a text or a value may mean it (a QName in content). To look for that is a pass over the
    document for each, so beyond some sixteen namespaces none is dropped.
  -->
  <xsl:template name="xfm:root-namespace">
    <xsl:param name="many"/>
    <xsl:variable name="users" select="key('xfm:prefixed', name())[namespace-uri() = current()]"/>
    <xsl:variable name="mention" select="concat(name(), ':')"/>
    <xsl:choose>
      <xsl:when test="$users">
        <xsl:copy-of select="self::node()[$users[not(ancestor::metadata[parent::domain])]]"/>
      </xsl:when>
      <xsl:when test="$many or //@*[contains(., $mention)] or //text()[contains(., $mention)]">
        <xsl:copy-of select="."/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- The metadata of such a root gets the namespaces that are used in it and nowhere else. -->
  <xsl:template match="/domain[namespace::*[2]]/metadata">
    <xsl:copy>
      <xsl:for-each select="../namespace::*[name() != 'xml']">
        <xsl:sort select="position()" data-type="number" order="descending"/>
        <xsl:if test="key('xfm:prefixed', name())[namespace-uri() = current()][ancestor::metadata]">
          <xsl:copy-of select="."/>
        </xsl:if>
      </xsl:for-each>
      <xsl:copy-of select="@*"/>
      <xsl:call-template name="xfm:content"/>
    </xsl:copy>
  </xsl:template>

  <!-- What is in an element: text, as it is; or children, one a line; or both, and then nothing is moved. -->
  <xsl:template name="xfm:content">
    <xsl:param name="elements"/>
    <xsl:choose>
      <xsl:when test="text()[normalize-space()] or (not($elements) and @xml:space = 'preserve')">
        <xsl:apply-templates select="node()" mode="xfm:verbatim"/>
      </xsl:when>
      <xsl:when test="* or comment() or processing-instruction()">
        <xsl:variable name="end" select="concat('&#10;', str:padding(2 * count(ancestor::*)))"/>
        <xsl:call-template name="xfm:children">
          <xsl:with-param name="elements" select="$elements"/>
          <xsl:with-param name="line" select="concat($end, '  ')"/>
        </xsl:call-template>
        <xsl:value-of select="$end"/>
      </xsl:when>
      <xsl:when test="not($elements)">
        <xsl:copy-of select="text()"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- A comment sorts like the element that follows it; the most frequent case, no comment, has the fastest key. -->
  <xsl:template name="xfm:children">
    <xsl:param name="elements"/>
    <xsl:param name="line"/>
    <xsl:choose>
      <xsl:when test="not($elements)">
        <xsl:for-each select="node()[not(self::text())]">
          <xsl:value-of select="$line"/>
          <xsl:apply-templates select="."/>
        </xsl:for-each>
      </xsl:when>
      <xsl:when test="comment() or processing-instruction()">
        <xsl:for-each select="node()[not(self::text())]">
          <xsl:sort data-type="number" order="descending" select="boolean(self::* | following-sibling::*[1]) *
              string-length(substring-after($elements, concat(' ', name(self::* | following-sibling::*[1]), ' ')))"/>
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
  </xsl:template>

  <xsl:template match="* | text() | comment() | processing-instruction()" mode="xfm:verbatim">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates select="node()" mode="xfm:verbatim"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
