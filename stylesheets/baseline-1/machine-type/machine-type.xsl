<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="machine-type" stage="machine-type" abi="guest" once="yes">
    <doc:title>An alias of a machine, or none, becomes a versioned machine</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with os/type/@machine as the versioned machine that the alias q35, pc,
      virt, s390-ccw-virtio or pseries stands for in one QEMU release, so that the same document means the same machine
      on every host. Where no machine is named: q35 on x86 (pc where the document needs i440fx), virt on aarch64,
      s390-ccw-virtio, pseries; with it the architecture is said too. A machine with a version, and one without versions
      (riscv64's virt, isapc, microvm), stays as it is.
    </doc:summary>
    <doc:param name="qemu" type="version" default="7.2">The QEMU release whose machines are meant: the oldest among the hosts</doc:param>
    <doc:writes>domain/os/type/@machine</doc:writes>
    <doc:writes>domain/os/type/@arch</doc:writes>
    <doc:source>QEMU 7.2 (Debian 12): qemu-system-x86_64, -aarch64, -s390x, -ppc64 -machine help</doc:source>
    <doc:source>libvirt formatdomain.html, operating system booting; libvirt 9.0.0 expands an alias by the host's QEMU at define</doc:source>
  </doc:stylesheet>
  <xsl:param name="qemu" select="'7.2'"/>

  <xsl:variable name="xfm:versioned">
    <xsl:choose>
      <xsl:when test="$xfm:family = 'q35' and $xfm:x86">pc-q35-</xsl:when>
      <xsl:when test="$xfm:family = 'pc' and $xfm:x86">pc-i440fx-</xsl:when>
      <xsl:when test="$xfm:family = 'virt' and ($xfm:arch = 'aarch64' or $xfm:arch = 'armv7l')">virt-</xsl:when>
      <xsl:when test="$xfm:family = 's390-ccw-virtio' and $xfm:arch = 's390x'">s390-ccw-virtio-</xsl:when>
      <xsl:when test="$xfm:family = 'pseries' and starts-with($xfm:arch, 'ppc64')">pseries-</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <xsl:template match="domain/os/type[not(@machine) or @machine = 'q35' or @machine = 'pc' or @machine = 'virt'
      or @machine = 's390-ccw-virtio' or @machine = 'pseries']">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:versioned != ''">
        <xsl:attribute name="arch">
          <xsl:value-of select="$xfm:arch"/>
        </xsl:attribute>
        <xsl:attribute name="machine">
          <xsl:value-of select="concat($xfm:versioned, $qemu)"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
