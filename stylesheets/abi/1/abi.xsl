<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/numbers.xsl"/>
  <xsl:import href="facts.xsl"/>
  <xsl:import href="addresses.xsl"/>
  <xsl:import href="sections.xsl"/>
  <xsl:import href="machine.xsl"/>
  <xsl:import href="processors.xsl"/>
  <xsl:import href="devices.xsl"/>
  <xsl:import href="memory.xsl"/>
  <xsl:import href="storage.xsl"/>
  <xsl:import href="network.xsl"/>
  <xsl:import href="characters.xsl"/>
  <!--
    The guest ABI of a domain: all that its guest can observe of its virtual hardware, and nothing else.

      <abi version="1" open="memballoon=virtio controller">
        <section kind="memory">                        one for each concern that has facts; sections.xsl
          <fact name="size">1048576</fact>             in any order; memory in KiB
        </section>
        <device kind="disk" label="vda" alias="ua-disk-vda" open="address">        devices.xsl
          <fact name="bus">virtio</fact>
        </device>
      </abi>

    A fact is in normal form: units, numbers, spelling and what libvirt takes an omission for make no difference. What
    only the host sees (where a disk's bytes are, which bridge a wire ends at, tuning, labels, metadata) is no fact.

    open       what the domain leaves to libvirt, by name (`x.*`: all that begin so): not said here, and whatever
               libvirt writes there completes the domain and does not change it
               and of abi: the devices that it adds by itself: a kind, or of it one model or label
    asks       what libvirt may write otherwise once the guest runs; with a + in front, what it may add
    answers    where a document says what asking came to: a difference that was asked for and is answered is no change
    alias      the device's ua- alias, by which people call it; no guest sees it, where one does it is a fact
    label      what else tells it from others of its kind; where nothing does, its number among them does
    ordered    its number among them is a fact, order: it has no address yet, and which it gets depends on that

    The files beside this one are imported here alone, so that the general comes before the special in each mode.

    This is version 1 of the projection: pins hold what it gives, so it does not change any more. What should be
    otherwise goes into a version 2.

    Sources: libvirt src/conf/domain_conf.c, virDomainDefCheckABIStability and what it calls, and src/qemu/qemu_domain.c,
    qemuDomainDefCheckABIStability, for what libvirt compares; formatdomain.html and QEMU's documentation of each
    device for what else a guest sees, named where it is.
  -->
  <xsl:output method="xml" indent="no"/>

  <xsl:template match="/domain">
    <xsl:variable name="added">
      <xsl:apply-templates select="." mode="xfm:added"/>
    </xsl:variable>
    <abi version="1" open="{normalize-space($added)}">
      <xsl:call-template name="xfm:sections"/>
      <xsl:apply-templates select="devices/*[namespace-uri() = '']" mode="xfm:device"/>
    </abi>
  </xsl:template>

  <xsl:key name="xfm:bus" match="domain/devices/controller[@type = 'pci']" use="number(@index)"/>

  <!--
    What libvirt's QEMU driver adds to this domain by itself: what its machine always has (qemuDomainDefAddDefaultDevices),
    video with graphics, and as long as a device has no address yet, the controllers and hubs to put it behind.
  -->
  <xsl:template match="domain" mode="xfm:added">
    <xsl:for-each select="devices[$xfm:qemu] | current()[$xfm:qemu][not(devices)]">
      <xsl:if test="not(memballoon) and $xfm:arch != 'aarch64' and $xfm:arch != 'armv7l'"> memballoon=virtio</xsl:if>
      <xsl:if test="graphics and not(video)"> video-1</xsl:if>
      <xsl:if test="not(panic) and ($xfm:family = 'pseries' or $xfm:arch = 's390x')"> panic=pseries panic=s390</xsl:if>
      <xsl:if test="not(nvram) and $xfm:family = 'pseries'"> nvram-1</xsl:if>
      <xsl:if test="not(watchdog) and $xfm:family = 'q35'"> watchdog=itco</xsl:if>
      <xsl:if test="not(controller[@type = 'usb']) and ($xfm:x86 or starts-with($xfm:arch, 'ppc'))"> controller-usb-0</xsl:if>
      <xsl:if test="not(controller[@type = 'sata']) and $xfm:family = 'q35'"> controller-sata-0</xsl:if>
      <xsl:if test="not(controller[@type = 'pci'][@index = 0])"> controller-pci-0</xsl:if>
      <xsl:variable name="homeless">
        <xsl:apply-templates select="*" mode="xfm:homeless"/>
      </xsl:variable>
      <xsl:variable name="nowhere">
        <xsl:for-each select="*/address[@type = 'pci'][@bus != '0x00' and @bus != '0']">
          <xsl:variable name="bus">
            <xsl:call-template name="xfm:number">
              <xsl:with-param name="text" select="@bus"/>
            </xsl:call-template>
          </xsl:variable>
          <xsl:if test="not(key('xfm:bus', $bus))">yes</xsl:if>
        </xsl:for-each>
      </xsl:variable>
      <!-- what libvirt adds by itself sits behind a root port of its own -->
      <xsl:variable name="behind" select="($xfm:family = 'q35' or $xfm:family = 'virt')
          and (not(memballoon) or ($xfm:family = 'q35' and not(controller[@type = 'usb'])))"/>
      <xsl:if test="$xfm:family = '' and not(controller[@type = 'virtio-serial'])
          and (console/target | channel/target)[@type = 'virtio']"> controller-virtio-serial-0</xsl:if>
      <xsl:if test="$xfm:family != '' and ($homeless != '' or $nowhere != '' or $behind
          or (not(controller) and $xfm:arch != 's390x'))"> controller hub</xsl:if>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
