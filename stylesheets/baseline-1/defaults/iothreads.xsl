<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="iothreads" stage="defaults" abi="guest" once="yes">
    <doc:title>Threads of their own for virtio disks</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver whose author said nothing of IOThreads, or only their number; gives it with
      some, and each virtio disk and each virtio-scsi controller with one of them, so that their requests do not wait
      for QEMU's main loop. There are as many as disks and controllers, but not more than vCPUs, nor than the maximum.
      Which one a disk gets follows from its target, a controller's from its index. A device with an address was here
      before, and stays as it is; so does a vhostuser disk, which QEMU does not serve. No guest sees an IOThread; but
      how a guest that exists already is run is its owner's choice, so nothing is done in adoption.
    </doc:summary>
    <doc:after>disk-discard</doc:after>
    <doc:after>disk-driver</doc:after>
    <doc:after>scsi-controller</doc:after>
    <doc:after>vcpu-count</doc:after>
    <doc:param name="maximum" type="integer" minimum="1" maximum="64" default="4" unit="threads">
      How many IOThreads a guest has at most
    </doc:param>
    <doc:writes>domain/iothreads</doc:writes>
    <doc:writes>domain/devices/disk/driver</doc:writes>
    <doc:writes>domain/devices/disk/driver/@iothread</doc:writes>
    <doc:writes>domain/devices/controller/driver</doc:writes>
    <doc:writes>domain/devices/controller/driver/@iothread</doc:writes>
    <doc:source>
      libvirt formatdomain.html, IOThreads allocation; src/qemu/qemu_validate.c: virtio disks and virtio-scsi
      controllers alone
    </doc:source>
    <doc:source>QEMU docs/devel/multiple-iothreads.txt</doc:source>
  </doc:stylesheet>
  <xsl:param name="maximum" select="4"/>
  <xsl:variable name="xfm:users" select="count(
      /domain/devices/disk[target/@bus = 'virtio'][not(address or @type = 'vhostuser')]
      | /domain/devices/controller[starts-with(@model, 'virtio')][@type = 'scsi'][not(address)])"/>
  <xsl:variable name="xfm:vcpus" select="sum(/domain/vcpu) + not(/domain/vcpu)"/>
  <xsl:variable name="xfm:threads">
    <xsl:choose>
      <xsl:when test="$xfm:users = 0 or /domain/iothreadids or /domain/devices/*/driver/@iothread">0</xsl:when>
      <xsl:when test="not($xfm:host/facts:value[@of = 'iothreads'] = 'yes')">0</xsl:when>
      <xsl:when test="/domain/iothreads">
        <xsl:value-of select="/domain/iothreads"/>
      </xsl:when>
      <xsl:when test="$maximum &lt;= $xfm:users and $maximum &lt;= $xfm:vcpus">
        <xsl:value-of select="$maximum"/>
      </xsl:when>
      <xsl:when test="$xfm:users &lt;= $xfm:vcpus">
        <xsl:value-of select="$xfm:users"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$xfm:vcpus"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:variable>

  <xsl:template match="domain[not(iothreads)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:threads &gt; 0">
        <iothreads>
          <xsl:value-of select="$xfm:threads"/>
        </iothreads>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/devices/disk[target/@bus = 'virtio'][not(address or @type = 'vhostuser')]">
    <xsl:variable name="letter" select="substring(target/@dev, string-length(target/@dev))"/>
    <xsl:call-template name="xfm:served">
      <xsl:with-param name="index" select="string-length(substring-before('abcdefghijklmnopqrstuvwxyz', $letter))"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="domain/devices/controller[starts-with(@model, 'virtio')][@type = 'scsi'][not(address)]">
    <xsl:call-template name="xfm:served">
      <xsl:with-param name="index" select="concat('0', @index)"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The current device, with the IOThread that its index among its like comes to. -->
  <xsl:template name="xfm:served">
    <xsl:param name="index"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:threads &gt; 0">
        <driver iothread="{$index mod $xfm:threads + 1}">
          <xsl:copy-of select="driver/@* | driver/node()"/>
        </driver>
      </xsl:if>
      <xsl:apply-templates select="node()[not($xfm:threads &gt; 0) or not(self::driver)]"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
