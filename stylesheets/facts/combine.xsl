<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:host-facts:1"
    xmlns:facts="urn:xfm:host-facts:1"
    exclude-result-prefixes="facts">
  <!--
    From what each of several hosts has to what all of them have.

    Takes <hosts> with the <facts> of each host (host.xsl). Gives one <facts> of the same form: the oldest versions, every
    vendor (none where one host does not tell its own), and of machines, aliases, kinds of domains and their values
    those that each host has. A machine that one of them deprecates is deprecated: that host will be the first to
    drop it.
  -->
  <xsl:variable name="hosts" select="/hosts/facts:facts"/>
  <xsl:key name="cpu" match="facts:cpu" use="@vendor"/>
  <xsl:key name="machine" match="facts:machine" use="concat(generate-id(..), ' ', @arch, ' ', @name)"/>
  <xsl:key name="deprecated" match="facts:machine[@deprecated]" use="concat(@arch, ' ', @name)"/>
  <xsl:key name="alias" match="facts:alias" use="concat(generate-id(..), ' ', @arch, ' ', @name, ' ', @machine)"/>
  <xsl:key name="domain" match="facts:domain" use="concat(generate-id(..), ' ', @type, ' ', @arch, ' ', @family)"/>
  <xsl:key name="value" match="facts:value"
      use="concat(generate-id(../..), ' ', ../@type, ' ', ../@arch, ' ', ../@family, ' ', @of, ' ', .)"/>

  <xsl:template match="/hosts">
    <!-- one host may be captured twice, a month apart -->
    <facts hosts="{count($hosts[not(@host)]) + count($hosts[@host][not(@host = preceding-sibling::*/@host)])}">
      <xsl:call-template name="oldest">
        <xsl:with-param name="versions" select="$hosts/@libvirt"/>
      </xsl:call-template>
      <xsl:call-template name="oldest">
        <xsl:with-param name="versions" select="$hosts/@qemu"/>
      </xsl:call-template>
      <xsl:if test="not($hosts[not(facts:cpu)])">
        <xsl:copy-of select="$hosts/facts:cpu[generate-id() = generate-id(key('cpu', @vendor)[1])]"/>
      </xsl:if>
      <xsl:apply-templates select="$hosts[1]/facts:machine | $hosts[1]/facts:alias | $hosts[1]/facts:domain"/>
    </facts>
  </xsl:template>

  <!-- versions: attributes of one name; gives the lowest of them. -->
  <xsl:template name="oldest">
    <xsl:param name="versions"/>
    <xsl:for-each select="$versions">
      <xsl:sort select="substring-before(concat(., '.'), '.')" data-type="number"/>
      <xsl:sort select="substring-before(concat(substring-after(., '.'), '.'), '.')" data-type="number"/>
      <xsl:sort select="substring-after(substring-after(., '.'), '.')" data-type="number"/>
      <xsl:if test="position() = 1">
        <xsl:copy/>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="facts:machine">
    <xsl:variable name="id" select="concat(' ', @arch, ' ', @name)"/>
    <xsl:if test="not($hosts[not(key('machine', concat(generate-id(), $id)))])">
      <xsl:copy>
        <xsl:copy-of select="@* | key('deprecated', concat(@arch, ' ', @name))/@deprecated"/>
      </xsl:copy>
    </xsl:if>
  </xsl:template>

  <xsl:template match="facts:alias">
    <xsl:variable name="id" select="concat(' ', @arch, ' ', @name, ' ', @machine)"/>
    <xsl:if test="not($hosts[not(key('alias', concat(generate-id(), $id)))])">
      <xsl:copy-of select="."/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="facts:domain">
    <xsl:variable name="id" select="concat(' ', @type, ' ', @arch, ' ', @family)"/>
    <xsl:if test="not($hosts[not(key('domain', concat(generate-id(), $id)))])">
      <xsl:copy>
        <xsl:copy-of select="@*"/>
        <xsl:for-each select="$hosts/facts:domain[@type = current()/@type and @arch = current()/@arch
            and @family = current()/@family]/@max-vcpus">
          <xsl:sort data-type="number"/>
          <xsl:if test="position() = 1">
            <xsl:copy/>
          </xsl:if>
        </xsl:for-each>
        <xsl:apply-templates select="facts:value">
          <xsl:with-param name="domain" select="$id"/>
        </xsl:apply-templates>
      </xsl:copy>
    </xsl:if>
  </xsl:template>

  <xsl:template match="facts:value">
    <xsl:param name="domain"/>
    <xsl:variable name="id" select="concat($domain, ' ', @of, ' ', .)"/>
    <xsl:if test="not($hosts[not(key('value', concat(generate-id(), $id)))])">
      <xsl:copy-of select="."/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
