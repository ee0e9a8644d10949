<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="scsi-controller" stage="defaults" abi="guest">
    <doc:title>A SCSI controller that the guest can drive</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives its SCSI controllers without a model, and the one that its SCSI disks
      and SCSI host devices need where there is none, the model virtio-scsi, if the operating system has the driver or
      the machine is one for which all have it: s390-ccw-virtio and virt. Else libvirt's own default stays: lsilogic,
      for which few operating systems still have a driver, on pseries ibmvscsi. A controller of a pinned domain that
      has its alias, or an address, was here before, and stays as it is.
    </doc:summary>
    <doc:after>disk-bus</doc:after>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:writes>domain/devices/controller/@model</doc:writes>
    <doc:source>libvirt src/qemu/qemu_domain.c, qemuDomainDefaultSCSIControllerModel</doc:source>
    <doc:source>osinfo-db, device 1af4/1004 and 1af4/1048; Linux drivers/scsi/virtio_scsi.c</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:wanted" select="$xfm:family = 's390-ccw-virtio' or $xfm:family = 'virt'
      or ($xfm:family != '' and $xfm:virtio-scsi)"/>

  <xsl:template match="domain/devices[disk/target/@bus = 'scsi' or hostdev/@type = 'scsi']
      [not(controller/@type = 'scsi')]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <controller type="scsi" index="0" model="virtio-scsi"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/controller[@type = 'scsi'][not(@model)]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:wanted and not($xfm:pinned and (alias or address))">
        <xsl:attribute name="model">virtio-scsi</xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
