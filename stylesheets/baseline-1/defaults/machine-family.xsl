<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="machine-family" stage="defaults" abi="guest" once="yes">
    <doc:title>The family of machines, where none is named</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that names no machine, gives it with the family's alias in os/type/@machine and
      the architecture in @arch, so that the defaults after this one know what they are for: virt on aarch64 and
      riscv64, s390-ccw-virtio, pseries; on x86 q35, or pc where the document needs i440fx (lib/guest.xsl tells by
      what) or where osinfo-db has drivers of the operating system and none of them for q35's chipset.
    </doc:summary>
    <doc:before>clock</doc:before>
    <doc:before>console</doc:before>
    <doc:before>cpu-mode</doc:before>
    <doc:before>cpu-topology</doc:before>
    <doc:before>devices</doc:before>
    <doc:before>disk-bus</doc:before>
    <doc:before>disk-discard</doc:before>
    <doc:before>disk-driver</doc:before>
    <doc:before>features</doc:before>
    <doc:before>firmware</doc:before>
    <doc:before>guest-agent</doc:before>
    <doc:before>input</doc:before>
    <doc:before>interface-model</doc:before>
    <doc:before>interface-queues</doc:before>
    <doc:before>iommu</doc:before>
    <doc:before>iothreads</doc:before>
    <doc:before>memballoon</doc:before>
    <doc:before>memory-size</doc:before>
    <doc:before>panic</doc:before>
    <doc:before>rng</doc:before>
    <doc:before>scsi-controller</doc:before>
    <doc:before>shared-memory</doc:before>
    <doc:before>sound</doc:before>
    <doc:before>spice-agent</doc:before>
    <doc:before>suspend</doc:before>
    <doc:before>tpm</doc:before>
    <doc:before>usb-controller</doc:before>
    <doc:before>vcpu-count</doc:before>
    <doc:before>video</doc:before>
    <doc:before>vmcoreinfo</doc:before>
    <doc:before>watchdog</doc:before>
    <doc:writes>domain/os/type/@machine</doc:writes>
    <doc:writes>domain/os/type/@arch</doc:writes>
    <doc:source>osinfo-db: device http://qemu.org/chipset/x86/q35 (Windows: 7, Server 2008 R2 and later); virt-install chooses by it as well</doc:source>
    <doc:source>libvirt: with no machine it takes QEMU's default, which is pc on x86 and the unused spike on riscv64</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/os/type[not(@machine)]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:family != ''">
        <xsl:attribute name="arch">
          <xsl:value-of select="$xfm:arch"/>
        </xsl:attribute>
        <xsl:attribute name="machine">
          <xsl:choose>
            <xsl:when test="$xfm:family = 'q35' and $xfm:drivers
                and not($xfm:drivers = 'http://qemu.org/chipset/x86/q35')">pc</xsl:when>
            <!-- a Windows says by its id how old it is, whatever the database has -->
            <xsl:when test="$xfm:family = 'q35' and $xfm:windows != '' and $xfm:build &lt; 7600">pc</xsl:when>
            <xsl:otherwise>
              <xsl:value-of select="$xfm:family"/>
            </xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
