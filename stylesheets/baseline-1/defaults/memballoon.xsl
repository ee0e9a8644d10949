<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="memballoon" stage="defaults" abi="guest" once="yes">
    <doc:title>The balloon, said openly</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver; where the author said nothing of a balloon, gives it with the virtio one that
      libvirt would add on this machine, so that later stages see it; on Arm, where libvirt adds none, only if the
      operating system has the driver. QEMU asks the guest for statistics every so many seconds. Where the operating
      system is known to have the driver, and no huge or locked pages make it pointless, memory that the guest frees
      goes back to the host at once.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:param name="period" type="integer" minimum="0" maximum="3600" default="10" unit="seconds">
      How often the guest is asked for statistics of its memory; 0: never
    </doc:param>
    <doc:writes>domain/devices/memballoon</doc:writes>
    <doc:source>
      libvirt formatdomain.html, memory balloon device; src/qemu/qemu_domain.c: where a balloon is added
    </doc:source>
    <doc:source>
      Nova asks for statistics every 10 seconds, KubeVirt sets freePageReporting; QEMU 5.1 and Linux 5.7 know it,
      libvirt 6.9
    </doc:source>
  </doc:stylesheet>
  <xsl:param name="period" select="10"/>
  <xsl:variable name="xfm:qemu-release" select="substring-before($xfm:facts/@qemu, '.') * 1000
      + substring-before(substring-after($xfm:facts/@qemu, '.'), '.')"/>
  <xsl:variable name="xfm:reports" select="$xfm:libvirt &gt;= 6009000 and $xfm:qemu-release &gt;= 5001"/>
  <xsl:variable name="xfm:wanted" select="$xfm:family != ''
      and ($xfm:family != 'virt' or $xfm:arch = 'riscv64' or $xfm:virtio-balloon)"/>

  <xsl:template match="domain/devices[not(memballoon)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <memballoon model="virtio">
          <xsl:if test="$xfm:virtio-balloon and $xfm:reports and not(/domain/memoryBacking[hugepages or locked])">
            <xsl:attribute name="freePageReporting">on</xsl:attribute>
          </xsl:if>
          <xsl:if test="$period &gt; 0">
            <stats period="{$period}"/>
          </xsl:if>
        </memballoon>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
