<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="iommu" stage="defaults" abi="guest" once="yes">
    <doc:title>An IOMMU, where it is asked for or needed</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver without an IOMMU. With model=auto, gives a q35 guest under KVM with more than
      255 vCPUs the Intel one with interrupt remapping and extended interrupt mode, and with the I/O APIC of QEMU that
      these need: libvirt demands all of it. Another model is what was asked for: intel (q35), smmuv3 (aarch64 virt),
      virtio (q35 and aarch64 virt, libvirt 8.3.0 or later); on other machines nothing is added. Where the author gave
      the guest the I/O APIC of KVM, there is no Intel IOMMU with remapping.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:after>features</doc:after>
    <doc:after>vcpu-count</doc:after>
    <doc:param name="model" type="choice" choices="auto none intel smmuv3 virtio" default="auto">
      Which IOMMU a guest has; auto: only where it needs one
    </doc:param>
    <doc:writes>domain/devices/iommu</doc:writes>
    <doc:writes>domain/features</doc:writes>
    <doc:source>
      libvirt formatdomain.html, IOMMU devices; src/qemu/qemu_validate.c: over 255 vCPUs, eim, intremap, ioapic
    </doc:source>
    <doc:source>QEMU hw/i386/intel_iommu.c: eim needs accel=kvm and kernel-irqchip=split</doc:source>
  </doc:stylesheet>
  <xsl:param name="model" select="'auto'"/>
  <xsl:variable name="xfm:many" select="/domain/vcpu &gt; 255"/>
  <xsl:variable name="xfm:remaps" select="/domain/@type = 'kvm' and not(/domain/features/ioapic/@driver != 'qemu')"/>
  <xsl:variable name="xfm:arm" select="$xfm:family = 'virt' and $xfm:arch = 'aarch64'"/>
  <xsl:variable name="xfm:model">
    <xsl:choose>
      <xsl:when test="/domain/devices/iommu"/>
      <xsl:when test="$xfm:family = 'q35' and $model = 'auto' and $xfm:many and $xfm:remaps">intel</xsl:when>
      <xsl:when test="$xfm:family = 'q35' and $model = 'intel' and ($xfm:remaps or not($xfm:many))">intel</xsl:when>
      <xsl:when test="$xfm:arm and $model = 'smmuv3'">smmuv3</xsl:when>
      <xsl:when test="$model != 'virtio' or $xfm:libvirt &lt; 8003000"/>
      <xsl:when test="$xfm:family = 'q35' or $xfm:arm">virtio</xsl:when>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:ioapic" select="$xfm:model = 'intel' and $xfm:remaps and not(/domain/features/ioapic)"/>

  <xsl:template match="domain">
    <xsl:if test="$xfm:model = '' and $model != 'auto' and $model != 'none' and not(devices/iommu)">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="concat('iommu ', $model)"/>
        <xsl:with-param name="why" select="'this machine, or libvirt, cannot have it'"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:ioapic and not(features)">
        <features>
          <ioapic driver="qemu"/>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:ioapic">
        <ioapic driver="qemu"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:model != ''">
        <iommu model="{$xfm:model}">
          <xsl:if test="$xfm:model = 'intel' and $xfm:remaps">
            <driver intremap="on">
              <xsl:if test="$xfm:many">
                <xsl:attribute name="eim">on</xsl:attribute>
              </xsl:if>
            </driver>
          </xsl:if>
        </iommu>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
