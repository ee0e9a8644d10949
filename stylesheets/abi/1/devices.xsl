<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    What a guest sees of its devices, kind by kind in the order of formatdomain.html.

      mode xfm:device      the device; what is none for the guest gives nothing
      mode xfm:kind        the facts of its kind alone; what all kinds share is added here
      mode xfm:open        the names that libvirt fills in where they are missing, beside the address
      mode xfm:label       what tells it from its like, if there is anything

    No devices of the guest's: emulator, graphics, audio, lease.
  -->
  <xsl:template match="*" mode="xfm:device">
    <xsl:variable name="place">
      <xsl:apply-templates select="address" mode="xfm:place"/>
    </xsl:variable>
    <xsl:variable name="homeless">
      <xsl:apply-templates select="." mode="xfm:homeless"/>
    </xsl:variable>
    <xsl:variable name="label">
      <xsl:apply-templates select="." mode="xfm:label"/>
    </xsl:variable>
    <xsl:variable name="open">
      <xsl:if test="$homeless = 'yes'">address* </xsl:if>
      <xsl:if test="$homeless = 'yes' and $xfm:arch = 's390x'">zpci.* </xsl:if>
      <xsl:apply-templates select="address" mode="xfm:open"/>
      <xsl:apply-templates select="." mode="xfm:open"/>
    </xsl:variable>
    <device kind="{name()}">
      <xsl:call-template name="xfm:attribute">
        <xsl:with-param name="name" select="'label'"/>
        <xsl:with-param name="value" select="$label"/>
      </xsl:call-template>
      <!-- libvirt places those of a kind in the order of the document, disks and controllers in their own -->
      <xsl:if test="$homeless = 'yes' and not(self::disk or self::controller or self::serial)">
        <xsl:attribute name="ordered">yes</xsl:attribute>
      </xsl:if>
      <xsl:call-template name="xfm:attribute">
        <xsl:with-param name="name" select="'alias'"/>
        <xsl:with-param name="value" select="alias[starts-with(@name, 'ua-')]/@name"/>
      </xsl:call-template>
      <xsl:call-template name="xfm:attribute">
        <xsl:with-param name="name" select="'open'"/>
        <xsl:with-param name="value" select="$open"/>
      </xsl:call-template>
      <xsl:apply-templates select="." mode="xfm:kind"/>
      <xsl:call-template name="xfm:shared">
        <xsl:with-param name="place" select="$place"/>
      </xsl:call-template>
    </device>
  </xsl:template>

  <xsl:key name="xfm:slot" match="domain/devices/*/address[@type = 'pci']" use="concat(@bus, ' ', @slot)"/>

  <xsl:template match="emulator | graphics | audio | lease" mode="xfm:device"/>

  <xsl:template match="*" mode="xfm:open"/>

  <!-- The first function of a slot that has others says so, and libvirt adds it (virDomainPCIAddressSetAllMulti). -->
  <xsl:template match="devices/*/address" mode="xfm:open">
    <xsl:if test="$xfm:arch = 's390x'">zpci.* </xsl:if>
    <xsl:if test="@type = 'dimm' and not(@base)">address.base </xsl:if>
    <xsl:if test="@type = 'pci' and not(@multifunction) and (not(@function) or @function = '0x0' or @function = '0')
        and key('xfm:slot', concat(@bus, ' ', @slot))/@function[. != '0x0' and . != '0']">address.multifunction </xsl:if>
  </xsl:template>

  <xsl:template match="*" mode="xfm:label"/>

  <!--
    What any kind may have: its address; the order in which the firmware tries it; the options of virtio
    (virDomainVirtioOptionsCheckABIStability); the ROM that it shows; the number by which ACPI names it
    (formatdomain.html, virtio-related options, guest interface and device addresses).  -->
  <xsl:template name="xfm:shared">
    <xsl:param name="place"/>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'address'"/>
      <xsl:with-param name="value" select="$place"/>
    </xsl:call-template>
    <xsl:apply-templates mode="xfm:fact" select="address/@multifunction[. = 'on'] | boot/@order | acpi/@index
        | rom/@bar | rom/@file | rom/@enabled | driver/@iommu | driver/@ats | driver/@packed | driver/@page_per_vq"/>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'boot.loadparm'"/>
      <xsl:with-param name="value"
          select="translate(boot/@loadparm, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"/>
    </xsl:call-template>
    <xsl:apply-templates select="address" mode="xfm:numbers"/>
  </xsl:template>

  <!-- Where a memory device lies, in libvirt's hexadecimal; by what s390x names a PCI device. -->
  <xsl:template match="address" mode="xfm:numbers">
    <xsl:for-each select="self::*[@type = 'dimm']/@base">
      <fact name="address.base">
        <xsl:call-template name="xfm:decimal">
          <xsl:with-param name="text" select="concat('0x', substring-after(., '0x'), substring(., 1, 20 * not(starts-with(., '0x'))))"/>
        </xsl:call-template>
      </fact>
    </xsl:for-each>
    <xsl:for-each select="zpci/@*">
      <fact name="zpci.{name()}">
        <xsl:call-template name="xfm:decimal"/>
      </fact>
    </xsl:for-each>
  </xsl:template>

  <!--
    Input: every PC has a keyboard and a mouse on PS/2, whether the domain says so or not, and what QEMU reads of an
    evdev goes there. The host's own device behind a passed one is what the guest sees.
  -->
  <xsl:template match="input" mode="xfm:kind">
    <xsl:apply-templates select="@type | @bus | @model | source/@evdev[../../@type = 'passthrough']" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="input" mode="xfm:open">
    <xsl:if test="not(@bus)">bus</xsl:if>
  </xsl:template>

  <xsl:template match="input[@bus = 'ps2' or @bus = 'xen' or @type = 'evdev']" mode="xfm:device"/>

  <!-- A TPM of the host's behind a passed one is the host's; the state of an emulated one goes by the guest's uuid. -->
  <xsl:template match="tpm" mode="xfm:kind">
    <xsl:apply-templates select="@model | backend/@type | backend/@version | backend/profile/@*" mode="xfm:fact"/>
    <xsl:for-each select="backend/active_pcr_banks/*">
      <fact name="bank.{name()}">yes</fact>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="tpm" mode="xfm:open">
    <xsl:if test="not(@model)"> model</xsl:if>
    <xsl:if test="not(backend/@version)"> backend.version</xsl:if>
    <xsl:if test="not(backend/profile)"> backend.profile.*</xsl:if>
  </xsl:template>

  <xsl:template match="sound" mode="xfm:kind">
    <xsl:apply-templates select="@model | @multichannel | @streams" mode="xfm:fact"/>
    <xsl:for-each select="codec">
      <fact name="codec.{position()}">
        <xsl:value-of select="@type"/>
      </fact>
    </xsl:for-each>
  </xsl:template>

  <!-- Video: where a model has sizes of its own, libvirt fills them in. -->
  <xsl:template match="video" mode="xfm:kind">
    <xsl:for-each select="model">
      <xsl:apply-templates select="@*[name() != 'heads' and name() != 'primary'][not(name() = 'vram64' and . = 0)] | acceleration/@accel2d | acceleration/@accel3d
          | resolution/@*" mode="xfm:fact"/>
      <fact name="heads">
        <xsl:value-of select="concat(@heads, substring('1', 1, not(@heads)))"/>
      </fact>
      <xsl:if test="@primary = 'yes' or not(../preceding-sibling::video or ../../video/model/@primary = 'yes')">
        <fact name="primary">yes</fact>
      </xsl:if>
    </xsl:for-each>
    <xsl:apply-templates select="driver/@vgaconf" mode="xfm:fact"/>
    <xsl:if test="driver/@name = 'vhostuser'">
      <fact name="driver">vhostuser</fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="video" mode="xfm:open">
    <xsl:if test="not(model/@type)"> model.type</xsl:if>
    <xsl:if test="not(model)"> heads primary</xsl:if>
    <xsl:if test="not(model/@type) or contains(' vga cirrus vmvga qxl bochs xen ', concat(' ', model/@type, ' '))"> model.vram</xsl:if>
    <xsl:if test="not(model/@type) or model/@type = 'qxl'"> model.ram model.vgamem</xsl:if>
  </xsl:template>

  <xsl:template match="hub" mode="xfm:kind">
    <xsl:apply-templates select="@type" mode="xfm:fact"/>
  </xsl:template>

  <!-- What becomes of the guest when it barks is the host's. libvirt names the one that q35 has since 9.1.0. -->
  <xsl:template match="watchdog" mode="xfm:kind">
    <xsl:apply-templates select="@model" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="memballoon" mode="xfm:kind">
    <xsl:apply-templates select="@model | @autodeflate | @freePageReporting" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="rng | vsock | crypto" mode="xfm:kind">
    <xsl:apply-templates select="@model | @type" mode="xfm:fact"/>
    <xsl:apply-templates select="cid/@address[not(../@auto = 'yes')]" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="vsock" mode="xfm:open">
    <xsl:if test="not(@model)"> model</xsl:if>
    <xsl:if test="cid/@auto = 'yes' or not(cid/@address)"> cid.address</xsl:if>
  </xsl:template>

  <xsl:template match="nvram" mode="xfm:kind"/>

  <xsl:template match="panic" mode="xfm:kind">
    <xsl:apply-templates select="@model" mode="xfm:fact"/>
  </xsl:template>

  <xsl:template match="panic" mode="xfm:open">
    <xsl:if test="not(@model)">model</xsl:if>
  </xsl:template>

  <xsl:template match="pstore" mode="xfm:kind">
    <xsl:apply-templates select="@backend" mode="xfm:fact"/>
    <xsl:for-each select="size">
      <fact name="size">
        <xsl:call-template name="xfm:kib"/>
      </fact>
    </xsl:for-each>
  </xsl:template>

  <!-- Shared memory: its name is the host's; whether a server hands it out shows in its interrupts. -->
  <xsl:template match="shmem" mode="xfm:kind">
    <xsl:apply-templates select="@role | model/@type | msi/@*" mode="xfm:fact"/>
    <xsl:for-each select="size">
      <fact name="size">
        <xsl:call-template name="xfm:kib">
          <xsl:with-param name="default" select="'bytes'"/>
        </xsl:call-template>
      </fact>
    </xsl:for-each>
    <xsl:if test="server">
      <fact name="server">yes</fact>
    </xsl:if>
  </xsl:template>

  <xsl:template match="shmem" mode="xfm:open">
    <xsl:if test="not(size)"> size</xsl:if>
    <xsl:if test="not(model)"> model.type</xsl:if>
    <xsl:if test="server and not(msi/@ioeventfd)"> msi.ioeventfd</xsl:if>
  </xsl:template>

  <xsl:template match="shmem" mode="xfm:label">
    <xsl:value-of select="@name"/>
  </xsl:template>

  <xsl:template match="iommu" mode="xfm:kind">
    <xsl:apply-templates select="@model | driver/@*" mode="xfm:fact"/>
  </xsl:template>

  <!-- A kind that is newer than this: all that is said of it, but where it comes from on the host. -->
  <xsl:template match="*" mode="xfm:kind">
    <xsl:for-each select="@* | *[not(self::source or self::alias or self::address or self::boot or self::rom or self::acpi or self::driver)]">
      <xsl:apply-templates select="." mode="xfm:fact"/>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
