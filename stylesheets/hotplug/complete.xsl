<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/identity.xsl"/>
  <xsl:import href="../lib/guest.xsl"/>
  <xsl:import href="../lib/numbers.xsl"/>
  <!--
    A domain with a device that is only begun, to one that libvirt's schema takes.

    The device holds the processing instruction xfm-new, which stays. It gets what the schema cannot do without: the
    type that its source tells, the free target of a disk, the kind of a host device. What a default can say, the chain
    says afterwards, as it does of any device.

    place    `free`: the device also gets an address: on the root port of the lowest index that is there and free, or
             on a machine without such ports, in a free slot of a conventional bus, the highest first

    A disk without a target takes the bus of the disks that the guest has, if that bus can be plugged (virtio, scsi,
    usb), else scsi where there is such a controller, else virtio where the guest has no disk at all, else usb, for
    which every system has a driver. A CD-ROM never takes virtio. An interface without a model takes that of the
    guest's first one: its driver is there.

    Sources: libvirt formatdomain.html, devices; domaincommon.rng for what is needed; src/qemu/qemu_hotplug.c,
    qemuDomainAttachDeviceDiskLiveInternal, for the buses.
  -->
  <xsl:param name="place"/>
  <xsl:variable name="new" select="/domain/devices/*[processing-instruction('xfm-new')]"/>

  <xsl:template match="domain/devices/*[processing-instruction('xfm-new')]">
    <xsl:call-template name="scsi-controller"/>
    <xsl:copy>
      <xsl:apply-templates select="." mode="attributes"/>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates select="node()"/>
      <xsl:apply-templates select="." mode="children"/>
      <xsl:if test="$place = 'free' and not(address)">
        <xsl:call-template name="place"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="*" mode="attributes"/>
  <xsl:template match="*" mode="children"/>

  <!-- ### disks ### -->

  <xsl:template match="disk" mode="attributes">
    <xsl:attribute name="type">
      <xsl:choose>
        <xsl:when test="source/@dev">block</xsl:when>
        <xsl:when test="source/@dir">dir</xsl:when>
        <xsl:when test="source/@pool">volume</xsl:when>
        <xsl:when test="source/@type = 'pci'">nvme</xsl:when>
        <xsl:when test="source/@protocol">network</xsl:when>
        <xsl:otherwise>file</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:attribute name="device">disk</xsl:attribute>
  </xsl:template>

  <xsl:template match="disk" mode="children">
    <xsl:if test="not(target)">
      <xsl:call-template name="target"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="disk[processing-instruction('xfm-new')]/target[not(@dev)]">
    <xsl:for-each select="..">
      <xsl:call-template name="target">
        <xsl:with-param name="bus" select="string(target/@bus)"/>
      </xsl:call-template>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="target">
    <xsl:param name="bus">
      <xsl:call-template name="bus"/>
    </xsl:param>
    <xsl:variable name="prefix">
      <xsl:choose>
        <xsl:when test="$bus = 'virtio'">vd</xsl:when>
        <xsl:when test="$bus = 'xen'">xvd</xsl:when>
        <xsl:when test="$bus = 'ide'">hd</xsl:when>
        <xsl:when test="$bus = 'fdc'">fd</xsl:when>
        <xsl:otherwise>sd</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <target>
      <xsl:attribute name="dev">
        <xsl:call-template name="free">
          <xsl:with-param name="prefix" select="$prefix"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:attribute name="bus">
        <xsl:value-of select="$bus"/>
      </xsl:attribute>
      <xsl:copy-of select="target/@*[name() != 'bus']"/>
    </target>
  </xsl:template>

  <xsl:template name="bus">
    <xsl:variable name="cdrom" select="@device = 'cdrom'"/>
    <xsl:variable name="like" select="../disk[not(processing-instruction('xfm-new'))][target/@bus = 'virtio'
        or target/@bus = 'scsi' or target/@bus = 'usb'][not(@device = 'cdrom')][1]/target/@bus"/>
    <xsl:choose>
      <xsl:when test="@device = 'floppy'">fdc</xsl:when>
      <xsl:when test="$like != '' and not($cdrom and $like = 'virtio')">
        <xsl:value-of select="$like"/>
      </xsl:when>
      <xsl:when test="../controller/@type = 'scsi'">scsi</xsl:when>
      <xsl:when test="$xfm:qemu and not($cdrom)
          and not(../disk[not(processing-instruction('xfm-new'))][not(@device = 'cdrom')])">virtio</xsl:when>
      <xsl:when test="$xfm:qemu">usb</xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="../disk[target/@bus][1]/target/@bus"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:key name="target" match="domain/devices/disk" use="target/@dev"/>

  <!-- The first name that no disk has: a to z, then aa to zz. -->
  <xsl:template name="free">
    <xsl:param name="prefix"/>
    <xsl:param name="first" select="0"/>
    <xsl:param name="second" select="1"/>
    <xsl:variable name="letters" select="'abcdefghijklmnopqrstuvwxyz'"/>
    <xsl:variable name="name"
        select="concat($prefix, substring($letters, $first, $first &gt; 0), substring($letters, $second, 1))"/>
    <xsl:choose>
      <xsl:when test="not(key('target', $name)) or $first &gt; 26">
        <xsl:value-of select="$name"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="free">
          <xsl:with-param name="prefix" select="$prefix"/>
          <xsl:with-param name="first" select="$first + ($second = 26)"/>
          <xsl:with-param name="second" select="$second mod 26 + 1"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- ### the others ### -->

  <xsl:template match="interface" mode="attributes">
    <xsl:attribute name="type">
      <xsl:choose>
        <xsl:when test="source/@network">network</xsl:when>
        <xsl:when test="source/@bridge">bridge</xsl:when>
        <xsl:when test="source/address">hostdev</xsl:when>
        <xsl:when test="source/@type">vhostuser</xsl:when>
        <xsl:when test="source/@dev">direct</xsl:when>
        <xsl:otherwise>user</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <xsl:template match="interface" mode="children">
    <xsl:if test="not(model | source/address)">
      <xsl:copy-of select="../interface[not(processing-instruction('xfm-new'))][1]/model"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="hostdev" mode="attributes">
    <xsl:attribute name="mode">subsystem</xsl:attribute>
    <xsl:attribute name="type">
      <xsl:choose>
        <xsl:when test="source/vendor | source/address[@bus][@device]">usb</xsl:when>
        <xsl:when test="source/address/@uuid">mdev</xsl:when>
        <xsl:when test="source/adapter">scsi</xsl:when>
        <xsl:when test="source/@wwpn">scsi_host</xsl:when>
        <xsl:otherwise>pci</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:if test="source/address/@slot or source/vendor or source/address/@device">
      <xsl:attribute name="managed">yes</xsl:attribute>
    </xsl:if>
  </xsl:template>

  <xsl:template match="filesystem" mode="attributes">
    <xsl:attribute name="type">mount</xsl:attribute>
    <xsl:attribute name="accessmode">passthrough</xsl:attribute>
  </xsl:template>

  <xsl:template match="filesystem" mode="children">
    <xsl:if test="not(driver)">
      <driver type="virtiofs"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="channel | console | serial | parallel | redirdev" mode="attributes">
    <xsl:attribute name="type">
      <xsl:choose>
        <xsl:when test="self::redirdev">spicevmc</xsl:when>
        <xsl:when test="source/@mode and source/@host">tcp</xsl:when>
        <xsl:when test="source/@mode or target[starts-with(@name, 'org.qemu.guest_agent')]">unix</xsl:when>
        <xsl:when test="target[starts-with(@name, 'com.redhat.spice')]">spicevmc</xsl:when>
        <xsl:when test="source/@path">file</xsl:when>
        <xsl:otherwise>pty</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
    <xsl:if test="self::redirdev">
      <xsl:attribute name="bus">usb</xsl:attribute>
    </xsl:if>
  </xsl:template>

  <xsl:template match="channel[processing-instruction('xfm-new')]/target[not(@type)]">
    <target type="virtio">
      <xsl:copy-of select="@*"/>
    </target>
  </xsl:template>

  <xsl:template match="channel" mode="children">
    <xsl:if test="not(target)">
      <target type="virtio"/>
    </xsl:if>
  </xsl:template>

  <!-- An ISA port cannot be plugged; one on USB can. -->
  <xsl:template match="serial" mode="children">
    <xsl:if test="not(target)">
      <target type="usb-serial"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="rng" mode="attributes">
    <xsl:attribute name="model">virtio</xsl:attribute>
  </xsl:template>

  <xsl:template match="rng" mode="children">
    <xsl:if test="not(backend)">
      <backend model="random">/dev/urandom</backend>
    </xsl:if>
  </xsl:template>

  <xsl:template match="controller" mode="attributes">
    <xsl:if test="@type = 'scsi'">
      <xsl:attribute name="model">virtio-scsi</xsl:attribute>
    </xsl:if>
    <xsl:if test="@type">
      <xsl:call-template name="index"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="input" mode="attributes">
    <xsl:attribute name="type">tablet</xsl:attribute>
    <xsl:attribute name="bus">usb</xsl:attribute>
  </xsl:template>

  <xsl:template match="memory" mode="attributes">
    <xsl:attribute name="model">dimm</xsl:attribute>
  </xsl:template>

  <xsl:template match="memory[processing-instruction('xfm-new')][not(@model = 'virtio-pmem')]
      /target[not(node)][/domain/cpu/numa/cell]">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates/>
      <node>0</node>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="shmem" mode="children">
    <xsl:if test="not(model)">
      <model type="ivshmem-plain"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="vsock" mode="attributes">
    <xsl:attribute name="model">virtio</xsl:attribute>
  </xsl:template>

  <xsl:template match="vsock" mode="children">
    <xsl:if test="not(cid)">
      <cid auto="yes"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="watchdog" mode="attributes">
    <xsl:attribute name="model">i6300esb</xsl:attribute>
  </xsl:template>

  <!-- After all others of its type: so the row of root ports has no gap. -->
  <xsl:template name="index">
    <xsl:variable name="others" select="../controller[@type = current()/@type]/@index"/>
    <xsl:attribute name="index">
      <xsl:if test="not($others)">0</xsl:if>
      <xsl:for-each select="$others">
        <xsl:sort data-type="number" order="descending"/>
        <xsl:if test="position() = 1">
          <xsl:value-of select=". + 1"/>
        </xsl:if>
      </xsl:for-each>
    </xsl:attribute>
  </xsl:template>

  <!-- One that libvirt would add by itself, or the chain to a guest that has its pin, is an old lsilogic. -->
  <xsl:template name="scsi-controller">
    <xsl:if test="(self::disk[target/@bus = 'scsi'] or self::hostdev[@type = 'scsi' or source/adapter])
        and $xfm:qemu and $xfm:family != 'pseries' and not(../controller[@type = 'scsi'])">
      <controller type="scsi" index="0" model="virtio-scsi"/>
    </xsl:if>
  </xsl:template>

  <!-- ### a free place on PCI ### -->

  <!-- "bus.slot" of each address, in decimal, between blanks. -->
  <xsl:variable name="taken">
    <xsl:text> </xsl:text>
    <xsl:for-each select="/domain/devices/*/address[@type = 'pci']">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="string(@bus)"/>
      </xsl:call-template>
      <xsl:text>.</xsl:text>
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="string(@slot)"/>
      </xsl:call-template>
      <xsl:text> </xsl:text>
    </xsl:for-each>
  </xsl:variable>

  <xsl:template name="place">
    <xsl:choose>
      <xsl:when test="../controller[@type = 'pci'][@model = 'pcie-root']">
        <xsl:for-each select="../controller[@type = 'pci'][@model = 'pcie-root-port'][not(target/@hotplug = 'off')]
            [not(contains($taken, concat(' ', number(@index), '.')))]">
          <xsl:sort select="@index" data-type="number"/>
          <xsl:if test="position() = 1">
            <xsl:call-template name="address">
              <xsl:with-param name="slot" select="0"/>
            </xsl:call-template>
          </xsl:if>
        </xsl:for-each>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="slot"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Slots 1 and 2 of the root bus are integrated devices' and the first video device's, those from 0x19 bridges'. -->
  <xsl:template name="slot">
    <xsl:param name="slot" select="24"/>
    <xsl:param name="bus" select="../controller[@type = 'pci'][@model = 'pci-root'][@index = 0]"/>
    <xsl:choose>
      <xsl:when test="$slot &lt; 3"/>
      <xsl:when test="contains($taken, concat(' ', number($bus/@index), '.', $slot, ' '))">
        <xsl:call-template name="slot">
          <xsl:with-param name="slot" select="$slot - 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:for-each select="$bus">
          <xsl:call-template name="address">
            <xsl:with-param name="slot" select="$slot"/>
          </xsl:call-template>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- On the bus of a controller. -->
  <xsl:template name="address">
    <xsl:param name="slot"/>
    <xsl:variable name="digits" select="'0123456789abcdef'"/>
    <address type="pci" domain="0x0000" function="0x0"
        bus="0x{substring($digits, floor(@index div 16) + 1, 1)}{substring($digits, @index mod 16 + 1, 1)}"
        slot="0x{substring($digits, floor($slot div 16) + 1, 1)}{substring($digits, $slot mod 16 + 1, 1)}"/>
  </xsl:template>
</xsl:stylesheet>
