<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="clock" stage="defaults" abi="guest" once="yes">
    <doc:title>Clock and timers by operating system</doc:title>
    <doc:summary>
      Takes an x86 domain of the QEMU driver, gives it with a clock (localtime for Windows, else utc) and, where the
      author said nothing of a timer: rtc catching up lost ticks, pit delaying them, no hpet; for Windows Vista
      and later under KVM also the hypervclock timer, on which the Hyper-V enlightenments build. What the author wrote stays.
    </doc:summary>
    <doc:writes>domain/clock</doc:writes>
    <doc:source>libvirt formatdomain.html, time keeping</doc:source>
    <doc:source>virt-install, Nova, KubeVirt and oVirt agree on these timers for Windows, virt-install on the first three for all</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain[not(clock)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family = 'q35' or $xfm:family = 'pc'">
        <clock offset="utc">
          <xsl:if test="$xfm:windows != ''">
            <xsl:attribute name="offset">localtime</xsl:attribute>
          </xsl:if>
          <xsl:call-template name="xfm:timers"/>
        </clock>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/clock">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:family = 'q35' or $xfm:family = 'pc'">
        <xsl:call-template name="xfm:timers"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:timers">
    <xsl:variable name="timers" select="/domain/clock/timer"/>
    <xsl:if test="not($timers[@name = 'rtc'])">
      <timer name="rtc" tickpolicy="catchup"/>
    </xsl:if>
    <xsl:if test="not($timers[@name = 'pit'])">
      <timer name="pit" tickpolicy="delay"/>
    </xsl:if>
    <xsl:if test="not($timers[@name = 'hpet'])">
      <timer name="hpet" present="no"/>
    </xsl:if>
    <xsl:if test="$xfm:hyperv and /domain/@type = 'kvm' and not($timers[@name = 'hypervclock'])">
      <timer name="hypervclock" present="yes"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
