<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:f="urn:xfm:functions:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc f xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="uuid" stage="device-identity" abi="guest" once="yes">
    <doc:title>A UUID for a domain that has none, from its name</doc:title>
    <doc:summary>
      Takes a domain of any driver, gives it with a uuid where it has none: one of version 5, made of the domain's name
      and the site, where libvirt would draw a random one at each define. So the same document is the same guest every
      time: libvirt takes it for a new definition of the guest and not for a second one of that name, and all that is
      derived from the UUID (SMBIOS, MAC addresses, serials) stays. Two hosts have different guests of one name only if
      their sites differ. A note says what was done.
    </doc:summary>
    <doc:before>acpi-index</doc:before>
    <doc:before>aliases</doc:before>
    <doc:before>channel-name</doc:before>
    <doc:before>disk-serial</doc:before>
    <doc:before>disk-wwn</doc:before>
    <doc:before>interface-mac</doc:before>
    <doc:param name="site" type="string" default="">What tells this site's guests from another's of the same names: a UUID, or any text</doc:param>
    <doc:writes>domain/uuid</doc:writes>
    <doc:source>libvirt formatdomain.html, general metadata: "if omitted when defining a new machine, a random UUID is generated"</doc:source>
    <doc:source>RFC 4122, 4.3: UUIDs made of a name; QEMU's -uuid, which libvirt always gives, is the SMBIOS system UUID</doc:source>
  </doc:stylesheet>
  <xsl:param name="site" select="''"/>

  <!-- beside the name: libxml2 refuses some domains whose UUID comes last -->
  <xsl:template match="domain[not(uuid)]/name">
    <xsl:variable name="uuid" select="f:uuid5($site, string(.))"/>
    <xsl:message>
      <xsl:value-of select="concat('the domain has no UUID: derived ', $uuid, ' from its name')"/>
    </xsl:message>
    <xsl:copy-of select="."/>
    <uuid>
      <xsl:value-of select="$uuid"/>
    </uuid>
  </xsl:template>
</xsl:stylesheet>
