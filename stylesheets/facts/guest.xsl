<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="facts xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <!--
    Of all facts, those that concern one guest: what stylesheets read by document('xfm:host-facts').

    Takes a domain, and the facts of all hosts (combine.xsl, or a baseline's own table) by document('xfm:all-facts');
    gives the <facts> with the machines, aliases and kinds of domains of the guest's architecture and type. Parameter
    schema: the version of libvirt's schema that the run validates with, which becomes an attribute.
  -->
  <xsl:param name="schema"/>
  <xsl:variable name="type" select="string(/domain/@type)"/>

  <xsl:template match="/">
    <xsl:for-each select="document('xfm:all-facts')/facts:facts">
      <xsl:copy>
        <xsl:copy-of select="@*"/>
        <xsl:attribute name="schema">
          <xsl:value-of select="$schema"/>
        </xsl:attribute>
        <xsl:copy-of select="facts:cpu | *[@arch = $xfm:arch][not(@type) or @type = $type]"/>
      </xsl:copy>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
