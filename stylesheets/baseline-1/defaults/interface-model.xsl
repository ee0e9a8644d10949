<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="interface-model" stage="defaults" abi="guest">
    <doc:title>Give an interface without a model the one that its guest can drive</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with interface/model filled in where it is missing: virtio where the
      operating system has the driver, and on s390x, pseries and the virt machines, where all have it (on pseries
      libvirt would take rtl8139). On x86, for an operating system without it, what osinfo-db says that it can drive:
      e1000e on q35, else e1000; for Windows from 8.1 and Server 2012 R2 on that is so without a database, too. Where
      the operating system is not known, libvirt's own default stays. A vhostuser interface can be nothing but virtio,
      whatever the guest. Interfaces that are a host's device are left alone; so is one of a pinned domain that has its
      alias, or an address: it was here before.
    </doc:summary>
    <doc:writes>domain/devices/interface/model</doc:writes>
    <doc:source>
      libvirt formatdomain.html, setting the NIC model; src/qemu/qemu_domain.c, qemuDomainDefaultNetModel
    </doc:source>
    <doc:source>
      osinfo-db os/**: virtio-net, e1000e (8086/10d3), e1000 (8086/100e); virt-install and Nova choose by it, too
    </doc:source>
    <doc:source>Microsoft brings a driver for e1000e from Windows 8.1 on, and none for virtio-net</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/interface[not(model)][@type != 'hostdev' and @type != 'vdpa']">
    <xsl:variable name="model">
      <xsl:choose>
        <xsl:when test="$xfm:family = '' or ($xfm:pinned and (alias or address))"/>
        <xsl:when test="@type = 'vhostuser' or $xfm:virtio-net">virtio</xsl:when>
        <xsl:when test="$xfm:family != 'q35' and $xfm:family != 'pc'">virtio</xsl:when>
        <xsl:when test="$xfm:family = 'q35' and $xfm:drivers = concat($xfm:pci, '8086/10d3')">e1000e</xsl:when>
        <xsl:when test="$xfm:drivers = concat($xfm:pci, '8086/100e')">e1000</xsl:when>
        <xsl:when test="$xfm:build &lt; 9600"/>
        <xsl:when test="$xfm:family = 'pc'">e1000</xsl:when>
        <xsl:otherwise>e1000e</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$model != ''">
        <model type="{$model}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
