<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    Processors and what goes with them: sections vcpus, cpu, features and clock.
  -->
  <!-- Which are there, which are plugged in, and in what order those came that were added. -->
  <xsl:template name="xfm:vcpus">
    <xsl:variable name="all" select="number(concat(vcpu, substring('1', 1, not(vcpu))))"/>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'vcpus'"/>
      <xsl:with-param name="facts">
        <fact name="all">
          <xsl:value-of select="$all"/>
        </fact>
        <fact name="online">
          <xsl:value-of select="concat(vcpu/@current, substring($all, 1, 20 * not(vcpu/@current)))"/>
        </fact>
        <xsl:for-each select="vcpus/vcpu/@*[name() != 'id']">
          <fact name="vcpu-{../@id}.{name()}">
            <xsl:value-of select="."/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- The processor: what the guest is told of it. How strictly the host's is held to it is the host's matter. -->
  <xsl:template name="xfm:cpu">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'cpu'"/>
      <xsl:with-param name="facts">
        <xsl:apply-templates select="cpu" mode="xfm:cpu"/>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="not(cpu/@mode or cpu/model)"> mode model vendor feature.*</xsl:if>
      </xsl:with-param>
      <!-- of a guest that runs libvirt says what the processor came to (formatdomain.html, CPU model; virCPUUpdateLive) -->
      <xsl:with-param name="asks">
        <xsl:if test="cpu">+feature.*</xsl:if>
        <xsl:if test="cpu/@mode = 'host-model'"> mode +model +model.* +vendor</xsl:if>
        <xsl:for-each select="cpu/feature[@policy = 'optional' or @policy = 'force']">
          <xsl:value-of select="concat(' feature.', @name)"/>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="answers">
        <xsl:if test="@id and cpu/@check = 'full'">mode model model.* vendor feature.*</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="cpu" mode="xfm:cpu">
    <xsl:apply-templates mode="xfm:fact" select="model[normalize-space() != ''] | model/@vendor_id | vendor | cache/@* | maxphysaddr/@*
        | topology/@sockets | topology/@cores | topology/@threads | topology/@*[name() = 'dies' or name() = 'clusters'][. != 1]">
      <xsl:with-param name="below" select="2"/>
    </xsl:apply-templates>
    <xsl:call-template name="xfm:fact">
      <xsl:with-param name="name" select="'mode'"/>
      <xsl:with-param name="value" select="concat(@mode, substring('custom', 1, 6 * boolean(model and not(@mode))))"/>
    </xsl:call-template>
    <!-- with an invariant TSC it is off (qemuDomainDefCPUPostParse) -->
    <xsl:if test="@mode = 'host-passthrough' or @mode = 'maximum'">
      <fact name="migratable">
        <xsl:value-of select="concat(@migratable, substring('off', 1, 3 * boolean(not(@migratable) and feature/@name = 'invtsc')),
            substring('on', 1, 2 * not(@migratable or feature/@name = 'invtsc')))"/>
      </fact>
    </xsl:if>
    <!-- the guest gets all that the host's processor has beside the model -->
    <xsl:apply-templates select="@match[. = 'minimum']" mode="xfm:fact">
      <xsl:with-param name="below" select="2"/>
    </xsl:apply-templates>
    <xsl:call-template name="xfm:cpu-features"/>
  </xsl:template>

  <xsl:template name="xfm:cpu-features">
    <xsl:for-each select="feature[@name]">
      <fact name="feature.{@name}">
        <xsl:value-of select="concat(@policy, substring('require', 1, 7 * not(@policy)))"/>
      </fact>
    </xsl:for-each>
    <!-- a length of vectors implies them (qemuDomainDefCPUPostParse) -->
    <xsl:if test="feature[@policy = 'require'][starts-with(@name, 'sve') and @name != 'sve'] and not(feature[@name = 'sve'])">
      <fact name="feature.sve">require</fact>
    </xsl:if>
  </xsl:template>

  <!-- All features but those of QEMU itself; what is there without a state is on, and a state has its element's name. -->
  <xsl:template name="xfm:features">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'features'"/>
      <xsl:with-param name="facts">
        <xsl:apply-templates select="features/*[not(self::tcg or self::async-teardown)]" mode="xfm:feature"/>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="($xfm:arch = 'aarch64' or $xfm:arch = 'armv7l') and not(features/gic/@version)"> gic.version</xsl:if>
        <xsl:if test="os/@firmware and not(features/smm)"> smm</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="*" mode="xfm:feature">
    <xsl:if test="@state or not(self::gic or self::hyperv or self::kvm or self::xen or self::capabilities)">
      <fact>
        <xsl:attribute name="name">
          <xsl:apply-templates select=".." mode="xfm:steps">
            <xsl:with-param name="below" select="2"/>
          </xsl:apply-templates>
          <xsl:value-of select="local-name()"/>
        </xsl:attribute>
        <xsl:value-of select="concat(@state, substring('on', 1, 2 * not(@state)))"/>
      </fact>
    </xsl:if>
    <xsl:apply-templates select="@*[name() != 'state'] | *" mode="xfm:feature"/>
  </xsl:template>

  <xsl:template match="@*" mode="xfm:feature">
    <xsl:apply-templates select="." mode="xfm:fact">
      <xsl:with-param name="below" select="2"/>
    </xsl:apply-templates>
  </xsl:template>

  <xsl:template match="hyperv/@mode[. = 'custom']" mode="xfm:feature"/>

  <!-- in MiB, where no unit is said (virDomainFeaturesDefParse) -->
  <xsl:template match="tseg" mode="xfm:feature">
    <fact name="smm.tseg">
      <xsl:call-template name="xfm:kib">
        <xsl:with-param name="default" select="'MiB'"/>
      </xsl:call-template>
    </fact>
  </xsl:template>

  <xsl:template match="features/*/maxpagesize" mode="xfm:feature">
    <fact name="hpt.maxpagesize">
      <xsl:call-template name="xfm:kib"/>
    </fact>
  </xsl:template>

  <!--
    What the clock shows, and what makes it tick. The adjustment of a variable clock is the guest's own doing: libvirt
    writes there what the guest has set (formatdomain.html, time keeping).
  -->
  <xsl:template name="xfm:clock">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'clock'"/>
      <xsl:with-param name="facts">
        <fact name="offset">
          <xsl:value-of select="concat(clock/@offset, substring('utc', 1, 3 * not(clock/@offset)))"/>
        </fact>
        <xsl:apply-templates mode="xfm:fact" select="clock/@timezone | clock/@start
            | clock/@basis[. != 'utc'] | clock/@adjustment[../@offset != 'variable']">
          <xsl:with-param name="below" select="2"/>
        </xsl:apply-templates>
        <xsl:for-each select="clock/timer">
          <xsl:variable name="timer" select="@name"/>
          <!-- where it is not said: QEMU's own choice of kvmclock, none of hypervclock (qemuBuildCpuCommandLine) -->
          <fact name="timer.{$timer}">
            <xsl:value-of select="@present"/>
            <xsl:choose>
              <xsl:when test="@present"/>
              <xsl:when test="$timer = 'kvmclock'">default</xsl:when>
              <xsl:when test="$timer = 'hypervclock'">no</xsl:when>
              <xsl:otherwise>yes</xsl:otherwise>
            </xsl:choose>
          </fact>
          <xsl:for-each select="@*[name() != 'name' and name() != 'present'] | catchup/@*">
            <fact name="timer.{$timer}.{name()}">
              <xsl:value-of select="."/>
            </fact>
          </xsl:for-each>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
