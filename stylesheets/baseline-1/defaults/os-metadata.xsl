<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"
    xmlns:os="urn:xfm:os:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc os xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="os-metadata" stage="defaults" abi="host">
    <doc:title>Note the operating system that was asked for</doc:title>
    <doc:summary>
      Takes any domain; where the operating system of --os is not the one that its metadata names, gives it with the
      libosinfo element that virt-install and virt-manager write, so that the guest remembers. Where the metadata named
      another one, says so.
    </doc:summary>
    <doc:writes>domain/metadata</doc:writes>
    <doc:writes>domain/metadata/libosinfo:libosinfo</doc:writes>
    <doc:source>
      libosinfo, "Operating system metadata in libvirt domains": one element libosinfo of that namespace with an os/@id
    </doc:source>
    <doc:source>virt-install 4.1.0, virtinst/guest.py: the same form</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:os-id" select="string(document('xfm:asked-os')/os:os/@id)"/>
  <xsl:variable name="xfm:wanted"
      select="$xfm:os-id != '' and not(/domain/metadata/libosinfo:libosinfo/libosinfo:os[@id = $xfm:os-id])"/>

  <xsl:template match="domain[not(metadata)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <metadata>
          <xsl:call-template name="xfm:libosinfo"/>
        </metadata>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata[not(libosinfo:libosinfo)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <xsl:call-template name="xfm:libosinfo"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/metadata/libosinfo:libosinfo">
    <xsl:choose>
      <xsl:when test="$xfm:wanted">
        <xsl:if test="libosinfo:os/@id">
          <xsl:message>
            <xsl:value-of select="concat('the metadata named ', libosinfo:os/@id, '; now ', $xfm:os-id)"/>
          </xsl:message>
        </xsl:if>
        <xsl:call-template name="xfm:libosinfo"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:libosinfo">
    <libosinfo:libosinfo>
      <libosinfo:os id="{$xfm:os-id}"/>
    </libosinfo:libosinfo>
  </xsl:template>
</xsl:stylesheet>
