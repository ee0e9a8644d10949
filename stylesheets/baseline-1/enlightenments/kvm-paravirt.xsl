<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="kvm-paravirt" stage="enlightenments" abi="guest" once="yes">
    <doc:title>KVM's paravirtual features for Linux guests</doc:title>
    <doc:summary>
      Takes an x86 domain of type kvm that runs a Linux; gives it with paravirtual end-of-interrupt, spinlocks and
      control of host-side polling, as far as libvirt knows them and the author said nothing of them. With
      hint-dedicated only where each vCPU is pinned to a physical CPU of its own. A domain whose author hides KVM from
      it is left alone. The timer kvmclock comes with the stylesheet clock.
    </doc:summary>
    <doc:writes>domain/features</doc:writes>
    <doc:source>libvirt formatdomain.html, hypervisor features: apic eoi, pvspinlock, and kvm with the versions of each</doc:source>
    <doc:source>QEMU docs/system/i386/kvm-pv.rst: the CPU flags, and which are on by default</doc:source>
    <doc:source>Linux Documentation/virt/kvm/x86/cpuid.rst and msr.rst (MSR_KVM_POLL_CONTROL): what each tells a guest</doc:source>
    <doc:source>Linux include/linux/kvm_para.h, KVM_HINTS_REALTIME: each vCPU has a physical CPU and is not preempted</doc:source>
    <doc:source>libvirt 7.0.0 src/qemu/qemu_validate.c: hint-dedicated with cpu mode host-passthrough alone; 9.0.0 takes any</doc:source>
    <doc:source>libvirt 9.0.0 domxml-to-native: pv-ipi in state on gives QEMU nothing, only off does</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:kvm" select="/domain/features/kvm"/>
  <!-- Why the domain gets none; the empty string where it gets some. -->
  <xsl:variable name="xfm:none">
    <xsl:choose>
      <xsl:when test="$xfm:windows != '' or not($xfm:qemu)">not a Linux</xsl:when>
      <xsl:when test="$xfm:os-id = ''">nothing says which operating system the guest runs</xsl:when>
      <xsl:when test="not($xfm:os/@family)">nothing is known of the guest's operating system</xsl:when>
      <xsl:when test="not($xfm:linux)">not a Linux</xsl:when>
      <xsl:when test="/domain/@type != 'kvm'">
        <xsl:value-of select="concat('they need KVM, and this is a domain of type ', /domain/@type)"/>
      </xsl:when>
      <xsl:when test="not($xfm:x86)">
        <xsl:value-of select="concat('libvirt has none for ', $xfm:arch,
            ', where QEMU gives by itself what the host can (stolen time, for one)')"/>
      </xsl:when>
      <xsl:when test="$xfm:kvm/hidden/@state = 'on'">the author hides KVM from the guest</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <!-- Each vCPU on one physical CPU, and no two on the same. -->
  <xsl:key name="xfm:pin" match="/domain/cputune/vcpupin" use="number(@cpuset)"/>
  <xsl:variable name="xfm:vcpus" select="number(concat('0', normalize-space(/domain/vcpu)))"/>
  <xsl:variable name="xfm:pins" select="/domain/cputune/vcpupin[@vcpu &lt; $xfm:vcpus]"/>
  <xsl:variable name="xfm:dedicated" select="$xfm:vcpus &gt; 0 and count($xfm:pins) = $xfm:vcpus
      and not($xfm:pins[not(number(@cpuset) &gt;= 0) or count(key('xfm:pin', number(@cpuset))) &gt; 1])"/>

  <!-- Why each child of kvm is not added; the empty string where it is. -->
  <xsl:variable name="xfm:no-hint">
    <xsl:choose>
      <xsl:when test="not($xfm:dedicated)">not each vCPU is pinned to a physical CPU of its own</xsl:when>
      <xsl:when test="$xfm:libvirt &lt; 5007000">
        <xsl:text>libvirt has it since 5.7.0, and one that has to know it is older</xsl:text>
      </xsl:when>
      <xsl:when test="$xfm:libvirt &lt; 9000000 and not(/domain/cpu/@mode = 'host-passthrough')">
        <xsl:text>libvirt before 9.0.0 may take it with cpu mode host-passthrough alone</xsl:text>
      </xsl:when>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:no-poll">
    <xsl:if test="$xfm:libvirt &lt; 6010000">libvirt has it since 6.10.0, and one that has to know it is older</xsl:if>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="$xfm:none = ''">
        <xsl:call-template name="xfm:remark">
          <xsl:with-param name="what" select="'hint-dedicated'"/>
          <xsl:with-param name="why" select="$xfm:no-hint"/>
        </xsl:call-template>
        <xsl:call-template name="xfm:remark">
          <xsl:with-param name="what" select="'poll-control'"/>
          <xsl:with-param name="why" select="$xfm:no-poll"/>
        </xsl:call-template>
        <xsl:call-template name="xfm:remark">
          <xsl:with-param name="what" select="'pv-ipi'"/>
          <xsl:with-param name="why"
              select="'libvirt tells QEMU of state off only; a processor of mode host-passthrough has it'"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$xfm:none != 'not a Linux'">
        <xsl:call-template name="xfm:left-out">
          <xsl:with-param name="what" select="'KVM paravirtual features'"/>
          <xsl:with-param name="why" select="$xfm:none"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
    <xsl:apply-templates/>
  </xsl:template>

  <!-- Tells of a child of kvm that is not added, unless the author spoke of it. -->
  <xsl:template name="xfm:remark">
    <xsl:param name="what"/>
    <xsl:param name="why"/>
    <xsl:if test="$why != '' and not($xfm:kvm/*[name() = $what])">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="concat('kvm/', $what)"/>
        <xsl:with-param name="why" select="$why"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:none = ''">
        <features>
          <xsl:call-template name="xfm:features"/>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:none = ''">
        <xsl:call-template name="xfm:features"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features/apic[not(@eoi)]">
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:none = ''">
        <xsl:attribute name="eoi">on</xsl:attribute>
      </xsl:if>
      <xsl:apply-templates/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features/kvm">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:none = ''">
        <xsl:call-template name="xfm:kvm-features"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- What is missing under features. -->
  <xsl:template name="xfm:features">
    <xsl:if test="not(/domain/features/apic)">
      <apic eoi="on"/>
    </xsl:if>
    <xsl:if test="not($xfm:kvm) and ($xfm:no-hint = '' or $xfm:no-poll = '')">
      <kvm>
        <xsl:call-template name="xfm:kvm-features"/>
      </kvm>
    </xsl:if>
    <xsl:if test="not(/domain/features/pvspinlock)">
      <pvspinlock state="on"/>
    </xsl:if>
  </xsl:template>

  <!-- What is missing under features/kvm. -->
  <xsl:template name="xfm:kvm-features">
    <xsl:if test="$xfm:no-hint = '' and not($xfm:kvm/hint-dedicated)">
      <hint-dedicated state="on"/>
    </xsl:if>
    <xsl:if test="$xfm:no-poll = '' and not($xfm:kvm/poll-control)">
      <poll-control state="on"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
