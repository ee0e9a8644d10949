<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:os="urn:xfm:os:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="os xfm">
  <!--
    What the guest's operating system wants of a machine of its architecture, as global variables. Imported beside
    guest.xsl and os.xsl, on which it builds.

    xfm:minimum, xfm:recommended    elements with @ram (KiB) and @n-cpus, where osinfo-db says them; those for the
                                    architecture, or else those for all, or else those for the last that it knows:
                                    of Windows it knows nothing but x86

    Source: osinfo-db schema osinfo.rng, resources; libosinfo osinfo_os.c.
  -->
  <xsl:variable name="xfm:own-resources" select="$xfm:os/os:resources[@arch = $xfm:arch]"/>
  <xsl:variable name="xfm:all-resources" select="$xfm:os/os:resources[@arch = 'all' or not(../os:resources/@arch = 'all')]"/>
  <xsl:variable name="xfm:resources" select="$xfm:own-resources | $xfm:all-resources[last()][not($xfm:own-resources)]"/>
  <xsl:variable name="xfm:minimum" select="$xfm:resources/os:minimum"/>
  <xsl:variable name="xfm:recommended" select="$xfm:resources/os:recommended"/>
</xsl:stylesheet>
