<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/identity.xsl"/>
  <xsl:import href="cdrom.xsl"/>
  <!--
    A domain to the one that is run once, to install it. Name and UUID are the same, what it boots is not, and it ends
    where it would start anew: so the reboot at the end of an installer ends it. Every device stays what it is.

    kernel    a kernel that the host starts; with it go
    initrd    and
    cmdline   which replace those of the domain, or take them away
    cdrom     a disc: it goes into the first empty drive, or, where there is none, into one that is added without an
              address (cdrom.xsl); it is booted first
    pxe       anything: the first interface, or the one that the domain boots before others, is booted first

    One of kernel, cdrom and pxe is given. Booted first is by <os><boot>, or, where the domain gives its devices an
    order, by theirs. A domain of QEMU with another drive in front of the one with the disc gets such an order, as
    <os><boot> means the first drive. What is new lies at the end of os, devices and domain: the layout is not done.

    Sources: libvirt formatdomain.html, operating system booting, and events configuration; libvirt 9.0.0
    src/qemu/qemu_process.c, qemuProcessPrepareDeviceBootorder: which device each <boot dev> means.
  -->
  <xsl:param name="kernel"/>
  <xsl:param name="initrd"/>
  <xsl:param name="cmdline"/>
  <xsl:param name="cdrom"/>
  <xsl:param name="pxe"/>

  <xsl:variable name="xfm:dev">
    <xsl:choose>
      <xsl:when test="$cdrom != ''">cdrom</xsl:when>
      <xsl:when test="$pxe != ''">network</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <!-- The device to boot first; none where the drive is still to be added, or a kernel is given. -->
  <xsl:variable name="xfm:interfaces" select="/domain/devices/interface[$pxe != '']"/>
  <xsl:variable name="xfm:ordered-interface"
      select="$xfm:interfaces[boot][not(boot/@order &gt; $xfm:interfaces/boot/@order)]"/>
  <xsl:variable name="xfm:interface"
      select="$xfm:ordered-interface | $xfm:interfaces[not($xfm:ordered-interface)][1]"/>
  <xsl:variable name="xfm:first" select="$xfm:interface | $xfm:drive"/>
  <xsl:variable name="xfm:was" select="$xfm:first/boot/@order"/>

  <!-- Whether the devices have an order; whether they are to get one, as <os><boot> would mean another drive. -->
  <xsl:variable name="xfm:ordered" select="$xfm:dev != '' and boolean(/domain/devices/*/boot)"/>
  <xsl:variable name="xfm:other-drive"
      select="/domain/devices/disk[@device = 'cdrom'][1][generate-id() != generate-id($xfm:drive)]"/>
  <xsl:variable name="xfm:converted" select="$cdrom != '' and not($xfm:ordered) and boolean($xfm:other-drive)
      and $xfm:qemu"/>

  <xsl:template match="/domain">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="not(os)">
        <os>
          <type>linux</type>
          <xsl:call-template name="xfm:kernel"/>
        </os>
      </xsl:if>
      <xsl:if test="not(devices) and $cdrom != ''">
        <devices>
          <xsl:call-template name="xfm:new-drive">
            <xsl:with-param name="first" select="$xfm:ordered or $xfm:converted"/>
          </xsl:call-template>
        </devices>
      </xsl:if>
      <on_poweroff>destroy</on_poweroff>
      <on_reboot>destroy</on_reboot>
      <on_crash>destroy</on_crash>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/on_poweroff | domain/on_reboot | domain/on_crash"/>

  <!-- What starts a paravirtual guest without a kernel of its own. -->
  <xsl:template match="domain/bootloader | domain/bootloader_args">
    <xsl:if test="$kernel = ''">
      <xsl:copy-of select="."/>
    </xsl:if>
  </xsl:template>

  <!-- A kernel comes before any medium, so that of the domain goes. -->
  <xsl:template match="domain/os/kernel | domain/os/initrd | domain/os/cmdline"/>

  <xsl:template match="domain/os">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:kernel"/>
      <xsl:if test="$xfm:dev != '' and not($xfm:ordered or $xfm:converted)">
        <boot dev="{$xfm:dev}"/>
        <xsl:copy-of select="boot[@dev != $xfm:dev]"/>
        <xsl:if test="not(boot)">
          <boot dev="hd"/>
        </xsl:if>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/os/boot">
    <xsl:if test="$xfm:dev = ''">
      <xsl:copy-of select="."/>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:kernel">
    <xsl:if test="$kernel != ''">
      <kernel>
        <xsl:value-of select="$kernel"/>
      </kernel>
      <xsl:if test="$initrd != ''">
        <initrd>
          <xsl:value-of select="$initrd"/>
        </initrd>
      </xsl:if>
      <xsl:if test="$cmdline != ''">
        <cmdline>
          <xsl:value-of select="$cmdline"/>
        </cmdline>
      </xsl:if>
    </xsl:if>
  </xsl:template>

  <xsl:template match="domain/devices">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$cdrom != '' and not($xfm:drive)">
        <xsl:call-template name="xfm:new-drive">
          <xsl:with-param name="first" select="$xfm:ordered or $xfm:converted"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/disk | domain/devices/interface">
    <xsl:variable name="first" select="generate-id() = generate-id($xfm:first)"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:choose>
        <xsl:when test="$first and self::disk">
          <xsl:call-template name="xfm:disc"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:apply-templates select="node()"/>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:if test="$first and not(boot) and ($xfm:ordered or $xfm:converted)">
        <boot order="1"/>
      </xsl:if>
      <xsl:if test="$xfm:converted and not($first)">
        <xsl:apply-templates select="." mode="xfm:place"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- The one that is booted first goes in front of those that were before it. -->
  <xsl:template match="domain/devices/*/boot/@order">
    <xsl:attribute name="order">
      <xsl:choose>
        <xsl:when test="$xfm:dev = ''">
          <xsl:value-of select="."/>
        </xsl:when>
        <xsl:when test="generate-id(../..) = generate-id($xfm:first)">1</xsl:when>
        <xsl:when test="$xfm:was and . &gt; $xfm:was">
          <xsl:value-of select="."/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select=". + 1"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <!-- The place of a device that <os><boot> means: the first of its kind. -->
  <xsl:template match="disk | interface" mode="xfm:place">
    <xsl:variable name="device" select="concat(@device, substring('disk', 1, 4 * not(@device)))"/>
    <xsl:variable name="earlier" select="preceding-sibling::disk[concat(@device, substring('disk', 1, 4 * not(@device))) = $device][current()/self::disk]
        | preceding-sibling::interface[current()/self::interface]"/>
    <xsl:variable name="dev">
      <xsl:choose>
        <xsl:when test="self::interface">network</xsl:when>
        <xsl:when test="$device = 'floppy'">fd</xsl:when>
        <xsl:when test="$device = 'cdrom'">cdrom</xsl:when>
        <xsl:otherwise>hd</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="said" select="/domain/os/boot[@dev = $dev]"/>
    <xsl:choose>
      <xsl:when test="$earlier"/>
      <xsl:when test="$said">
        <boot order="{count($said[1]/preceding-sibling::boot) + 2}"/>
      </xsl:when>
      <xsl:when test="$dev = 'hd' and not(/domain/os/boot)">
        <boot order="2"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
