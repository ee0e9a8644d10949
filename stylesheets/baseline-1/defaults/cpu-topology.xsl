<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="cpu-topology" stage="defaults" abi="guest" once="yes">
    <doc:title>One socket with a core for each vCPU</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver with more than one vCPU and without a CPU topology, on an architecture other
      than s390x, which has books and drawers, and riscv64, on which libvirt 9.0.0 starts no guest that has a cpu
      element; gives it one socket (with NUMA cells among which the vCPUs divide evenly: one for each cell) and one
      thread a core. libvirt and older machines would give each vCPU a socket of its own, and Windows clients use no
      more than two sockets.
    </doc:summary>
    <doc:after>cpu-mode</doc:after>
    <doc:after>vcpu-count</doc:after>
    <doc:writes>domain/cpu</doc:writes>
    <doc:writes>domain/cpu/topology</doc:writes>
    <doc:source>
      libvirt formatdomain.html, CPU model and topology; QEMU docs/about/removed-features: cores before sockets since
      6.2
    </doc:source>
    <doc:source>learn.microsoft.com, Windows: two sockets for Windows 10 and 11 Pro, one for Home</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:cells" select="count(/domain/cpu/numa/cell)"/>
  <xsl:variable name="xfm:wanted"
      select="$xfm:family != '' and $xfm:arch != 's390x' and $xfm:arch != 'riscv64' and /domain/vcpu &gt; 1"/>

  <xsl:template match="domain[not(cpu)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <cpu>
          <xsl:call-template name="xfm:topology"/>
        </cpu>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/cpu[not(topology)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <xsl:call-template name="xfm:topology"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:topology">
    <xsl:variable name="vcpus" select="number(/domain/vcpu)"/>
    <xsl:choose>
      <xsl:when test="$xfm:cells &gt; 1 and $vcpus mod $xfm:cells = 0">
        <topology sockets="{$xfm:cells}" cores="{$vcpus div $xfm:cells}" threads="1"/>
      </xsl:when>
      <xsl:otherwise>
        <topology sockets="1" cores="{$vcpus}" threads="1"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
