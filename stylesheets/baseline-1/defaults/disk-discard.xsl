<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="disk-discard" stage="defaults" abi="guest">
    <doc:title>What a guest discards is given back to the host</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives each disk that can be written, and of which the author did not say
      otherwise, discard='unmap', so that what the guest trims no longer takes space on the host, and detect_zeroes.
      Not for CD-ROMs, floppies and passed-through LUNs, nor for disks that are read-only or shared. A guest can read
      other data where it has discarded some, so a disk of a pinned domain that has its alias, or an address, stays as
      it is.
    </doc:summary>
    <doc:after>disk-bus</doc:after>
    <doc:after>disk-driver</doc:after>
    <doc:param name="detect-zeroes" type="choice" choices="off on unmap" default="unmap">
      Whether zeroes that a guest writes are kept out of the image (on), or its space is given back too (unmap)
    </doc:param>
    <doc:writes>domain/devices/disk/driver</doc:writes>
    <doc:writes>domain/devices/disk/driver/@discard</doc:writes>
    <doc:writes>domain/devices/disk/driver/@detect_zeroes</doc:writes>
    <doc:source>libvirt formatdomain.html, hard drives: discard, detect_zeroes (unmap needs discard)</doc:source>
    <doc:source>
      QEMU qapi/block-core.json, BlockdevDiscardOptions, BlockdevDetectZeroesOptions; virt-install sets discard for new
      images
    </doc:source>
  </doc:stylesheet>
  <xsl:param name="detect-zeroes" select="'unmap'"/>

  <xsl:template match="domain/devices/disk[not(@device) or @device = 'disk'][not(readonly or shareable)]">
    <xsl:variable name="skipped" select="not($xfm:qemu) or ($xfm:pinned and (alias or address)) or target/@bus = 'fdc'
        or driver/@name != 'qemu' or @type = 'vhostuser' or @type = 'dir'"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="not($skipped)">
        <driver name="qemu">
          <xsl:if test="not(driver/@discard)">
            <xsl:attribute name="discard">unmap</xsl:attribute>
          </xsl:if>
          <xsl:if test="not(driver/@detect_zeroes) and not(driver/@discard = 'ignore') and $detect-zeroes != 'off'">
            <xsl:attribute name="detect_zeroes">
              <xsl:value-of select="$detect-zeroes"/>
            </xsl:attribute>
          </xsl:if>
          <xsl:copy-of select="driver/@* | driver/node()"/>
        </driver>
      </xsl:if>
      <xsl:apply-templates select="node()[$skipped or not(self::driver)]"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
