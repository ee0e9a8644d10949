<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="usb-controller" stage="defaults" abi="guest" once="yes">
    <doc:title>A USB controller that the guest can drive</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver without a USB controller; where libvirt would add one by itself, or a device
      needs one, gives it with qemu-xhci and 15 ports: on the virt machines and pseries always, on x86 if the operating
      system has the driver; if it is known not to have it, as Windows before 8, with the EHCI and UHCI controllers of
      the ICH9 that all of them can drive. Where the operating system is not known, libvirt's own choice stays.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:after>disk-bus</doc:after>
    <doc:after>input</doc:after>
    <doc:writes>domain/devices/controller</doc:writes>
    <doc:source>
      libvirt formatdomain.html, controllers; src/qemu/qemu_domain.c: default USB controllers by machine
    </doc:source>
    <doc:source>
      osinfo-db, device 1b36/0004 (qemu-xhci); virt-install 4.1.0, virtinst/guest.py: qemu-xhci with 15 ports, or the
      ICH9 set
    </doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/devices[not(controller/@type = 'usb')]">
    <xsl:variable name="users" select="*/@bus[. = 'usb'] | */target/@bus[. = 'usb'] | hostdev/@type[. = 'usb']
        | hub | sound/@model[. = 'usb'] | smartcard"/>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:choose>
        <xsl:when test="$xfm:pc and ($xfm:drivers = concat($xfm:pci, '1b36/0004')
            or (not($xfm:drivers) and $xfm:build &gt;= 9200)) or $xfm:family = 'pseries'
            or ($xfm:family = 'virt' and $users)">
          <controller type="usb" index="0" model="qemu-xhci" ports="15"/>
        </xsl:when>
        <xsl:when test="$xfm:pc and ($xfm:drivers or $xfm:build &gt;= 2195)">
          <xsl:call-template name="xfm:ich9"/>
        </xsl:when>
      </xsl:choose>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:ich9">
    <controller type="usb" index="0" model="ich9-ehci1"/>
    <controller type="usb" index="0" model="ich9-uhci1">
      <master startport="0"/>
    </controller>
    <controller type="usb" index="0" model="ich9-uhci2">
      <master startport="2"/>
    </controller>
    <controller type="usb" index="0" model="ich9-uhci3">
      <master startport="4"/>
    </controller>
  </xsl:template>
</xsl:stylesheet>
