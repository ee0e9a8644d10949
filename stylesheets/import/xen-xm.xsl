<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    xmdomain.cfg(5), xl's predecessor, to domain XML: as xl.cfg(5), but for three defaults.

    Sources: libvirt src/libxl/xen_common.c and xen_xm.c: a crashed guest is started again, there is no VNC unless the
    file asks for it, and a disk with the prefix file: has the driver "file".
  -->
  <xsl:import href="xen-xl.xsl"/>
  <xsl:variable name="xfm:on-crash" select="'restart'"/>
  <xsl:variable name="xfm:vnc-default" select="false()"/>
  <xsl:variable name="xfm:file-driver" select="'file'"/>
</xsl:stylesheet>
