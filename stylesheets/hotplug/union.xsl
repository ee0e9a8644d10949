<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="../lib/identity.xsl"/>
  <!--
    A domain with all that is taken in another form of it, too: of a guest that runs and its stored definition, in which
    devices may be that were plugged in or out since. From document('xfm:other') come the devices whose alias this one
    has not, and whose address is free here.

    So what is free in this domain is free in both.
  -->
  <xsl:variable name="here" select="/domain/devices/*"/>

  <xsl:template match="domain/devices">
    <xsl:copy>
      <xsl:copy-of select="@* | node()"/>
      <xsl:for-each select="document('xfm:other')/domain/devices/*[address]">
        <xsl:if test="not($here/alias/@name = alias/@name)
            and not($here/address[@type = current()/address/@type][string(@bus) = string(current()/address/@bus)]
                [string(@slot) = string(current()/address/@slot)][string(@function) = string(current()/address/@function)]
                [string(@port) = string(current()/address/@port)][string(@unit) = string(current()/address/@unit)]
                [string(@controller) = string(current()/address/@controller)][string(@devno) = string(current()/address/@devno)]
                [string(@target) = string(current()/address/@target)])">
          <xsl:copy-of select="."/>
        </xsl:if>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
