<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl xfm">
  <xsl:import href="../baseline-1/device-identity/aliases.xsl"/>
  <!--
    What a domain's devices lack of their identity, for `xfm audit`.

    Takes a domain, gives the aliases that the stylesheet aliases of the chain would add to it, in the order of the
    document:

      <identity><alias name="ua-disk-vdb"/> …</identity>

    or, where devices of the domain may not be given any, identity without children and with none="yes". It runs that
    very stylesheet and compares, so that what may have an alias is said in one place. That is the first baseline's,
    which no later one has changed (tests/unit/test_audit.py holds it to that).
  -->

  <!-- The aliases that are there and that libvirt keeps; any other is replaced. -->
  <xsl:key name="xfm:there" match="/domain/devices/*/alias[starts-with(@name, 'ua-')]" use="@name"/>

  <xsl:template match="/">
    <xsl:variable name="complete">
      <xsl:apply-imports/>
    </xsl:variable>
    <xsl:variable name="before" select="/"/>
    <identity>
      <xsl:if test="not($xfm:aliased)">
        <xsl:attribute name="none">yes</xsl:attribute>
      </xsl:if>
      <xsl:for-each select="exsl:node-set($complete)/domain/devices/*/alias[starts-with(@name, 'ua-')]">
        <xsl:variable name="name" select="@name"/>
        <xsl:for-each select="$before">
          <xsl:if test="not(key('xfm:there', $name))">
            <alias name="{$name}"/>
          </xsl:if>
        </xsl:for-each>
      </xsl:for-each>
    </identity>
  </xsl:template>
</xsl:stylesheet>
