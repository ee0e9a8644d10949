<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="facts xfm">
  <!--
    What the hosts can run, as global variables. Imported beside guest.xsl, on which it builds.

    xfm:facts      the element facts of document('xfm:host-facts') (stylesheets/facts/host.xsl tells its form):
                   what all hosts have, or, where no facts were given (@hosts = 0), the baseline's conservative table
    xfm:host       of it, the domain element for the guest's type, architecture and machine family; empty where a host
                   cannot run such a guest: $xfm:host/facts:value[@of = 'disk/bus'] = 'virtio'
    xfm:libvirt    number: the oldest libvirt among the hosts and the schema, 9.0.0 as 9000000
  -->
  <xsl:variable name="xfm:facts" select="document('xfm:host-facts')/facts:facts"/>
  <xsl:variable name="xfm:host" select="$xfm:facts/facts:domain[@family = $xfm:family]"/>
  <xsl:variable name="xfm:libvirt">
    <xsl:for-each select="$xfm:facts/@libvirt | $xfm:facts/@schema[. != 'unknown']">
      <xsl:sort select="substring-before(., '.')" data-type="number"/>
      <xsl:sort select="substring-before(substring-after(., '.'), '.')" data-type="number"/>
      <xsl:sort select="substring-after(substring-after(., '.'), '.')" data-type="number"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="substring-before(., '.') * 1000000
            + substring-before(substring-after(., '.'), '.') * 1000 + substring-after(substring-after(., '.'), '.')"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
</xsl:stylesheet>
