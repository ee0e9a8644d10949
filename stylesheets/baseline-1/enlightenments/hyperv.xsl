<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/hyperv.xsl"/>
  <doc:stylesheet id="hyperv" stage="enlightenments" abi="guest" once="yes">
    <doc:title>Hyper-V enlightenments for Windows guests under KVM</doc:title>
    <doc:summary>
      Takes an x86 domain of type kvm whose metadata names Windows Vista, Server 2008 or later, with its clock settled;
      gives it with each enlightenment of the set that the author said nothing of. One whose prerequisite the author
      switched off is left out, and a domain with hyperv mode='passthrough' is left alone. Not in the set: reset and
      evmcs, avic, reenlightenment (they depend on the host or help nobody by default), vendor_id.
    </doc:summary>
    <doc:before>hyperv-prerequisites</doc:before>
    <doc:param name="retries" type="integer" default="8191" minimum="4095">How often a guest tries a spinlock before it tells the hypervisor</doc:param>
    <doc:writes>domain/features</doc:writes>
    <doc:source>QEMU docs/system/i386/hyperv.rst: what each does and which are recommended</doc:source>
    <doc:source>libvirt formatdomain.html, hypervisor features; spinlocks takes no retries below 4095</doc:source>
    <doc:source>virt-install, KubeVirt's preferences, Nova and oVirt: the set on which they agree, with 8191 retries</doc:source>
  </doc:stylesheet>
  <xsl:param name="retries" select="8191"/>

  <xsl:variable name="xfm:set" select="'relaxed vapic spinlocks vpindex runtime synic stimer frequencies tlbflush ipi '"/>
  <xsl:variable name="xfm:wanted" select="$xfm:hyperv and $xfm:x86 and /domain/@type = 'kvm'
      and ($xfm:family = 'q35' or $xfm:family = 'pc')
      and not(/domain/features/hyperv/@mode = 'passthrough')"/>
  <!-- What the author switched off, between blanks. -->
  <xsl:variable name="xfm:off">
    <xsl:text> </xsl:text>
    <xsl:for-each select="/domain/features/hyperv/*[@state = 'off']">
      <xsl:value-of select="concat(name(), ' ')"/>
    </xsl:for-each>
    <xsl:if test="not(/domain/clock/timer[@name = 'hypervclock' and not(@present = 'no')])">hypervclock </xsl:if>
  </xsl:variable>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <features>
          <hyperv>
            <xsl:call-template name="xfm:enlighten"/>
          </hyperv>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features[not(hyperv)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <hyperv>
          <xsl:call-template name="xfm:enlighten"/>
        </hyperv>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features/hyperv">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <xsl:call-template name="xfm:enlighten"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- The enlightenments of the rest of the set that are missing and have all that they need. -->
  <xsl:template name="xfm:enlighten">
    <xsl:param name="rest" select="$xfm:set"/>
    <xsl:variable name="feature" select="substring-before($rest, ' ')"/>
    <xsl:if test="$feature != ''">
      <xsl:if test="not(/domain/features/hyperv/*[name() = $feature])">
        <xsl:variable name="closure">
          <xsl:call-template name="xfm:hyperv-closure">
            <xsl:with-param name="todo" select="concat($feature, ' ')"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:variable name="blocked">
          <xsl:call-template name="xfm:any-off">
            <xsl:with-param name="names" select="substring($closure, 2)"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:if test="$blocked = ''">
          <xsl:call-template name="xfm:feature">
            <xsl:with-param name="name" select="$feature"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:if>
      <xsl:call-template name="xfm:enlighten">
        <xsl:with-param name="rest" select="substring-after($rest, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:any-off">
    <xsl:param name="names"/>
    <xsl:if test="$names != ''">
      <xsl:if test="contains($xfm:off, concat(' ', substring-before($names, ' '), ' '))">off</xsl:if>
      <xsl:call-template name="xfm:any-off">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:feature">
    <xsl:param name="name"/>
    <xsl:element name="{$name}">
      <xsl:attribute name="state">on</xsl:attribute>
      <xsl:if test="$name = 'spinlocks'">
        <xsl:attribute name="retries">
          <xsl:value-of select="$retries"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:if test="$name = 'stimer'">
        <direct state="on"/>
      </xsl:if>
    </xsl:element>
  </xsl:template>
</xsl:stylesheet>
