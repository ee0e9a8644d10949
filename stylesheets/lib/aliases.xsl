<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="qemu xfm">
  <!--
    xfm:aliased    boolean: devices of this domain may be given aliases. It is one of the QEMU driver, which makes of an
                   alias the device's id, and neither its own QEMU arguments nor an override may speak of a device
                   by that.

    Sources: libvirt drvqemu.html, pass-through of arbitrary QEMU commands and device overrides; QEMU qemu-system(1), -set.
  -->
  <xsl:variable name="xfm:aliased" select="boolean(/domain[@type = 'kvm' or @type = 'qemu' or @type = 'hvf']
      [not(qemu:override/qemu:device[not(starts-with(@alias, 'ua-'))])]
      [not(qemu:commandline/qemu:arg[@value = '-set' or contains(@value, 'device.') or contains(@value, 'bus')
          or contains(@value, 'drive') or contains(@value, 'netdev') or contains(@value, 'chardev')
          or contains(@value, 'memdev')])])"/>
</xsl:stylesheet>
