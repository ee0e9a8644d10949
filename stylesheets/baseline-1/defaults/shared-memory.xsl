<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <doc:stylesheet id="shared-memory" stage="defaults" abi="guest">
    <doc:title>Memory that virtiofs and vhost-user can share</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that has a virtiofs file system, or an interface or disk of the type vhostuser:
      another process that has to see the guest's memory. Where the author did not say how the memory is backed, gives
      it with memfd (or a file, where hosts have no memfd), shared; else such a device does not start. NUMA cells that
      all say memAccess='shared' do as well.
    </doc:summary>
    <doc:writes>domain/memoryBacking</doc:writes>
    <doc:source>
      libvirt kbase/virtiofs.html; formatdomain.html, memory backing; src/qemu/qemu_validate.c: vhost-user needs shared
      memory
    </doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:wanted" select="$xfm:qemu and /domain/devices[filesystem/driver/@type = 'virtiofs'
      or interface/@type = 'vhostuser' or disk/@type = 'vhostuser']
      and not(/domain/cpu/numa/cell and not(/domain/cpu/numa/cell[not(@memAccess = 'shared')]))"/>

  <xsl:template match="domain[devices[filesystem/driver/@type = 'virtiofs' or interface/@type = 'vhostuser' or disk/@type = 'vhostuser']]
      [not(memoryBacking)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <memoryBacking>
          <xsl:call-template name="xfm:shared"/>
        </memoryBacking>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain[devices[filesystem/driver/@type = 'virtiofs' or interface/@type = 'vhostuser' or disk/@type = 'vhostuser']]
      /memoryBacking">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <xsl:call-template name="xfm:shared"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template name="xfm:shared">
    <xsl:if test="not(/domain/memoryBacking/source)">
      <source type="memfd">
        <xsl:if test="$xfm:host and not($xfm:host/facts:value[@of = 'memoryBacking/sourceType'] = 'memfd')">
          <xsl:attribute name="type">file</xsl:attribute>
        </xsl:if>
      </source>
    </xsl:if>
    <xsl:if test="not(/domain/memoryBacking/access)">
      <access mode="shared"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
