<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="libosinfo xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <!--
    Where the disc goes that a guest is installed from.

    cdrom            parameter: the disc, a file or a device of the host
    xfm:drive        the drive that it goes into: the one that has it already, else the first that is empty; where QEMU's
                     order of devices is not to be had, the first of all, which is the one that firmware boots from
    xfm:disc         named template: what is in the drive at hand, with that disc
    xfm:new-drive    named template: a drive with that disc, on a bus that firmware boots from, and without an address;
                     first: whether it says that it is booted first

    Sources: libvirt formatdomain.html, hard drives; libvirt src/qemu/qemu_domain.c: IDE is i440fx's alone; which
    setup of Windows has no driver for virtio-scsi: stylesheets/baseline-1/defaults/disk-bus.xsl.
  -->
  <xsl:param name="cdrom"/>
  <xsl:variable name="xfm:windows"
      select="/domain/metadata/libosinfo:libosinfo/libosinfo:os[starts-with(@id, 'http://microsoft.com/win/')]"/>
  <xsl:variable name="xfm:letters" select="'abcdefghijklmnopqrstuvwxyz'"/>

  <xsl:variable name="xfm:drives" select="/domain[$cdrom != '']/devices/disk[@device = 'cdrom']"/>
  <xsl:variable name="xfm:has-it" select="$xfm:drives[source/@file = $cdrom or source/@dev = $cdrom]"/>
  <xsl:variable name="xfm:empty"
      select="$xfm:drives[not(source/@file | source/@dev | source/@name | source/@volume | source/@dir | source/@protocol)]"/>
  <xsl:variable name="xfm:drive" select="$xfm:has-it[$xfm:qemu][1] | $xfm:empty[$xfm:qemu and not($xfm:has-it)][1]
      | $xfm:drives[not($xfm:qemu)][1]"/>

  <!-- A device of the host is a block device: it lies below /dev. -->
  <xsl:variable name="xfm:block" select="starts-with($cdrom, '/dev/')"/>

  <xsl:template name="xfm:type">
    <xsl:attribute name="type">
      <xsl:choose>
        <xsl:when test="$xfm:block">block</xsl:when>
        <xsl:otherwise>file</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <xsl:template name="xfm:source">
    <xsl:choose>
      <xsl:when test="$xfm:block">
        <source dev="{$cdrom}"/>
      </xsl:when>
      <xsl:otherwise>
        <source file="{$cdrom}"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:disc">
    <xsl:choose>
      <xsl:when test="source/@file = $cdrom or source/@dev = $cdrom">
        <xsl:apply-templates select="node()"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:type"/>
        <xsl:apply-templates select="node()[not(self::source)]"/>
        <xsl:call-template name="xfm:source"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:new-drive">
    <xsl:param name="first"/>
    <xsl:variable name="bus">
      <xsl:call-template name="xfm:drive-bus"/>
    </xsl:variable>
    <disk device="cdrom">
      <xsl:call-template name="xfm:type"/>
      <xsl:if test="$xfm:qemu">
        <driver name="qemu" type="raw"/>
      </xsl:if>
      <xsl:call-template name="xfm:source"/>
      <target bus="{$bus}">
        <xsl:attribute name="dev">
          <xsl:call-template name="xfm:free-name">
            <xsl:with-param name="prefix" select="substring('sdhd', 1 + 2 * ($bus = 'ide'), 2)"/>
          </xsl:call-template>
        </xsl:attribute>
      </target>
      <readonly/>
      <xsl:if test="$first">
        <boot order="1"/>
      </xsl:if>
    </disk>
  </xsl:template>

  <!-- The bus of the drives that are there; else what the machine has. An IDE controller has four places. -->
  <xsl:template name="xfm:drive-bus">
    <xsl:variable name="ide" select="count(/domain/devices/disk[target/@bus = 'ide']) &lt; 4"/>
    <xsl:choose>
      <xsl:when test="$xfm:drives/target[@bus = 'sata' or @bus = 'scsi' or @bus = 'usb']">
        <xsl:value-of select="$xfm:drives/target[@bus = 'sata' or @bus = 'scsi' or @bus = 'usb'][1]/@bus"/>
      </xsl:when>
      <xsl:when test="$xfm:family = 'q35' or /domain/@type = 'bhyve'">sata</xsl:when>
      <xsl:when test="$xfm:family = 'pc' and not($ide)">sata</xsl:when>
      <xsl:when test="$xfm:family = 'virt' and $xfm:windows">usb</xsl:when>
      <xsl:when test="$xfm:x86">ide</xsl:when>
      <xsl:otherwise>scsi</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The first name that no disk has. -->
  <xsl:template name="xfm:free-name">
    <xsl:param name="prefix"/>
    <xsl:param name="number" select="1"/>
    <xsl:variable name="name" select="concat($prefix, substring($xfm:letters, $number, 1))"/>
    <xsl:choose>
      <xsl:when test="$number &lt; 26 and /domain/devices/disk/target[@dev = $name]">
        <xsl:call-template name="xfm:free-name">
          <xsl:with-param name="prefix" select="$prefix"/>
          <xsl:with-param name="number" select="$number + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$name"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
