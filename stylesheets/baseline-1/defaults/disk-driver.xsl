<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="disk-driver" stage="defaults" abi="guest">
    <doc:title>Say the format of an image</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives a disk that is a file or a block device and does not say its format the
      one that its author most likely meant: qcow2 for a file of that suffix, else raw, which is what libvirt takes it
      for in any case. A file whose suffix is that of another format of QEMU's is left alone, and this is said: libvirt
      will take it for raw. The content is never looked at: a guest could have written it. A disk of a pinned domain
      that has its alias, or an address, stays as it is.
    </doc:summary>
    <doc:writes>domain/devices/disk/driver</doc:writes>
    <doc:writes>domain/devices/disk/driver/@name</doc:writes>
    <doc:writes>domain/devices/disk/driver/@type</doc:writes>
    <doc:source>
      libvirt formatdomain.html, hard drives, driver; kbase/backing_chains.html: what is not said is raw, and never
      probed
    </doc:source>
    <doc:source>QEMU docs/system/images.rst: the image formats</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/disk[source/@file or source/@dev][not(driver/@type)]">
    <xsl:variable name="file" select="string(source/@file)"/>
    <xsl:variable name="end" select="substring($file, string-length($file) - 5)"/>
    <xsl:variable name="other"
        select="contains('.vmdk .vhdx .qcow .vdi .vhd .qed ', concat('.', substring-after($end, '.'), ' '))"/>
    <xsl:variable name="skipped" select="not($xfm:qemu) or ($xfm:pinned and (alias or address)) or $other"/>
    <xsl:if test="$other and $xfm:qemu and not($xfm:pinned and (alias or address))">
      <xsl:message>
        <xsl:value-of select="concat('libvirt takes ', $file, ' for raw: the format is not said (driver/@type)')"/>
      </xsl:message>
    </xsl:if>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="not($skipped)">
        <driver name="qemu" type="raw">
          <xsl:if test="$end = '.qcow2'">
            <xsl:attribute name="type">qcow2</xsl:attribute>
          </xsl:if>
          <xsl:copy-of select="driver/@* | driver/node()"/>
        </driver>
      </xsl:if>
      <xsl:apply-templates select="node()[$skipped or not(self::driver)]"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
