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
      Takes a domain of the QEMU driver, gives it with interface/model filled in where it is missing and the metadata
      names the operating system: virtio; for Windows from 8.1 and Server 2012 R2 on, which has no virtio driver of its
      own, e1000e on q35 and e1000 on i440fx. Where the operating system is not known, or an older Windows, libvirt's
      own default stays. A vhostuser interface can be nothing but virtio, whatever the guest. Interfaces that are a
      host's device are left alone; so is one of a pinned domain that has its alias: it was here before.
    </doc:summary>
    <doc:writes>domain/devices/interface/model</doc:writes>
    <doc:source>libvirt formatdomain.html, setting the NIC model; virt-install and Nova choose the same by osinfo-db's devices</doc:source>
    <doc:source>osinfo-db os/microsoft.com: e1000e from Windows 8.1 on, no virtio-net without added drivers</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:e1000-windows" select="' 8.1 10 11 2k12r2 2k16 2k19 2k22 2k25 '"/>

  <xsl:template match="domain/devices/interface[not(model)][@type != 'hostdev' and @type != 'vdpa']">
    <xsl:variable name="model">
      <xsl:choose>
        <xsl:when test="$xfm:family = '' or ($xfm:pinned and alias)"/>
        <xsl:when test="@type = 'vhostuser' or ($xfm:os-id != '' and $xfm:windows = '')">virtio</xsl:when>
        <xsl:when test="not(contains($xfm:e1000-windows, concat(' ', $xfm:windows, ' ')))"/>
        <xsl:when test="$xfm:family = 'pc'">e1000</xsl:when>
        <xsl:when test="$xfm:windows != ''">e1000e</xsl:when>
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
