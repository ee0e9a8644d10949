<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="acpi-index" stage="device-identity" abi="guest">
    <doc:title>An ACPI index for every PCI interface of an x86 guest</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver with ACPI on an x86 machine, gives it with an ACPI index on each PCI interface
      that has none: the lowest from 1 on that no device has, in the order of the document. systemd names the interface
      after it (eno1, eno2), wherever on the bus it lies; without one it is named after its slot. Only on machines
      pc-q35 and pc-i440fx of QEMU 6.1 and later, by the number in their name: an older QEMU does not know the
      property, and on older machines the index is not shown. Left alone: USB and ISA models, a host's device behind
      type hostdev, and an interface of a pinned domain that has its alias or an address: it was here before.
    </doc:summary>
    <doc:writes>domain/devices/interface/acpi</doc:writes>
    <doc:source>libvirt formatdomain.html, network interfaces: ACPI index, since 7.3.0, 1 to 16383 and unique; src/qemu/qemu_validate.c: PCI only</doc:source>
    <doc:source>QEMU hw/acpi/pcihp.c; QEMU 7.2, tried: ICH9-LPC acpi-pci-hotplug-with-bridge-support, with which the index is shown, is off up to pc-q35-6.0</doc:source>
    <doc:source>systemd.net-naming-scheme(7): ID_NET_NAME_ONBOARD, of the sysfs attribute acpi_index</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:highest" select="16383"/>
  <!-- pc-q35-7.2 is 702; not a number where the machine has none in its name -->
  <xsl:variable name="xfm:release" select="substring-after(substring-after(/domain/os/type/@machine, 'pc-'), '-')"/>
  <xsl:variable name="xfm:shown" select="$xfm:pc and /domain/features/acpi
      and substring-before($xfm:release, '.') * 100 + substring-after($xfm:release, '.') &gt;= 601"/>
  <xsl:variable name="xfm:pci" select="' virtio virtio-transitional virtio-non-transitional e1000 e1000e rtl8139 igb
      ne2k_pci pcnet vmxnet3 i82551 i82557b i82559er '"/>
  <xsl:variable name="xfm:open" select="/domain[$xfm:shown]/devices/interface[not(acpi) and @type != 'hostdev']
      [not(model) or contains($xfm:pci, concat(' ', model/@type, ' '))]
      [not(address) or address/@type = 'pci'][not($xfm:pinned and (alias or address))]"/>

  <xsl:key name="xfm:index" match="domain/devices/*/acpi" use="number(@index)"/>
  <!-- There are never fewer numbers up to that of all devices than are taken or wanted. -->
  <xsl:variable name="xfm:free">
    <xsl:if test="$xfm:open">
      <xsl:for-each select="/domain/devices/*[position() &lt;= $xfm:highest]">
        <xsl:if test="not(key('xfm:index', position()))">
          <index number="{position()}"/>
        </xsl:if>
      </xsl:for-each>
    </xsl:if>
  </xsl:variable>
  <!-- The free numbers, and the interfaces that want one, by their place. -->
  <xsl:variable name="xfm:places">
    <xsl:for-each select="exsl:node-set($xfm:free)/index">
      <index place="{position()}" number="{@number}"/>
    </xsl:for-each>
    <xsl:for-each select="$xfm:open">
      <interface place="{position()}" device="{generate-id()}"/>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:place" match="index" use="@place"/>
  <xsl:key name="xfm:device" match="interface[@device]" use="@device"/>

  <xsl:template match="domain/devices/interface[not(acpi)]">
    <xsl:variable name="device" select="generate-id()"/>
    <xsl:variable name="index">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:value-of select="key('xfm:place', key('xfm:device', $device)/@place)/@number"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$index != ''">
        <acpi index="{$index}"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
