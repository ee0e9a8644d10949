<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/upgrade.xsl"/>
  <doc:stylesheet id="disk-rotation" stage="defaults" abi="guest">
    <doc:title>A disk that does not rotate</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives each disk on SATA, SCSI or IDE of which the author did not say how fast it
      rotates rotation_rate='1', which is a solid-state disk: a guest then trims it and does not defragment it, and
      orders its requests by no head that is nowhere. Not for CD-ROMs and passed-through LUNs, for which libvirt refuses
      it. A disk of a pinned domain that has its alias, or an address, stays as it is, unless the guest is moved up from
      a baseline before the second.
    </doc:summary>
    <doc:after>disk-bus</doc:after>
    <doc:after>machine-family</doc:after>
    <doc:writes>domain/devices/disk/target/@rotation_rate</doc:writes>
    <doc:source>
      libvirt formatdomain.html, hard drives, target: rotation_rate, since 7.3.0, for disks on SCSI, IDE and SATA; 9.0.0
      refuses it for all others
    </doc:source>
    <doc:source>QEMU hw/ide/core.c, word 217, and hw/scsi/scsi-disk.c, VPD page 0xb1: 1 is a medium that does not rotate</doc:source>
    <doc:source>
      Linux drivers/scsi/sd.c, sd_read_block_characteristics; learn.microsoft.com, defrag: Windows retrims such a disk
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/disk[not(@device) or @device = 'disk']/target[not(@rotation_rate)]
      [@bus = 'sata' or @bus = 'scsi' or @bus = 'ide']">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:family != '' and $xfm:libvirt &gt;= 7003000
          and ($xfm:from &lt; 2 or not($xfm:pinned and (../alias or ../address)))">
        <xsl:attribute name="rotation_rate">1</xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
