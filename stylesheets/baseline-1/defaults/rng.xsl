<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="rng" stage="defaults" abi="guest" once="yes">
    <doc:title>A source of randomness for guests that can use it</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver on a machine with a virtio bus, whose operating system has a driver for
      virtio-rng; gives it with one fed by the host's /dev/urandom, unless the author gave it one.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/rng</doc:writes>
    <doc:source>
      libvirt formatdomain.html, random number generator device; virt-install and Nova add the same by default
    </doc:source>
    <doc:source>osinfo-db, device 1af4/1005 and 1af4/1044 (virtio-rng)</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[not(rng)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family != '' and $xfm:virtio-rng">
        <rng model="virtio">
          <backend model="random">/dev/urandom</backend>
        </rng>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
