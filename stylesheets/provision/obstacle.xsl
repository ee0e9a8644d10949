<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <!--
    Why a guest cannot be installed in that way: <obstacle>in words</obstacle>, empty where nothing is known that
    stands in the way. Takes the parameters of install.xsl.

    Sources: libvirt formatdomain.html, operating system booting: the domain types that boot a kernel directly; what
    boots a container, and what a paravirtual guest.
  -->
  <xsl:param name="kernel"/>
  <xsl:param name="cdrom"/>
  <xsl:param name="pxe"/>

  <xsl:variable name="direct" select="' kvm qemu hvf xen test uml '"/>

  <xsl:template match="/domain">
    <obstacle>
      <xsl:choose>
        <xsl:when test="os/type = 'exe'">it is a container, which boots nothing</xsl:when>
        <xsl:when test="$kernel != '' and not(contains($direct, concat(' ', @type, ' ')))">
          <xsl:value-of select="concat('guests of the type ', @type, ' are given no kernel by their host')"/>
        </xsl:when>
        <xsl:when test="$kernel = '' and os/type != 'hvm'">it is paravirtual, and has no firmware that looks for a medium</xsl:when>
        <xsl:when test="$kernel = '' and not(os/type)">it is paravirtual, and has no firmware that looks for a medium</xsl:when>
        <xsl:when test="$pxe != '' and not(devices/interface)">it has no network interface</xsl:when>
      </xsl:choose>
    </obstacle>
  </xsl:template>
</xsl:stylesheet>
