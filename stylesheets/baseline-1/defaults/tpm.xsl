<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="tpm" stage="defaults" abi="guest" once="yes">
    <doc:title>A TPM where the operating system demands one</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver whose operating system is Windows 11 or a later client, and that has no TPM;
      gives it with an emulated TPM 2.0: tpm-crb on x86, tpm-tis on aarch64. Where the hosts cannot emulate one, it is
      left out and explained.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/tpm</doc:writes>
    <doc:source>learn.microsoft.com, Windows 11 requirements: TPM 2.0; Windows Server demands none</doc:source>
    <doc:source>
      libvirt formatdomain.html, TPM device; QEMU docs/specs/tpm.rst: CRB for x86, TIS for x86 and arm virt
    </doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:model">
    <xsl:choose>
      <xsl:when test="$xfm:pc">tpm-crb</xsl:when>
      <xsl:when test="$xfm:family = 'virt'">tpm-tis</xsl:when>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:known" select="$xfm:host/facts:value[@of = 'tpm/model'] = $xfm:model
      and $xfm:host/facts:value[@of = 'tpm/backendModel'] = 'emulator'"/>

  <xsl:template match="domain/devices[not(tpm)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:choose>
        <xsl:when test="not($xfm:client)"/>
        <xsl:when test="$xfm:known">
          <tpm model="{$xfm:model}">
            <backend type="emulator" version="2.0"/>
          </tpm>
        </xsl:when>
        <xsl:otherwise>
          <xsl:call-template name="xfm:left-out">
            <xsl:with-param name="what" select="'TPM'"/>
            <xsl:with-param name="why" select="'not all hosts can emulate one (swtpm)'"/>
          </xsl:call-template>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
