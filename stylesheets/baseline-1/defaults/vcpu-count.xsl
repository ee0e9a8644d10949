<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/defaults-resources.xsl"/>
  <doc:stylesheet id="vcpu-count" stage="defaults" abi="guest" once="yes">
    <doc:title>As many vCPUs as the operating system needs</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver without vcpu; gives it with as many as its CPU topology has, or else as
      osinfo-db recommends, or else demands, for the operating system where that is more than libvirt's one. Says so
      where the author's vCPUs are fewer than the minimum.
    </doc:summary>
    <doc:writes>domain/vcpu</doc:writes>
    <doc:source>osinfo-db, resources of an os: Windows 11 needs two processors</doc:source>
    <doc:source>libvirt src/qemu/qemu_validate.c: the CPU topology has to match the maximum of vCPUs</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain[not(vcpu)]">
    <xsl:variable name="topology" select="cpu/topology"/>
    <xsl:variable name="count">
      <xsl:choose>
        <xsl:when test="not($xfm:qemu) or cpu/numa/cell"/>
        <xsl:when test="$topology">
          <xsl:value-of select="$topology/@sockets * $topology/@cores * $topology/@threads
              * (sum($topology/@dies) + not($topology/@dies))"/>
        </xsl:when>
        <xsl:when test="$xfm:recommended/@n-cpus">
          <xsl:value-of select="$xfm:recommended/@n-cpus"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="$xfm:minimum/@n-cpus"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$count &gt; 1">
        <vcpu>
          <xsl:value-of select="$count"/>
        </vcpu>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/vcpu">
    <xsl:if test="$xfm:qemu and . &lt; $xfm:minimum/@n-cpus">
      <xsl:message>
        <xsl:value-of select="concat('the guest has ', ., ' vCPU; ', $xfm:os/@name, ' needs ', $xfm:minimum/@n-cpus)"/>
      </xsl:message>
    </xsl:if>
    <xsl:copy-of select="."/>
  </xsl:template>
</xsl:stylesheet>
