<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:f="urn:xfm:functions:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc f xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/seed.xsl"/>
  <doc:stylesheet id="disk-wwn" stage="device-identity" abi="guest">
    <doc:title>A world wide name for every SCSI disk that has none</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with a wwn on each SCSI disk that has none: a locally assigned NAA
      identifier, the digit 3 and 60 bits of a hash of the domain's UUID and the disk's target. It is what multipath,
      Windows and cluster software tell SCSI disks by. No two disks of a domain get the same. Disks of other buses have
      none (libvirt takes one on IDE too, where the serial says as much). Left alone is what has no serial from here
      either: LUNs, CD-ROM drives, vhost-user and shareable disks, and one of a pinned domain that has its alias or an
      address.
    </doc:summary>
    <doc:before>aliases</doc:before>
    <doc:writes>domain/devices/disk/wwn</doc:writes>
    <doc:source>libvirt formatdomain.html, hard drives: wwn is 16 hexadecimal digits; src/qemu/qemu_validate.c: for ide and scsi, not for lun</doc:source>
    <doc:source>T10 SPC-4, NAA designator format: Locally Assigned, 3h and 60 bits; QEMU hw/scsi/scsi-disk.c: shows it in VPD page 83h</doc:source>
  </doc:stylesheet>

  <!-- without "0x", which is the same name -->
  <xsl:key name="xfm:wwn" match="domain/devices/disk/wwn"
      use="translate(substring(., string-length(.) - 15), 'ABCDEF', 'abcdef')"/>

  <xsl:template match="domain/devices/disk[not(wwn or shareable)][not(@device) or @device = 'disk']
      [@type != 'vhostuser' and @type != 'vhostvdpa']
      [target/@bus = 'scsi' or (not(target/@bus) and starts-with(target/@dev, 'sd'))]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:qemu and not($xfm:pinned and (alias or address))">
        <wwn>
          <xsl:call-template name="xfm:wwn"/>
        </wwn>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- One that no disk has: a disk that came from another target brought its own along. -->
  <xsl:template name="xfm:wwn">
    <xsl:param name="try" select="0"/>
    <xsl:variable name="wwn"
        select="concat('3', substring(f:sha256(concat($xfm:seed, ' wwn ', target/@dev, ' ', $try)), 1, 15))"/>
    <xsl:choose>
      <xsl:when test="key('xfm:wwn', $wwn)">
        <xsl:call-template name="xfm:wwn">
          <xsl:with-param name="try" select="$try + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$wwn"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
