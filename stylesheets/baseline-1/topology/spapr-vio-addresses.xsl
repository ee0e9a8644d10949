<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/topology.xsl"/>
  <doc:stylesheet id="spapr-vio-addresses" stage="topology" abi="guest">
    <doc:title>A register for every virtual I/O device of pseries</doc:title>
    <doc:summary>
      Takes a domain on pseries whose controllers are explicit; gives it with a spapr-vio address on each device of
      that bus that has none: 0x1000 for the first spapr-vlan interface, 0x2000 for the first ibmvscsi controller,
      0x3000 for nvram, 0x4000 for a TPM, each further one 0x10000 higher; 0x30000000 for the first serial port,
      each further one 0x1000 higher. The first ones are where libvirt and QEMU have them, and those of one sort
      never meet those of another.
    </doc:summary>
    <doc:after>controllers</doc:after>
    <doc:writes>domain/devices/*/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_domain_address.c, qemuDomainAssignSpaprVIOAddresses</doc:source>
    <doc:source>QEMU hw/ppc/spapr_vio.c, spapr_vio_reg_to_irq: bits 12 to 19 of the register number the interrupt</doc:source>
  </doc:stylesheet>

  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family = 'pseries']/devices[count(*) &lt; 1000]"/>
  <!-- libvirt makes the first serial port of a console where there is none; one without a type can have no address. -->
  <xsl:variable name="xfm:serial" select="$xfm:devices/serial[not(target/@type) or target/@type = 'spapr-vio-serial']
      | $xfm:devices[not(serial)]/console[1][@type][not(target/@type) or target/@type = 'serial']"/>

  <xsl:variable name="xfm:held">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:devices/*/address[@type = 'spapr-vio']/@reg">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="."/>
      </xsl:call-template>
      <xsl:text> </xsl:text>
    </xsl:for-each>
  </xsl:variable>

  <xsl:variable name="xfm:places">
    <xsl:call-template name="xfm:walk">
      <xsl:with-param name="devices" select="$xfm:devices/interface[model/@type = 'spapr-vlan']"/>
      <xsl:with-param name="register" select="4096"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:walk">
      <xsl:with-param name="devices" select="$xfm:devices/controller[@type = 'scsi'][not(@model)
          or @model = 'ibmvscsi']"/>
      <xsl:with-param name="register" select="8192"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:walk">
      <xsl:with-param name="devices" select="$xfm:devices/nvram"/>
      <xsl:with-param name="register" select="12288"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:walk">
      <xsl:with-param name="devices" select="$xfm:devices/tpm[not(@model = 'spapr-tpm-proxy')]"/>
      <xsl:with-param name="register" select="16384"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:walk">
      <xsl:with-param name="devices" select="$xfm:serial"/>
      <xsl:with-param name="register" select="805306368"/>
      <xsl:with-param name="step" select="4096"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:key name="xfm:place" match="place" use="@id"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="exsl:node-set($xfm:places)/place">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain[os/type[starts-with(@arch, 'ppc64') or starts-with(@machine, 'pseries')]]
      /devices/*[not(address[@type != 'spapr-vio' or @reg])]">
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:variable name="address">
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:for-each select="key('xfm:place', $id)">
          <address type="spapr-vio">
            <xsl:attribute name="reg">
              <xsl:text>0x</xsl:text>
              <xsl:call-template name="xfm:hex">
                <xsl:with-param name="number" select="@register"/>
                <xsl:with-param name="digits" select="8"/>
              </xsl:call-template>
            </xsl:attribute>
          </address>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:variable>
    <xsl:copy>
      <xsl:copy-of select="@* | node()[not(self::address and exsl:node-set($address)/*)]"/>
      <xsl:copy-of select="$address"/>
    </xsl:copy>
  </xsl:template>

  <!-- The devices without a register get the free ones, one after the other. -->
  <xsl:template name="xfm:walk">
    <xsl:param name="devices"/>
    <xsl:param name="register"/>
    <xsl:param name="step" select="65536"/>
    <xsl:variable name="bare" select="$devices[not(address[@type != 'spapr-vio' or @reg])]"/>
    <xsl:choose>
      <xsl:when test="not($bare)"/>
      <xsl:when test="contains($xfm:held, concat(' ', $register, ' '))">
        <xsl:call-template name="xfm:walk">
          <xsl:with-param name="devices" select="$bare"/>
          <xsl:with-param name="register" select="$register + $step"/>
          <xsl:with-param name="step" select="$step"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <place id="{generate-id($bare[1])}" register="{$register}"/>
        <xsl:call-template name="xfm:walk">
          <xsl:with-param name="devices" select="$bare[position() &gt; 1]"/>
          <xsl:with-param name="register" select="$register + $step"/>
          <xsl:with-param name="step" select="$step"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
