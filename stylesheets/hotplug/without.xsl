<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="../lib/identity.xsl"/>
  <!--
    A domain without the device that has the processing instruction xfm-new, and without what only mirrors that: the
    console of a first serial port.

    Source: libvirt src/conf/domain_conf.c, virDomainDefAddConsoleCompat.
  -->
  <xsl:key name="gone" match="domain/devices/serial[processing-instruction('xfm-new')]" use="alias/@name"/>

  <xsl:template match="domain/devices/*[processing-instruction('xfm-new')]"/>

  <xsl:template match="domain/devices/console[target/@type = 'serial'][key('gone', alias/@name)]"/>
</xsl:stylesheet>
