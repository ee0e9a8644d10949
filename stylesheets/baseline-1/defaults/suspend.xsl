<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="suspend" stage="defaults" abi="guest" once="yes">
    <doc:title>No sleep states</doc:title>
    <doc:summary>
      Takes an x86 domain of the QEMU driver; where the author did not say whether the guest can suspend to memory and
      to disk, gives it with both switched off: a guest that sleeps looks to its host as if it hung, and wakes up in
      QEMU alone.
    </doc:summary>
    <doc:writes>domain/pm</doc:writes>
    <doc:source>
      libvirt formatdomain.html, power management; virt-install 4.1.0, virtinst/guest.py switches off both on x86
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain[not(pm)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:pc">
        <pm>
          <suspend-to-mem enabled="no"/>
          <suspend-to-disk enabled="no"/>
        </pm>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/pm">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:pc and not(suspend-to-mem)">
        <suspend-to-mem enabled="no"/>
      </xsl:if>
      <xsl:if test="$xfm:pc and not(suspend-to-disk)">
        <suspend-to-disk enabled="no"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
