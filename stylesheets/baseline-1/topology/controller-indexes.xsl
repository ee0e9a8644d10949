<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="controller-indexes" stage="topology" abi="guest">
    <doc:title>Number the controllers whose index is left open</doc:title>
    <doc:summary>
      Takes a domain of a known machine family, gives it with an index on each controller that has none, as libvirt
      itself chooses it: the lowest that no controller of the type has, in document order; an ICH9 USB controller
      joins the group of the USB controller before it, if that is an ICH9 one and has none of its model yet.
    </doc:summary>
    <doc:before>drive-addresses</doc:before>
    <doc:before>usb-ports</doc:before>
    <doc:before>virtio-serial-ports</doc:before>
    <doc:before>smartcards</doc:before>
    <doc:writes>domain/devices/controller/@index</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_postparse.c, virDomainAssignControllerIndexes</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:bare"
      select="/domain[$xfm:family != '']/devices[count(*) &lt; 1000]/controller[not(@index)]"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:bare">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/controller[not(@index)]">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:attribute name="index">
        <xsl:value-of select="substring-before(substring-after($xfm:indexes, concat(' ', generate-id(), '=')), ' ')"/>
      </xsl:attribute>
      <xsl:copy-of select="node()"/>
    </xsl:copy>
  </xsl:template>

  <!-- " ID=INDEX " of each controller that has none. -->
  <xsl:variable name="xfm:indexes">
    <xsl:apply-templates select="$xfm:bare[1]" mode="xfm:number">
      <xsl:with-param name="taken">
        <xsl:text> </xsl:text>
        <xsl:for-each select="/domain/devices/controller[@index]">
          <xsl:value-of select="concat(@type, ':', number(@index), ' ', @type, ':', number(@index), ':', @model, ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="numbers" select="' '"/>
    </xsl:apply-templates>
  </xsl:variable>

  <!--
    taken: " TYPE:INDEX " and " TYPE:INDEX:MODEL "; numbers: what this walk has given, the last one first, as
    " ID=INDEX " and, where a lowest index was sought, " TYPE>INDEX ": the next search goes on from there.
  -->
  <xsl:template match="controller" mode="xfm:number">
    <xsl:param name="taken"/>
    <xsl:param name="numbers"/>
    <xsl:variable name="joined">
      <xsl:if test="@type = 'usb' and starts-with(@model, 'ich9-')">
        <xsl:apply-templates select="preceding-sibling::controller[@type = 'usb'][1][starts-with(@model, 'ich9-')]"
            mode="xfm:known">
          <xsl:with-param name="numbers" select="$numbers"/>
        </xsl:apply-templates>
      </xsl:if>
    </xsl:variable>
    <xsl:variable name="alone"
        select="$joined = '' or contains($taken, concat(' usb:', $joined, ':', @model, ' '))"/>
    <xsl:variable name="index">
      <xsl:if test="not($alone)">
        <xsl:value-of select="$joined"/>
      </xsl:if>
      <xsl:if test="$alone">
        <xsl:call-template name="xfm:lowest">
          <xsl:with-param name="taken" select="$taken"/>
          <xsl:with-param name="index" select="number(concat('0',
              substring-before(substring-after($numbers, concat(' ', @type, '&gt;')), ' ')))"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:variable>
    <xsl:variable name="sought" select="concat(' ', @type, '&gt;', $index)"/>
    <xsl:value-of select="concat(' ', generate-id(), '=', $index, ' ')"/>
    <xsl:apply-templates select="following-sibling::controller[not(@index)][1]" mode="xfm:number">
      <xsl:with-param name="taken"
          select="concat($taken, @type, ':', $index, ' ', @type, ':', $index, ':', @model, ' ')"/>
      <xsl:with-param name="numbers" select="concat(' ', generate-id(), '=', $index,
          substring($sought, 1, string-length($sought) * $alone), $numbers)"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- The index of a controller that has one by now. -->
  <xsl:template match="controller" mode="xfm:known">
    <xsl:param name="numbers"/>
    <xsl:value-of select="@index"/>
    <xsl:if test="not(@index)">
      <xsl:value-of select="substring-before(substring-after($numbers, concat(' ', generate-id(), '=')), ' ')"/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:lowest">
    <xsl:param name="taken"/>
    <xsl:param name="index" select="0"/>
    <xsl:choose>
      <xsl:when test="contains($taken, concat(' ', @type, ':', $index, ' '))">
        <xsl:call-template name="xfm:lowest">
          <xsl:with-param name="taken" select="$taken"/>
          <xsl:with-param name="index" select="$index + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$index"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
