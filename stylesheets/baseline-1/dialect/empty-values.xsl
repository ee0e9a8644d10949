<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    exclude-result-prefixes="doc">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="empty-values" stage="dialect" abi="host">
    <doc:title>Remove empty elements that libvirt's parser takes for absent ones</doc:title>
    <doc:summary>
      An empty uuid, title or disk serial is refused by the schema, while libvirt's parser reads it as if it were not
      there. Takes a domain that need not be valid yet, gives it without these.
    </doc:summary>
    <doc:writes>domain/uuid</doc:writes>
    <doc:writes>domain/title</doc:writes>
    <doc:writes>domain/devices/disk/serial</doc:writes>
    <doc:source>libvirt 9.0.0, virsh define: each is taken, and not there in the dump; domaincommon.rng refuses each</doc:source>
  </doc:stylesheet>

  <xsl:template match="domain/uuid[not(node())] | domain/title[not(node())] | domain/devices/disk/serial[not(node())]"/>
</xsl:stylesheet>
