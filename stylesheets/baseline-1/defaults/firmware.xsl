<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:os="urn:xfm:os:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts os xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="firmware" stage="defaults" abi="guest" once="yes">
    <doc:title>UEFI where the operating system or the machine demands it</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that says nothing of how it boots: no firmware, loader, NVRAM or kernel. Gives
      it with firmware='efi' on the virt machines, which have no BIOS; on x86 where osinfo-db says that the operating
      system does not boot by BIOS; and for all with prefer=efi. For Windows 11 and later clients on q35 with secure
      boot and Microsoft's keys enrolled, and the SMM that guards them. libvirt chooses the files. Where the hosts have
      no UEFI for the architecture, or no secure boot, that is left out and explained.
    </doc:summary>
    <doc:param name="prefer" type="choice" choices="demanded efi" default="demanded">
      Whether x86 guests boot by UEFI only where they have to, or always
    </doc:param>
    <doc:writes>domain/os/@firmware</doc:writes>
    <doc:writes>domain/os/firmware</doc:writes>
    <doc:writes>domain/features</doc:writes>
    <doc:source>
      libvirt formatdomain.html, operating system booting: firmware, features secure-boot and enrolled-keys (7.2.0),
      smm
    </doc:source>
    <doc:source>
      osinfo-db, firmware of an os; learn.microsoft.com, Windows 11 requirements: UEFI, Secure Boot capable, TPM 2.0
    </doc:source>
    <doc:source>QEMU docs/system/arm/virt.rst; OVMF README: SMM_REQUIRE builds need q35</doc:source>
  </doc:stylesheet>
  <xsl:param name="prefer" select="'demanded'"/>
  <xsl:variable name="xfm:wanted" select="$xfm:family = 'virt' or ($xfm:pc and ($prefer = 'efi' or $xfm:client
      or $xfm:os/os:firmware[@type = 'bios' and @arch = $xfm:arch]/@supported = 'no'))"/>
  <xsl:variable name="xfm:open" select="$xfm:wanted and not(/domain/bootloader)
      and /domain/os[not(@firmware or firmware or loader or nvram or kernel)]"/>
  <xsl:variable name="xfm:efi" select="$xfm:open and $xfm:host/facts:value[@of = 'os/firmware'] = 'efi'"/>
  <xsl:variable name="xfm:secure" select="$xfm:efi and $xfm:client and $xfm:family = 'q35'
      and $xfm:host/facts:value[@of = 'os/loader/secure'] = 'yes' and not(/domain/features/smm/@state = 'off')
      and $xfm:libvirt &gt;= 7002000"/>

  <xsl:template match="domain/os">
    <xsl:call-template name="xfm:remarks"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:efi">
        <xsl:attribute name="firmware">efi</xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
      <xsl:if test="$xfm:secure">
        <firmware>
          <feature enabled="yes" name="enrolled-keys"/>
          <feature enabled="yes" name="secure-boot"/>
        </firmware>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:secure">
        <features>
          <smm state="on"/>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features[not(smm)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:secure">
        <smm state="on"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:remarks">
    <xsl:if test="$xfm:open and not($xfm:efi)">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="'UEFI'"/>
        <xsl:with-param name="why" select="concat('not all hosts have UEFI firmware for ', $xfm:arch)"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="$xfm:efi and $xfm:client and not($xfm:secure)">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="'secure boot'"/>
        <xsl:with-param name="why" select="'it needs q35, SMM, firmware with secure boot on all hosts, and libvirt 7.2.0'"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
