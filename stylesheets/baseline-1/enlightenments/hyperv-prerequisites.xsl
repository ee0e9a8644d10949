<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/hyperv.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="hyperv-prerequisites" stage="enlightenments" abi="guest">
    <doc:title>Complete Hyper-V enlightenments with what they need</doc:title>
    <doc:summary>
      Takes a domain of type kvm, gives it with all that its enlightenments in state on need (closed over their own
      needs) and that the author said nothing of: other enlightenments, and the hypervclock timer. libvirt does not
      check this; QEMU refuses to start, though only under KVM. What the author switched off stays off. No libvirt that knows
      an enlightenment is too old for what it needs.
    </doc:summary>
    <doc:writes>domain/features/hyperv</doc:writes>
    <doc:writes>domain/clock</doc:writes>
    <doc:source>QEMU docs/system/i386/hyperv.rst, "Requires"; stylesheets/lib/hyperv.xsl has the table</doc:source>
    <doc:source>QEMU target/i386/kvm/kvm.c, kvm_hyperv_expand_features: the check, which is KVM's alone</doc:source>
  </doc:stylesheet>

  <!-- With another mode it is the host that decides, and children count for nothing. -->
  <xsl:variable name="xfm:theirs"
      select="/domain[@type = 'kvm']/features/hyperv[not(@mode) or @mode = 'custom']/*[@state = 'on']"/>
  <xsl:variable name="xfm:closure">
    <xsl:call-template name="xfm:hyperv-closure">
      <xsl:with-param name="todo">
        <xsl:for-each select="$xfm:theirs">
          <xsl:value-of select="concat(name(), ' ')"/>
        </xsl:for-each>
        <xsl:for-each select="$xfm:theirs/*[@state = 'on']">
          <xsl:value-of select="concat(name(..), '/', name(), ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:variable>
  <xsl:variable name="xfm:needs-clock"
      select="contains($xfm:closure, ' hypervclock ') and not(/domain/clock/timer[@name = 'hypervclock'])"/>

  <xsl:template match="domain/features/hyperv[*]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:complete">
        <xsl:with-param name="names" select="substring($xfm:closure, 2)"/>
      </xsl:call-template>
      <xsl:if test="contains($xfm:closure, ' hypervclock ')
          and /domain/clock/timer[@name = 'hypervclock' and @present = 'no']">
        <xsl:call-template name="xfm:left-out">
          <xsl:with-param name="what" select="'timer hypervclock'"/>
          <xsl:with-param name="why" select="'the author switched it off, though stimer needs it'"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:complete">
    <xsl:param name="names"/>
    <xsl:variable name="name" select="substring-before($names, ' ')"/>
    <xsl:if test="$name != ''">
      <xsl:choose>
        <xsl:when test="*[name() = $name]/@state = 'off'">
          <xsl:call-template name="xfm:left-out">
            <xsl:with-param name="what" select="concat('hyperv/', $name)"/>
            <xsl:with-param name="why" select="'the author switched it off, though others that are on need it'"/>
          </xsl:call-template>
        </xsl:when>
        <!-- What has a slash is there already: only names of the author's own have one. -->
        <xsl:when test="$name != 'hypervclock' and not(contains($name, '/')) and not(*[name() = $name])">
          <xsl:element name="{$name}">
            <xsl:attribute name="state">on</xsl:attribute>
          </xsl:element>
        </xsl:when>
      </xsl:choose>
      <xsl:call-template name="xfm:complete">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <xsl:template match="domain/clock">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:needs-clock">
        <timer name="hypervclock" present="yes"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain[not(clock)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:needs-clock">
        <!-- utc: what libvirt takes where no clock is said -->
        <clock offset="utc">
          <timer name="hypervclock" present="yes"/>
        </clock>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
