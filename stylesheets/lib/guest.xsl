<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:pin="urn:xfm:pin:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="pin xfm">
  <!--
    What several stylesheets ask of a guest, as global variables over the document being transformed.

    xfm:qemu      boolean: libvirt's QEMU driver runs it
    xfm:pinned    boolean: the domain has a pin, so a device with an alias has been through this chain before
    xfm:arch      os/type/@arch; where the author left it open, the architecture of the emulator's name, else x86_64
    xfm:x86       boolean: x86_64 or i686
    xfm:family    the machine family: q35, pc, virt, s390-ccw-virtio, pseries; the empty string for any other.
                  With no machine named: that of the pin's machine. Without a pin on x86: q35, unless the document has
                  something that q35 cannot (an IDE disk or controller, an i440fx root bus), or a PCI address and no
                  PCI Express; then pc.
    xfm:pc        boolean: one of the two families of x86, q35 or pc

    Sources: libvirt formatdomain.html, os, and src/qemu/qemu_domain.c (qemuDomainMachineIsQ35 and its
    neighbours); QEMU docs/system/i386/pc.rst (q35 has no IDE).
  -->
  <xsl:variable name="xfm:qemu"
      select="boolean(/domain[@type = 'kvm' or @type = 'qemu' or @type = 'hvf'][os/type = 'hvm'])"/>
  <xsl:variable name="xfm:pinned" select="boolean(/domain/metadata/pin:pin)"/>
  <xsl:variable name="xfm:arch">
    <xsl:variable name="emulator" select="substring-after(/domain/devices/emulator, 'qemu-system-')"/>
    <xsl:choose>
      <xsl:when test="/domain/os/type/@arch">
        <xsl:value-of select="/domain/os/type/@arch"/>
      </xsl:when>
      <xsl:when test="$emulator = 'i386'">i686</xsl:when>
      <xsl:when test="$emulator">
        <xsl:value-of select="$emulator"/>
      </xsl:when>
      <xsl:otherwise>x86_64</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:x86" select="$xfm:arch = 'x86_64' or $xfm:arch = 'i686'"/>
  <xsl:variable name="xfm:family">
    <xsl:if test="$xfm:qemu">
      <xsl:call-template name="xfm:family">
        <xsl:with-param name="machine"
            select="string(/domain/os/type/@machine | /domain[not(os/type/@machine)]/metadata/pin:pin/@machine)"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:variable>

  <xsl:variable name="xfm:pc" select="$xfm:family = 'q35' or $xfm:family = 'pc'"/>

  <xsl:template name="xfm:family">
    <xsl:param name="machine"/>
    <xsl:choose>
      <xsl:when test="$machine = '' and $xfm:x86">
        <xsl:call-template name="xfm:open-x86-family"/>
      </xsl:when>
      <xsl:when test="$machine = '' and $xfm:arch = 's390x'">s390-ccw-virtio</xsl:when>
      <xsl:when test="$machine = '' and starts-with($xfm:arch, 'ppc64')">pseries</xsl:when>
      <xsl:when test="$machine = '' and ($xfm:arch = 'aarch64' or starts-with($xfm:arch, 'riscv'))">virt</xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:machine-family">
          <xsl:with-param name="machine" select="$machine"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The family that the name of a machine, alias or versioned, belongs to. -->
  <xsl:template name="xfm:machine-family">
    <xsl:param name="machine"/>
    <xsl:choose>
      <xsl:when test="$machine = 'q35' or starts-with($machine, 'pc-q35-')">q35</xsl:when>
      <xsl:when test="$machine = 'pc' or starts-with($machine, 'pc-i440fx-')">pc</xsl:when>
      <!-- pc-1.2 and its like: i440fx before the machines were named after it -->
      <xsl:when test="starts-with($machine, 'pc-') and number(substring($machine, 4, 1)) &gt;= 0">pc</xsl:when>
      <xsl:when test="$machine = 'virt' or starts-with($machine, 'virt-')">virt</xsl:when>
      <xsl:when test="$machine = 's390-ccw-virtio' or starts-with($machine, 's390-ccw-virtio-')">s390-ccw-virtio</xsl:when>
      <xsl:when test="$machine = 'pseries' or starts-with($machine, 'pseries-')">pseries</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:open-x86-family">
    <xsl:variable name="devices" select="/domain/devices"/>
    <xsl:choose>
      <xsl:when test="$devices/controller[starts-with(@model, 'pcie-')]">q35</xsl:when>
      <xsl:when test="$devices/disk/target[@bus = 'ide' or (not(@bus) and starts-with(@dev, 'hd'))]">pc</xsl:when>
      <xsl:when test="$devices/controller[@type = 'ide' or @model = 'pci-root' or starts-with(@model, 'piix')]">pc</xsl:when>
      <xsl:when test="$devices/*/address[@type = 'pci'][not(parent::controller[@model = 'pcie-root-port'])]">pc</xsl:when>
      <xsl:otherwise>q35</xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
