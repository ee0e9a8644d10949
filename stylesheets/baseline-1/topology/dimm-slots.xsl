<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="dimm-slots" stage="topology" abi="guest">
    <doc:title>A slot for every memory module</doc:title>
    <doc:summary>
      Takes a domain of a known machine family that has slots for memory modules; gives it with a dimm address on
      each DIMM and NVDIMM that has none, in the lowest free slots. Where the module lies in memory stays open, as
      libvirt leaves it.
    </doc:summary>
    <doc:writes>domain/devices/memory/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain_address.c, qemuDomainAssignMemorySlots</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:modules" select="/domain[$xfm:family != ''][maxMemory/@slots]/devices[count(*) &lt; 1000]
      /memory[@model = 'dimm' or @model = 'nvdimm'][not(address)]"/>
  <!-- " ID=SLOT " of each module. -->
  <xsl:variable name="xfm:slots">
    <xsl:apply-templates select="$xfm:modules[1]" mode="xfm:walk">
      <xsl:with-param name="held">
        <xsl:text> </xsl:text>
        <xsl:for-each select="/domain/devices/memory/address[@type = 'dimm']">
          <xsl:value-of select="concat(number(@slot), ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:apply-templates>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:modules">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/memory[not(address)]">
    <xsl:variable name="slot" select="substring-before(substring-after($xfm:slots, concat(' ',
        generate-id(), '=')), ' ')"/>
    <xsl:copy>
      <xsl:copy-of select="@* | node()"/>
      <xsl:if test="$slot != ''">
        <address type="dimm" slot="{$slot}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="memory" mode="xfm:walk">
    <xsl:param name="held"/>
    <xsl:param name="slot" select="0"/>
    <xsl:choose>
      <xsl:when test="$slot &gt;= /domain/maxMemory/@slots"/>
      <xsl:when test="contains($held, concat(' ', $slot, ' '))">
        <xsl:apply-templates select="." mode="xfm:walk">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="slot" select="$slot + 1"/>
        </xsl:apply-templates>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat(' ', generate-id(), '=', $slot, ' ')"/>
        <xsl:apply-templates select="following-sibling::memory[@model = 'dimm' or @model = 'nvdimm'][not(address)][1]"
            mode="xfm:walk">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="slot" select="$slot + 1"/>
        </xsl:apply-templates>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
