<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="interface-queues" stage="defaults" abi="guest">
    <doc:title>As many queues of a virtio interface as vCPUs can serve</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver with more than one vCPU; gives a virtio interface on a bridge, or on a host's
      interface (type direct), a pair of queues for each vCPU, up to a maximum, so that one vCPU is no bottleneck. Not
      for interfaces of type network: such a network may hand out host devices, for which libvirt refuses queues at
      start; nor for type ethernet, whose tap device somebody else made; nor for vhostuser, whose other end decides.
      virtio disks and virtio-scsi need no such rule: QEMU 5.2 and later give them a queue for each vCPU. A device of a
      pinned domain that has its alias, or an address, was here before, and stays as it is.
    </doc:summary>
    <doc:after>interface-model</doc:after>
    <doc:after>vcpu-count</doc:after>
    <doc:param name="maximum" type="integer" minimum="1" maximum="256" default="8" unit="queues">
      How many pairs of queues an interface has at most
    </doc:param>
    <doc:writes>domain/devices/interface/driver</doc:writes>
    <doc:writes>domain/devices/interface/driver/@queues</doc:writes>
    <doc:source>
      libvirt formatdomain.html, setting NIC driver-specific options; src/qemu/qemu_domain.c,
      qemuDomainValidateActualNetDef
    </doc:source>
    <doc:source>
      QEMU 5.2 change log, virtio: num-queues of virtio-blk and virtio-scsi defaults to the number of vCPUs
    </doc:source>
    <doc:source>Linux drivers/net/virtio_net.c: one pair of queues for each vCPU is used at most</doc:source>
  </doc:stylesheet>
  <xsl:param name="maximum" select="8"/>
  <xsl:variable name="xfm:vcpus" select="number(/domain/vcpu)"/>
  <xsl:variable name="xfm:queues"
      select="($xfm:vcpus &lt;= $maximum) * $xfm:vcpus + ($xfm:vcpus &gt; $maximum) * $maximum"/>

  <xsl:template match="domain/devices/interface[model/@type = 'virtio'][@type = 'bridge' or @type = 'direct']
      [not(driver)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != '' and $xfm:queues &gt; 1 and not($xfm:pinned and (alias or address))">
        <driver queues="{$xfm:queues}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/interface[model/@type = 'virtio'][@type = 'network'][not(driver/@queues)]">
    <xsl:if test="$xfm:family != '' and $xfm:queues &gt; 1 and not($xfm:pinned and (alias or address))">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="concat('queues of an interface in the network ', source/@network)"/>
        <xsl:with-param name="why" select="'the network may hand out host devices, which have none'"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:copy-of select="."/>
  </xsl:template>

  <xsl:template match="domain/devices/interface[model/@type = 'virtio'][@type = 'bridge' or @type = 'direct']
      /driver[not(@queues or @name = 'qemu')]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:family != '' and $xfm:queues &gt; 1 and not($xfm:pinned and (../alias or ../address))">
        <xsl:attribute name="queues">
          <xsl:value-of select="$xfm:queues"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
