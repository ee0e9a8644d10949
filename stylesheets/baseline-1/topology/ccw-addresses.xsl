<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/topology.xsl"/>
  <doc:stylesheet id="ccw-addresses" stage="topology" abi="guest">
    <doc:title>A device number for every channel device of s390x</doc:title>
    <doc:summary>
      Takes a domain on s390-ccw-virtio whose controllers are explicit; gives it with a CCW address on each virtio
      and vfio-ccw device that has none, in the range of its kind (docs/topology.md). PCI devices stay libvirt's:
      their address has a uid and a fid of its choice.
    </doc:summary>
    <doc:after>controllers</doc:after>
    <doc:writes>domain/devices/*/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain_address.c, qemuDomainPrimeVirtioDeviceAddresses: which devices are on CCW</doc:source>
    <doc:source>libvirt 9.0.0 src/conf/domain_addr.c: virtio devices are in cssid 0xfe, device numbers go up to 0xffff</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family = 's390-ccw-virtio']/devices[count(*) &lt; 1000]"/>

  <!-- " NUMBER " of each device number of 0xfe.0 that is held. -->
  <xsl:variable name="xfm:there" select="$xfm:devices/*/address[@type = 'ccw']"/>
  <xsl:variable name="xfm:held">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:there">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="@devno"/>
      </xsl:call-template>
      <xsl:text> </xsl:text>
    </xsl:for-each>
  </xsl:variable>

  <!-- libvirt takes an address of which only the type is given for none, and so do we. -->
  <xsl:variable name="xfm:claims">
    <xsl:for-each select="$xfm:devices/*[not(address[@type != 'ccw' or @cssid or @ssid or @devno])]">
      <xsl:variable name="channel">
        <xsl:apply-templates select="." mode="xfm:channel"/>
      </xsl:variable>
      <xsl:if test="$channel != ''">
        <claim id="{generate-id()}">
          <xsl:attribute name="kind">
            <xsl:apply-templates select="." mode="xfm:kind"/>
          </xsl:attribute>
        </claim>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:claim" select="exsl:node-set($xfm:claims)/claim"/>

  <!-- As many free numbers of each range as can be needed. -->
  <xsl:variable name="xfm:numbers">
    <xsl:for-each select="exsl:node-set($xfm:ranges)/range[@arena = 'ccw'][$xfm:claim]">
      <xsl:if test="@kind = $xfm:claim/@kind or @kind = 'spill'">
        <xsl:call-template name="xfm:units">
          <xsl:with-param name="more" select="count($xfm:claim)"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:places">
    <xsl:call-template name="xfm:assign">
      <xsl:with-param name="claims" select="$xfm:claim"/>
      <xsl:with-param name="units" select="exsl:node-set($xfm:numbers)/u"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:key name="xfm:place" match="place" use="@id"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:claim">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain[os/type[@arch = 's390x' or starts-with(@machine, 's390')]]
      /devices/*[not(address[@type != 'ccw' or @cssid or @ssid or @devno])]">
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:copy>
      <xsl:copy-of select="@* | node()[not(self::address)]"/>
      <xsl:if test="address and not(exsl:node-set($xfm:places)/place[@id = $id])">
        <xsl:copy-of select="address"/>
      </xsl:if>
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:for-each select="key('xfm:place', $id)">
          <address type="ccw" cssid="0xfe" ssid="0x0">
            <xsl:attribute name="devno">
              <xsl:text>0x</xsl:text>
              <xsl:call-template name="xfm:hex">
                <xsl:with-param name="number" select="@n"/>
                <xsl:with-param name="digits" select="4"/>
              </xsl:call-template>
            </xsl:attribute>
          </address>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>

  <!-- Says "yes" of a device that is on the channel subsystem. -->
  <xsl:template match="*" mode="xfm:channel"/>
  <xsl:template match="disk[target/@bus = 'virtio' or (not(target/@bus) and starts-with(target/@dev, 'vd'))]
      | interface[not(@type = 'hostdev')][not(model/@type) or starts-with(model/@type, 'virtio')]
      | video[not(model/@type) or model/@type = 'virtio'] | controller[@type = 'virtio-serial' or @type = 'scsi']
      | memballoon[not(@model = 'none')] | rng | vsock | crypto
      | filesystem[not(driver/@type = 'loop' or driver/@type = 'nbd' or driver/@type = 'ploop')]
      | memory[@model = 'virtio-pmem' or @model = 'virtio-mem'] | input[@bus = 'virtio' or not(@bus)]
          [not(@type = 'evdev')]
      | hostdev[@type = 'scsi_host'] | hostdev[@type = 'mdev'][@model = 'vfio-ccw']"
          mode="xfm:channel">yes</xsl:template>

  <xsl:template name="xfm:units">
    <xsl:param name="more"/>
    <xsl:param name="number" select="number(@from)"/>
    <xsl:if test="$more &gt; 0 and $number &lt;= @to">
      <xsl:variable name="free" select="not(contains($xfm:held, concat(' ', $number, ' ')))"/>
      <xsl:if test="$free">
        <u kind="{@kind}" n="{$number}"/>
      </xsl:if>
      <xsl:call-template name="xfm:units">
        <xsl:with-param name="more" select="$more - $free"/>
        <xsl:with-param name="number" select="$number + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
