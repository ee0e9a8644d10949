<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:host-facts:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="facts xfm">
  <xsl:import href="../lib/guest.xsl"/>
  <xsl:import href="../lib/machine.xsl"/>
  <!--
    From one host's facts, as `xfm host-facts` captures them, to the form in which stylesheets read them.

    Takes <hostFacts> (schemas/xsd/host-facts.xsd). Gives

      <facts hosts="1" libvirt="9.0.0" qemu="7.2.22" host="UUID"?>
        <cpu arch="x86_64" vendor="Intel"/>
        <machine arch= name="pc-q35-7.2" family="q35" kind="upstream" rank="7002000" deprecated="yes"?/>
        <alias arch= name="q35" machine="pc-q35-7.2"/>
        <domain type="kvm" arch="x86_64" family="q35" max-vcpus="288">
          <value of="disk/bus">virtio</value>
        </domain>
      </facts>

    A value's name is the path of its element in libvirt's domain capabilities, without "devices", and the enumeration's
    name: os/firmware, os/loader/secure, disk/bus, video/modelType, tpm/backendVersion, features/hyperv/features;
    cpu/mode has the modes, cpu/custom the models that the host can run, cpu/host-model/feature what its own model has
    beside; and an element that is merely supported
    is there with the value yes: tpm, features/vmcoreinfo. Kind and rank of a machine: lib/machine.xsl.

    Source: libvirt formatcaps.html, formatdomaincaps.html.
  -->
  <xsl:key name="machine" match="capabilities/guest[os_type = 'hvm']/arch//machine" use="concat(ancestor::arch/@name, ' ', .)"/>

  <xsl:template match="/facts:hostFacts">
    <facts hosts="1" libvirt="{facts:libvirt/@version}" qemu="{facts:hypervisor/@version}">
      <xsl:if test="capabilities/host/uuid">
        <xsl:attribute name="host">
          <xsl:value-of select="capabilities/host/uuid"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:if test="facts:cpu/@vendor">
        <cpu arch="{facts:cpu/@arch}" vendor="{facts:cpu/@vendor}"/>
      </xsl:if>
      <!-- listed for an architecture, and again for a domain type where they differ -->
      <xsl:for-each select="capabilities/guest[os_type = 'hvm']/arch//machine
          [generate-id() = generate-id(key('machine', concat(ancestor::arch/@name, ' ', .))[1])]">
        <xsl:choose>
          <xsl:when test="@canonical">
            <alias arch="{ancestor::arch/@name}" name="{.}" machine="{@canonical}"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:apply-templates select="."/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
      <xsl:apply-templates select="domainCapabilities"/>
    </facts>
  </xsl:template>

  <xsl:template match="machine">
    <machine arch="{ancestor::arch/@name}" name="{.}">
      <xsl:attribute name="family">
        <xsl:call-template name="xfm:machine-family">
          <xsl:with-param name="machine" select="string()"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:attribute name="kind">
        <xsl:call-template name="xfm:machine-kind">
          <xsl:with-param name="machine" select="string()"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:attribute name="rank">
        <xsl:call-template name="xfm:machine-rank">
          <xsl:with-param name="machine" select="string()"/>
        </xsl:call-template>
      </xsl:attribute>
      <xsl:copy-of select="@deprecated"/>
    </machine>
  </xsl:template>

  <xsl:template match="domainCapabilities">
    <xsl:variable name="family">
      <xsl:call-template name="xfm:machine-family">
        <xsl:with-param name="machine" select="string(machine)"/>
      </xsl:call-template>
    </xsl:variable>
    <domain type="{domain}" arch="{arch}" family="{$family}">
      <xsl:if test="vcpu/@max">
        <xsl:attribute name="max-vcpus">
          <xsl:value-of select="vcpu/@max"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:apply-templates select="*[not(self::path or self::domain or self::machine or self::arch or self::vcpu)]"/>
    </domain>
  </xsl:template>

  <!-- What the path says of what can be had, carried along: disk/bus, features/hyperv/features. -->
  <xsl:template match="domainCapabilities//*">
    <xsl:param name="path" select="''"/>
    <xsl:if test="@supported = 'yes'">
      <value of="{$path}{name()}">yes</value>
    </xsl:if>
    <xsl:if test="not(@supported = 'no')">
      <xsl:apply-templates>
        <xsl:with-param name="path" select="concat($path, name(), '/')"/>
      </xsl:apply-templates>
    </xsl:if>
  </xsl:template>

  <!-- These three, stronger than the general one: the path leaves "devices" out. -->
  <xsl:template match="domainCapabilities/devices" priority="1">
    <xsl:apply-templates/>
  </xsl:template>

  <!-- An enumeration adds its name to the path. -->
  <xsl:template match="domainCapabilities//enum" priority="1">
    <xsl:param name="path"/>
    <xsl:variable name="name" select="concat($path, @name)"/>
    <xsl:for-each select="value">
      <value of="{$name}">
        <xsl:value-of select="."/>
      </value>
    </xsl:for-each>
  </xsl:template>

  <!-- Modes and models of the CPU are no enumerations. -->
  <xsl:template match="domainCapabilities/cpu" priority="1">
    <xsl:for-each select="mode[@supported = 'yes']">
      <value of="cpu/mode">
        <xsl:value-of select="@name"/>
      </value>
    </xsl:for-each>
    <!-- The named features of the host's own model, as far as the model itself has them not. -->
    <xsl:for-each select="mode[@name = 'host-model' and @supported = 'yes']/feature[@policy = 'require']">
      <value of="cpu/host-model/feature">
        <xsl:value-of select="@name"/>
      </value>
    </xsl:for-each>
    <xsl:for-each select="mode[@name = 'custom' and @supported = 'yes']/model[@usable = 'yes']">
      <value of="cpu/custom">
        <xsl:value-of select="."/>
      </value>
    </xsl:for-each>
  </xsl:template>

  <!-- What libvirt turns on by itself where hyperv is asked for by mode (libvirt 11.0 and later): on or off, or a number. -->
  <xsl:template match="domainCapabilities/features/hyperv/defaults/*" priority="1">
    <value of="features/hyperv/defaults/{name()}">
      <xsl:value-of select="."/>
    </value>
  </xsl:template>

  <!-- Paths of files and the like are the host's own. -->
  <xsl:template match="domainCapabilities//text()"/>
</xsl:stylesheet>
