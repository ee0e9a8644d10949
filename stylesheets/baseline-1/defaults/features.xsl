<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="features" stage="defaults" abi="guest" once="yes">
    <doc:title>ACPI and APIC, and no VMware port beside SPICE</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; gives an x86 one with the features acpi and apic, without which libvirt builds
      a machine that no current operating system expects, and one with SPICE graphics with vmport off, because the port
      makes a guest prefer VMware's mouse to the tablet; gives an aarch64 one that boots by UEFI with acpi. What the
      author said of a feature stays.
    </doc:summary>
    <doc:after>firmware</doc:after>
    <doc:writes>domain/features</doc:writes>
    <doc:source>
      libvirt formatdomain.html, hypervisor features; src/qemu/qemu_validate.c: on aarch64, ACPI requires UEFI
    </doc:source>
    <doc:source>
      virt-install 4.1.0, virtinst/domain/features.py: acpi and apic on x86, acpi on aarch64 with UEFI, vmport off with
      SPICE
    </doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:uefi" select="boolean(/domain/os[@firmware = 'efi' or loader/@type = 'pflash'])"/>
  <xsl:variable name="xfm:acpi" select="$xfm:pc or ($xfm:arch = 'aarch64' and $xfm:family = 'virt' and $xfm:uefi)"/>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:acpi">
        <features>
          <xsl:call-template name="xfm:features"/>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:features"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:features">
    <xsl:variable name="features" select="/domain/features"/>
    <xsl:if test="$xfm:acpi and not($features/acpi)">
      <acpi/>
    </xsl:if>
    <xsl:if test="$xfm:pc and not($features/apic)">
      <apic/>
    </xsl:if>
    <xsl:if test="$xfm:pc and /domain/devices/graphics/@type = 'spice' and not($features/vmport)">
      <vmport state="off"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
