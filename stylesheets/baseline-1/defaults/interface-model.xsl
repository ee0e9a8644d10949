<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="interface-model" stage="defaults" abi="guest">
    <doc:title>Give an interface without a model the one that its guest can drive</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver whose metadata names its operating system, gives it with interface/model filled
      in where it is missing: virtio; for Windows, which has no virtio driver of its own, e1000e on q35 and e1000 on
      i440fx. Where the operating system is not known, libvirt's own default stays. Interfaces that are a host's device,
      or whose type implies the model, are left alone.
    </doc:summary>
    <doc:writes>domain/devices/interface/model</doc:writes>
    <doc:source>libvirt formatdomain.html, setting the NIC model; virt-install and Nova choose the same by osinfo-db's devices</doc:source>
    <doc:source>osinfo-db os/microsoft.com: e1000e from Windows 8.1 on, no virtio-net without added drivers</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices/interface[not(model)][@type != 'hostdev' and @type != 'vdpa' and @type != 'vhostuser']">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != '' and $xfm:os-id != ''">
        <model>
          <xsl:attribute name="type">
            <xsl:choose>
              <xsl:when test="not($xfm:windows)">virtio</xsl:when>
              <xsl:when test="$xfm:family = 'pc'">e1000</xsl:when>
              <xsl:otherwise>e1000e</xsl:otherwise>
            </xsl:choose>
          </xsl:attribute>
        </model>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
