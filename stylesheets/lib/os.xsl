<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:os="urn:xfm:os:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="os xfm">
  <!--
    What the guest's operating system is, and what it has drivers for, as global variables.

    xfm:os         the element os of document('xfm:os') (stylesheets/os/os.xsl tells its form); without children and
                   without a family where osinfo-db does not know it, or is not there
    xfm:os-id      its libosinfo id, or the empty string
    xfm:linux      boolean: a Linux
    xfm:windows    the version of Microsoft Windows that the id names (10, 2k22), or the empty string: the id says it
                   by itself, so it is known without a database
    xfm:build      number: the first build of that Windows, which orders clients and servers together; 0 for any other
                   operating system and for what came before Windows 2000, the newest known build for later ones

    xfm:client     boolean: Windows 11 or a later client, which demands UEFI, secure boot and a TPM

    xfm:virtio-…   booleans: it has a driver for that virtio device, of either generation. osinfo-db lists what an
                   operating system brings along: for Windows, whose virtio drivers are installed, none.

    Sources: osinfo-db os/**/*.xml; learn.microsoft.com, Windows release information (builds); the virtio
    specification, 5 (device ids 0x1040 + type, transitional ones from 0x1000).
  -->
  <xsl:variable name="xfm:os" select="document('xfm:os')/os:os"/>
  <xsl:variable name="xfm:os-id" select="string($xfm:os/@id)"/>
  <xsl:variable name="xfm:linux" select="$xfm:os/@family = 'linux'"/>
  <xsl:variable name="xfm:windows" select="substring-after($xfm:os-id, 'http://microsoft.com/win/')"/>
  <xsl:variable name="xfm:builds" select="' 1.0=0 2.0=0 2.1=0 3.1=0 95=0 98=0 me=0 nt3.1=0 nt3.5=0 nt3.51=0 nt4.0=0
      2k=2195 xp=2600 2k3=3790 2k3r2=3790 vista=6000 2k8=6001 7=7600 2k8r2=7600 8=9200 2k12=9200 8.1=9600 2k12r2=9600
      10=10240 2k16=14393 2k19=17763 2k22=20348 11=22000 2k25=26100 '"/>
  <xsl:variable name="xfm:build">
    <xsl:variable name="entry" select="concat(' ', $xfm:windows, '=')"/>
    <xsl:choose>
      <xsl:when test="$xfm:windows = ''">0</xsl:when>
      <xsl:when test="contains($xfm:builds, $entry)">
        <xsl:value-of select="substring-before(substring-after($xfm:builds, $entry), ' ')"/>
      </xsl:when>
      <xsl:otherwise>26100</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <xsl:variable name="xfm:client" select="$xfm:build &gt;= 22000 and not(starts-with($xfm:windows, '2k'))"/>

  <xsl:variable name="xfm:pci" select="'http://pcisig.com/pci/'"/>
  <xsl:variable name="xfm:drivers" select="$xfm:os/os:device/@id"/>
  <xsl:variable name="xfm:virtio-net"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1000') or $xfm:drivers = concat($xfm:pci, '1af4/1041')"/>
  <xsl:variable name="xfm:virtio-block"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1001') or $xfm:drivers = concat($xfm:pci, '1af4/1042')"/>
  <xsl:variable name="xfm:virtio-balloon"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1002') or $xfm:drivers = concat($xfm:pci, '1af4/1045')"/>
  <xsl:variable name="xfm:virtio-console"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1003') or $xfm:drivers = concat($xfm:pci, '1af4/1043')"/>
  <xsl:variable name="xfm:virtio-scsi"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1004') or $xfm:drivers = concat($xfm:pci, '1af4/1048')"/>
  <xsl:variable name="xfm:virtio-rng"
      select="$xfm:drivers = concat($xfm:pci, '1af4/1005') or $xfm:drivers = concat($xfm:pci, '1af4/1044')"/>
  <xsl:variable name="xfm:virtio-gpu" select="$xfm:drivers = concat($xfm:pci, '1af4/1050')"/>
  <xsl:variable name="xfm:virtio-input" select="$xfm:drivers = concat($xfm:pci, '1af4/1052')"/>
</xsl:stylesheet>
