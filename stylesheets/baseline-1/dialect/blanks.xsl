<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    exclude-result-prefixes="doc">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="blanks" stage="dialect" abi="host">
    <doc:title>Trim blanks that the schema overlooks and libvirt's parser refuses</doc:title>
    <doc:summary>
      RelaxNG tokens ignore blanks around a value, libvirt's parser does not: a document with
      "&lt;on_reboot&gt; destroy &lt;/on_reboot&gt;" or bus=' virtio ' is valid, and then cannot be defined. Takes a
      domain, gives it with the blanks removed around the values of the elements and attributes that it writes, wherever
      these stand outside metadata. Names, titles, descriptions and paths are the author's own words and stay.
    </doc:summary>
    <doc:writes>domain/uuid</doc:writes>
    <doc:writes>domain/memory</doc:writes>
    <doc:writes>domain/currentMemory</doc:writes>
    <doc:writes>domain/maxMemory</doc:writes>
    <doc:writes>domain/vcpu</doc:writes>
    <doc:writes>domain/iothreads</doc:writes>
    <doc:writes>domain/on_poweroff</doc:writes>
    <doc:writes>domain/on_reboot</doc:writes>
    <doc:writes>domain/on_crash</doc:writes>
    <doc:writes>domain/on_lockfailure</doc:writes>
    <doc:writes>domain/os/type</doc:writes>
    <doc:writes>domain/cpu/model</doc:writes>
    <doc:writes>domain//@type</doc:writes>
    <doc:writes>domain//@arch</doc:writes>
    <doc:writes>domain//@machine</doc:writes>
    <doc:writes>domain//@bus</doc:writes>
    <doc:writes>domain//@device</doc:writes>
    <doc:writes>domain//@model</doc:writes>
    <doc:writes>domain//@mode</doc:writes>
    <doc:writes>domain//@state</doc:writes>
    <doc:writes>domain//@present</doc:writes>
    <doc:writes>domain//@offset</doc:writes>
    <doc:writes>domain//@tickpolicy</doc:writes>
    <doc:writes>domain//@track</doc:writes>
    <doc:writes>domain//@cache</doc:writes>
    <doc:writes>domain//@io</doc:writes>
    <doc:writes>domain//@discard</doc:writes>
    <doc:writes>domain//@check</doc:writes>
    <doc:writes>domain//@match</doc:writes>
    <doc:writes>domain//@fallback</doc:writes>
    <doc:writes>domain//@policy</doc:writes>
    <doc:writes>domain//@placement</doc:writes>
    <doc:writes>domain//@unit</doc:writes>
    <doc:writes>domain/os/boot/@dev</doc:writes>
    <doc:writes>domain/clock/timer/@name</doc:writes>
    <doc:source>libvirt src/conf/domain_conf.c: enumerations are compared as they stand, numbers parsed to the end of the text</doc:source>
    <doc:source>libvirt domaincommon.rng, basictypes.rng: the values are of the datatype token, whose blanks collapse</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/uuid/text() | domain/memory/text() | domain/currentMemory/text() | domain/maxMemory/text()
      | domain/vcpu/text() | domain/iothreads/text() | domain/on_poweroff/text() | domain/on_reboot/text()
      | domain/on_crash/text() | domain/on_lockfailure/text() | domain/os/type/text() | domain/cpu/model/text()">
    <xsl:choose>
      <!-- A comment parts the text in two, which libvirt refuses: nothing is joined for it. -->
      <xsl:when test="count(../node()) = 1">
        <xsl:value-of select="normalize-space()"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Attributes that hold enumerated values wherever libvirt has them. -->
  <xsl:template match="@type | @arch | @machine | @bus | @device | @model | @mode | @state | @present | @offset |
      @tickpolicy | @track | @cache | @io | @discard | @check | @match | @fallback | @policy | @placement | @unit |
      os/boot/@dev | clock/timer/@name">
    <xsl:attribute name="{name()}">
      <xsl:value-of select="normalize-space()"/>
    </xsl:attribute>
  </xsl:template>

  <!-- Other tools' words. -->
  <xsl:template match="domain/metadata">
    <xsl:copy-of select="."/>
  </xsl:template>
</xsl:stylesheet>
