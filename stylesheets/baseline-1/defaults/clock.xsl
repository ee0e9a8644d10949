<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="clock" stage="defaults" abi="guest" once="yes">
    <doc:title>Clock and timers by operating system</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver, gives it with a clock: localtime for Windows, else utc. On the x86 machines q35
      and pc, where the author said nothing of a timer, also: rtc catching up lost ticks, pit delaying them, no hpet;
      under KVM the hypervclock timer for Windows Vista and later, on which the Hyper-V enlightenments build, and
      kvmclock for Linux. What the author wrote stays. No tsc timer: its frequency would bind the guest to hosts that
      can scale to it.
    </doc:summary>
    <doc:writes>domain/clock</doc:writes>
    <doc:source>libvirt formatdomain.html, time keeping; src/qemu/qemu_validate.c: kvmclock and hypervclock are for x86</doc:source>
    <doc:source>virt-install, Nova, KubeVirt and oVirt agree on these timers for Windows, virt-install on the first three for all</doc:source>
    <doc:source>virt-install virtinst/domain/clock.py: the same three for Windows XP and Server 2003, which have no other practice</doc:source>
    <doc:source>QEMU docs/system/i386/hyperv.rst, hv-time; docs/system/i386/kvm-pv.rst, kvmclock</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:under-kvm" select="/domain/@type = 'kvm'"/>

  <xsl:template match="domain[not(clock)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:qemu">
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
      <xsl:call-template name="xfm:timers"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:timers">
    <xsl:variable name="timers" select="/domain/clock/timer"/>
    <xsl:if test="$xfm:pc">
      <xsl:if test="not($timers[@name = 'rtc'])">
        <timer name="rtc" tickpolicy="catchup"/>
      </xsl:if>
      <xsl:if test="not($timers[@name = 'pit'])">
        <timer name="pit" tickpolicy="delay"/>
      </xsl:if>
      <xsl:if test="not($timers[@name = 'hpet'])">
        <timer name="hpet" present="no"/>
      </xsl:if>
      <xsl:call-template name="xfm:paravirtual-timer"/>
    </xsl:if>
  </xsl:template>

  <!-- The clock that the operating system has a driver for. -->
  <xsl:template name="xfm:paravirtual-timer">
    <xsl:variable name="name">
      <xsl:choose>
        <xsl:when test="$xfm:build &gt;= 6000">hypervclock</xsl:when>
        <xsl:when test="$xfm:linux and not(/domain/features/kvm/hidden/@state = 'on')">kvmclock</xsl:when>
      </xsl:choose>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$name = '' or /domain/clock/timer[@name = $name]"/>
      <xsl:when test="$xfm:under-kvm">
        <timer name="{$name}" present="yes"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:left-out">
          <xsl:with-param name="what" select="concat('timer ', $name)"/>
          <xsl:with-param name="why"
              select="concat('it needs KVM, and this is a domain of type ', /domain/@type)"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
