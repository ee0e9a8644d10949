<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="cpu-mode" stage="defaults" abi="guest" once="yes">
    <doc:title>The CPU that the guest sees</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver whose author said neither mode nor model of the CPU. Under KVM and for one
      host, gives it with host-model, or with host-passthrough where libvirt has no host-model (aarch64); for several
      hosts, with the best named model that all of them can run, so that the guest can move among them, and with those
      features against speculative execution attacks that all of them name; if they have none in common, that is said,
      and libvirt's own default stays, which runs on all. Under TCG: Nehalem on x86_64, the level x86-64-v2 that
      distributions ask for (libvirt's own default, qemu64, is below it); cortex-a57 on aarch64, where QEMU's own
      default has 32 bits; elsewhere libvirt's own. Never the mode maximum, which is another CPU with each QEMU. On
      riscv64 nothing: libvirt 9.0.0 starts no guest there that has a cpu element.
    </doc:summary>
    <doc:writes>domain/cpu</doc:writes>
    <doc:writes>domain/cpu/@mode</doc:writes>
    <doc:writes>domain/cpu/@match</doc:writes>
    <doc:writes>domain/cpu/model</doc:writes>
    <doc:writes>domain/cpu/feature</doc:writes>
    <doc:source>libvirt formatdomain.html, CPU model and topology; src/cpu_map/index.xml: the models</doc:source>
    <doc:source>
      QEMU docs/system/qemu-cpu-models.rst: which model is above which; docs/system/arm/virt.rst: supported CPU types
    </doc:source>
    <doc:source>
      QEMU docs/system/cpu-models-x86.rst: important CPU features for Intel and AMD x86 hosts; libvirt src/cpu_map and
      QEMU target/s390x/cpu_models.c: the generations of s390x
    </doc:source>
    <doc:source>
      QEMU docs/system/arm/emulation.rst, FEAT_LPA2: old kernels do not boot with it; virt-install takes cortex-a57,
      too
    </doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:ranked" select="' EPYC-Genoa EPYC-Milan EPYC-Rome EPYC-IBPB EPYC Dhyana GraniteRapids
      SapphireRapids Icelake-Server-noTSX Icelake-Server Cooperlake
      Cascadelake-Server-noTSX Cascadelake-Server Skylake-Server-noTSX-IBRS
      Skylake-Server-IBRS Skylake-Server Skylake-Client-noTSX-IBRS
      Skylake-Client-IBRS Skylake-Client Broadwell-noTSX-IBRS Broadwell-IBRS
      Broadwell-noTSX Broadwell Haswell-noTSX-IBRS Haswell-IBRS Haswell-noTSX
      Haswell IvyBridge-IBRS IvyBridge SandyBridge-IBRS SandyBridge Opteron_G5
      Opteron_G4 Westmere-IBRS Westmere Nehalem-IBRS Nehalem Opteron_G3 Penryn
      Opteron_G2 Conroe Opteron_G1 POWER10 POWER9 POWER8 POWER7
      gen17a gen17a-base gen16b gen16b-base gen16a gen16a-base gen15b gen15b-base gen15a gen15a-base
      z14ZR1 z14ZR1-base z14.2 z14.2-base z14 z14-base z13s z13s-base z13.2
      z13.2-base z13 z13-base zBC12 zBC12-base zEC12.2 zEC12.2-base zEC12
      zEC12-base z114 z114-base z196.2 z196.2-base z196 z196-base '"/>
  <!-- What QEMU's guide asks to turn on where the host has it: without these a guest cannot protect itself. -->
  <xsl:variable name="xfm:guarding" select="' pcid spec-ctrl stibp ssbd md-clear pdpe1gb ibpb virt-ssbd amd-ssbd
      amd-no-ssb '"/>
  <xsl:variable name="xfm:several" select="/domain/@type = 'kvm' and $xfm:facts/@hosts &gt; 1"/>
  <xsl:variable name="xfm:modes" select="$xfm:host/facts:value[@of = 'cpu/mode']"/>
  <xsl:variable name="xfm:usable"
      select="$xfm:host/facts:value[@of = 'cpu/custom'][contains($xfm:ranked, concat(' ', ., ' '))]"/>
  <xsl:variable name="xfm:model">
    <xsl:choose>
      <xsl:when test="/domain/@type = 'qemu' and $xfm:arch = 'aarch64' and $xfm:family = 'virt'">cortex-a57</xsl:when>
      <xsl:when test="/domain/@type = 'qemu' and $xfm:arch = 'x86_64' and $xfm:family != ''
          and $xfm:host/facts:value[@of = 'cpu/custom'] = 'Nehalem'">Nehalem</xsl:when>
      <xsl:when test="$xfm:several">
        <xsl:for-each select="$xfm:usable">
          <xsl:sort select="string-length(substring-before($xfm:ranked, concat(' ', ., ' ')))" data-type="number"/>
          <xsl:if test="position() = 1">
            <xsl:value-of select="."/>
          </xsl:if>
        </xsl:for-each>
      </xsl:when>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:mode">
    <xsl:choose>
      <xsl:when test="$xfm:model != ''">custom</xsl:when>
      <xsl:when test="/domain/@type != 'kvm' or $xfm:arch = 'riscv64'"/>
      <xsl:when test="$xfm:several and $xfm:arch != 'aarch64'"/>
      <xsl:when test="$xfm:modes = 'host-model'">host-model</xsl:when>
      <xsl:when test="$xfm:modes = 'host-passthrough'">host-passthrough</xsl:when>
    </xsl:choose>
  </xsl:variable>

  <xsl:template match="domain[not(cpu)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:remark"/>
      <xsl:if test="$xfm:mode != ''">
        <cpu>
          <xsl:call-template name="xfm:cpu"/>
        </cpu>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/cpu[not(@mode or @match or model)]">
    <xsl:call-template name="xfm:remark"/>
    <xsl:copy>
      <xsl:apply-templates select="@*"/>
      <xsl:if test="$xfm:mode != ''">
        <xsl:call-template name="xfm:cpu"/>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:cpu">
    <xsl:attribute name="mode">
      <xsl:value-of select="$xfm:mode"/>
    </xsl:attribute>
    <xsl:if test="$xfm:model != ''">
      <xsl:attribute name="match">exact</xsl:attribute>
      <model fallback="forbid">
        <xsl:value-of select="$xfm:model"/>
      </model>
      <xsl:for-each select="$xfm:host[$xfm:several and $xfm:x86]/facts:value[@of = 'cpu/host-model/feature']
          [contains($xfm:guarding, concat(' ', ., ' '))]">
        <feature policy="require" name="{.}"/>
      </xsl:for-each>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:remark">
    <xsl:choose>
      <xsl:when test="not($xfm:several) or $xfm:family = ''"/>
      <xsl:when test="$xfm:model = '' and $xfm:arch = 'aarch64'">
        <xsl:message>aarch64 has host-passthrough alone: the guest cannot move between unlike hosts</xsl:message>
      </xsl:when>
      <xsl:when test="$xfm:model = ''">
        <xsl:message>the hosts have no CPU model in common that is known here: libvirt's default stays</xsl:message>
      </xsl:when>
      <xsl:when test="count($xfm:facts/facts:cpu) &gt; 1">
        <xsl:message>the hosts have processors of several vendors: a running guest cannot move among all</xsl:message>
      </xsl:when>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
