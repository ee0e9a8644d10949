<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/defaults-resources.xsl"/>
  <doc:stylesheet id="memory-size" stage="defaults" abi="guest" once="yes">
    <doc:title>Memory by operating system</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; where it has no memory, nor NUMA cells that add up to it, and osinfo-db knows
      how much the operating system wants on this architecture, gives it with that: what is recommended, else the
      minimum. Says so where nothing is known, for libvirt refuses a guest without memory, and where the author's
      memory is less than the minimum.
    </doc:summary>
    <doc:writes>domain/memory</doc:writes>
    <doc:source>osinfo-db, resources of an os; libvirt formatdomain.html, memory allocation: units</doc:source>
    <doc:source>virt-install 4.1.0, virtinst/guest.py: recommended RAM, else the minimum</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain[not(memory)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:qemu and not(cpu/numa/cell) and ($xfm:recommended/@ram or $xfm:minimum/@ram)">
        <memory unit="KiB">
          <xsl:value-of select="($xfm:recommended/@ram | $xfm:minimum[not($xfm:recommended/@ram)]/@ram)[1]"/>
        </memory>
      </xsl:if>
      <xsl:if test="$xfm:qemu and not(cpu/numa/cell or $xfm:recommended/@ram or $xfm:minimum/@ram)">
        <xsl:message>no memory is given, and none is known to suit the guest: libvirt will refuse it</xsl:message>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/memory">
    <xsl:variable name="size">
      <xsl:call-template name="xfm:kibibytes"/>
    </xsl:variable>
    <xsl:if test="$xfm:qemu and $size &lt; $xfm:minimum/@ram">
      <xsl:message>
        <xsl:value-of select="concat('the guest has ', floor($size div 1024), ' MiB of memory; ', $xfm:os/@name,
            ' needs ', round($xfm:minimum/@ram div 1024), ' MiB')"/>
      </xsl:message>
    </xsl:if>
    <xsl:copy-of select="."/>
  </xsl:template>

  <!-- The text of the current element, in its unit, as KiB. -->
  <xsl:template name="xfm:kibibytes">
    <xsl:variable name="unit" select="substring(concat(@unit, 'K'), 1, 1)"/>
    <xsl:variable name="thousands" select="string-length(@unit) = 2 and substring(@unit, 2) = 'B'"/>
    <xsl:variable name="base" select="1024 - 24 * $thousands"/>
    <xsl:choose>
      <xsl:when test="$unit = 'b'">
        <xsl:value-of select=". div 1024"/>
      </xsl:when>
      <xsl:when test="$unit = 'K' or $unit = 'k'">
        <xsl:value-of select=". * $base div 1024"/>
      </xsl:when>
      <xsl:when test="$unit = 'M'">
        <xsl:value-of select=". * $base * $base div 1024"/>
      </xsl:when>
      <xsl:when test="$unit = 'G'">
        <xsl:value-of select=". * $base * $base * $base div 1024"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select=". * $base * $base * $base * $base div 1024"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
