<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:abi="urn:xfm:abi:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl abi xfm">
  <!--
    What a guest sees beside its devices: a section for each concern, in the order of formatdomain.html.

    Not here, because only the host sees it: name, title, description, metadata, currentMemory, memtune, blkiotune, cputune,
    numatune, memoryBacking, resource, iothreads, iothreadids, perf, seclabel; of vcpu placement and cpuset, of cpu check and
    fallback; of the boot neither a kernel's own content nor the path of the store of UEFI's variables.
  -->
  <xsl:template name="xfm:sections">
    <xsl:for-each select="/domain">
      <xsl:call-template name="xfm:machine"/>
      <xsl:call-template name="xfm:memory"/>
      <xsl:call-template name="xfm:vcpus"/>
      <xsl:call-template name="xfm:numa"/>
      <xsl:call-template name="xfm:cpu"/>
      <xsl:call-template name="xfm:features"/>
      <xsl:call-template name="xfm:clock"/>
      <xsl:call-template name="xfm:firmware"/>
      <xsl:call-template name="xfm:boot"/>
      <xsl:call-template name="xfm:smbios"/>
      <xsl:call-template name="xfm:power"/>
      <xsl:call-template name="xfm:security"/>
      <xsl:call-template name="xfm:container"/>
      <xsl:call-template name="xfm:hypervisor"/>
    </xsl:for-each>
  </xsl:template>

  <!-- A section, where it has facts or leaves some open. -->
  <xsl:template name="xfm:section">
    <xsl:param name="kind"/>
    <xsl:param name="facts"/>
    <xsl:param name="open" select="''"/>
    <xsl:param name="asks" select="''"/>
    <xsl:param name="answers" select="''"/>
    <xsl:if test="exsl:node-set($facts)/abi:fact or normalize-space($open) != ''">
      <section kind="{$kind}">
        <xsl:call-template name="xfm:attribute">
          <xsl:with-param name="name" select="'open'"/>
          <xsl:with-param name="value" select="$open"/>
        </xsl:call-template>
        <xsl:call-template name="xfm:attribute">
          <xsl:with-param name="name" select="'asks'"/>
          <xsl:with-param name="value" select="$asks"/>
        </xsl:call-template>
        <xsl:call-template name="xfm:attribute">
          <xsl:with-param name="name" select="'answers'"/>
          <xsl:with-param name="value" select="$answers"/>
        </xsl:call-template>
        <xsl:copy-of select="$facts"/>
      </section>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
