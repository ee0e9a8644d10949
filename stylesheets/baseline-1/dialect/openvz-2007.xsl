<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:ovz="urn:xfm:openvz:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc ovz xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <doc:stylesheet id="openvz-2007" stage="dialect" abi="host">
    <doc:title>The OpenVZ containers proposed in 2007 become today's</doc:title>
    <doc:summary>
      Takes a domain of type openvz in one of the forms that were proposed for libvirt in March and July 2007, or
      that its first driver read: filesystem, network, profile, name server and the like under container or at the
      top level, the addresses of an interface as its children. Gives it in today's form: a filesystem of type
      template with the first level of the quota as its limits, an interface of type ethernet for each address,
      os, and memory where none is named (libvirt takes no container without). What has no home today (profile,
      name servers, host name, onboot, the container's id, the quota of users, templates whose name libvirt's
      schema refuses) is kept under metadata. Any other domain stays as it is.
    </doc:summary>
    <doc:after>empty-values</doc:after>
    <doc:param name="memory" type="integer" default="256" minimum="1" unit="MiB">Memory of a container that names none</doc:param>
    <doc:writes>domain/name</doc:writes>
    <doc:writes>domain/metadata</doc:writes>
    <doc:writes>domain/memory</doc:writes>
    <doc:writes>domain/os</doc:writes>
    <doc:writes>domain/container</doc:writes>
    <doc:writes>domain/filesystem</doc:writes>
    <doc:writes>domain/disk</doc:writes>
    <doc:writes>domain/network</doc:writes>
    <doc:writes>domain/interface</doc:writes>
    <doc:writes>domain/profile</doc:writes>
    <doc:writes>domain/nameserver</doc:writes>
    <doc:writes>domain/hostname</doc:writes>
    <doc:writes>domain/onboot</doc:writes>
    <doc:writes>domain/vpsid</doc:writes>
    <doc:writes>domain/devices/filesystem</doc:writes>
    <doc:writes>domain/devices/interface</doc:writes>
    <doc:source>libvir-list, March 2007, "OpenVZ XML def" (vpsid, os template, network; disk with quota) and July 2007, "OpenVZ XML format" (container, two levels of quota)</doc:source>
    <doc:source>libvirt 0.4 src/openvz_conf.c: container/filesystem/template, container/network/ipaddress, netmask, gateway, hostname, nameserver, container/profile</doc:source>
    <doc:source>vzctl(8): diskspace is counted in blocks of 1 KiB; one value sets barrier and limit. 256 MiB are the 65536 pages of PRIVVMPAGES in its ve-basic.conf-sample</doc:source>
    <doc:source>libvirt drvopenvz.html: today's form; domaincommon.rng: a template's name has letters, digits, "_", "+" and "-"</doc:source>
  </doc:stylesheet>
  <xsl:param name="memory" select="256"/>

  <xsl:variable name="xfm:named"
      select="'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-'"/>
  <xsl:variable name="xfm:domain" select="/domain[@type = 'openvz']"/>
  <!-- Where the proposals put things: at the top level, in container, in either one's devices. -->
  <xsl:variable name="xfm:places" select="$xfm:domain | $xfm:domain/container | $xfm:domain/container/devices"/>
  <xsl:variable name="xfm:disks" select="$xfm:places/filesystem | $xfm:places/disk
      | $xfm:domain/devices/*[self::filesystem or self::disk][template or quota]"/>
  <xsl:variable name="xfm:nics" select="$xfm:places/network | $xfm:places/interface
      | $xfm:domain/devices/interface[ipaddress or netmask or gateway or name]"/>
  <xsl:variable name="xfm:rest" select="$xfm:domain/*[self::profile or self::nameserver or self::hostname
      or self::onboot or self::vpsid] | $xfm:domain/container/comment()
      | $xfm:domain/container/*[not(self::filesystem or self::disk or self::network or self::interface
      or self::devices)] | $xfm:domain/container/devices/*[not(self::filesystem or self::disk or self::network
      or self::interface)]"/>
  <xsl:variable name="xfm:old" select="$xfm:disks | $xfm:nics | $xfm:rest | $xfm:domain/container
      | $xfm:domain/os[@template]"/>
  <xsl:variable name="xfm:templates" select="$xfm:disks/template | $xfm:domain/os/@template"/>
  <xsl:variable name="xfm:kept">
    <xsl:apply-templates select="$xfm:domain" mode="xfm:kept"/>
  </xsl:variable>

  <xsl:template match="domain[@type = 'openvz']">
    <xsl:choose>
      <xsl:when test="$xfm:old">
        <xsl:call-template name="xfm:container"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="."/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:container">
    <xsl:copy>
      <xsl:copy-of select="@*"/>
      <xsl:if test="not(name) and (vpsid or @id)">
        <name>
          <xsl:value-of select="normalize-space((vpsid | @id[not(../vpsid)])[1])"/>
        </name>
      </xsl:if>
      <xsl:if test="not(metadata) and string($xfm:kept) != ''">
        <metadata>
          <xsl:call-template name="xfm:keep"/>
        </metadata>
      </xsl:if>
      <xsl:if test="not(memory)">
        <memory unit="MiB">
          <xsl:value-of select="$memory"/>
        </memory>
      </xsl:if>
      <xsl:if test="not(os/type)">
        <os>
          <type>exe</type>
          <init>/sbin/init</init>
        </os>
      </xsl:if>
      <xsl:apply-templates select="node()"/>
      <xsl:if test="not(devices)">
        <devices>
          <xsl:call-template name="xfm:devices"/>
        </devices>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/container | domain/filesystem | domain/disk | domain/network | domain/interface
      | domain/profile | domain/nameserver | domain/hostname | domain/onboot | domain/vpsid | domain/os[not(type)]"/>
  <xsl:template match="domain/os/@template"/>
  <xsl:template match="domain/devices/*[self::filesystem or self::disk][template or quota]
      | domain/devices/interface[ipaddress or netmask or gateway or name]"/>

  <xsl:template match="domain[@type = 'openvz']/devices">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:devices"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain[@type = 'openvz']/metadata">
    <xsl:copy>
      <xsl:copy-of select="@* | node()[not(self::ovz:container)]"/>
      <xsl:if test="ovz:container or string($xfm:kept) != ''">
        <xsl:call-template name="xfm:keep"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <!-- Devices as they are written today. -->
  <xsl:template name="xfm:devices">
    <xsl:for-each select="$xfm:templates">
      <xsl:variable name="name" select="normalize-space()"/>
      <xsl:if test="$name != '' and translate($name, $xfm:named, '') = ''">
        <filesystem type="template">
          <source name="{$name}"/>
          <target dir="/"/>
          <xsl:apply-templates select="../quota[@level = 'first' or @level = 'vm' or @type = 'size' or not(@*)]"
              mode="xfm:limit"/>
        </filesystem>
      </xsl:if>
    </xsl:for-each>
    <xsl:apply-templates select="$xfm:nics" mode="xfm:nic"/>
  </xsl:template>

  <!-- For vzctl's diskspace one value is barrier and limit at once. -->
  <xsl:template match="quota" mode="xfm:limit">
    <xsl:variable name="blocks" select="normalize-space(concat(., @max))"/>
    <xsl:if test="position() = 1 and $blocks != '' and translate($blocks, '0123456789', '') = ''">
      <space_hard_limit unit="KiB">
        <xsl:value-of select="$blocks"/>
      </space_hard_limit>
      <space_soft_limit unit="KiB">
        <xsl:value-of select="$blocks"/>
      </space_soft_limit>
    </xsl:if>
  </xsl:template>

  <!-- An interface; an address is that of ipaddress or, in network, of ip/@address as well. -->
  <xsl:template match="interface | network" mode="xfm:nic">
    <xsl:variable name="addresses" select="(ipaddress | ip/@address)[normalize-space() != '']"/>
    <xsl:if test="$addresses or self::interface">
      <interface type="ethernet">
        <xsl:copy-of select="@type[. != 'ethernet']"/>
        <xsl:copy-of select="*[not(self::name or self::ipaddress or self::ip[@netmask or @defgw] or self::netmask
            or self::gateway or self::hostname or self::nameserver or self::guest)]"/>
        <xsl:apply-templates select="$addresses" mode="xfm:address"/>
        <xsl:apply-templates select="(gateway | ip/@defgw)[normalize-space() != '']" mode="xfm:route"/>
        <xsl:copy-of select="guest"/>
        <xsl:if test="normalize-space(name) != '' and not(guest)">
          <guest dev="{normalize-space(name)}"/>
        </xsl:if>
      </interface>
    </xsl:if>
  </xsl:template>

  <xsl:template match="node() | @*" mode="xfm:address">
    <xsl:variable name="prefix">
      <xsl:apply-templates select="(../netmask | ../@netmask)[1]" mode="xfm:prefix"/>
    </xsl:variable>
    <ip address="{normalize-space()}">
      <xsl:apply-templates select="." mode="xfm:family"/>
      <xsl:if test="$prefix != '' and not(contains(., ':'))">
        <xsl:attribute name="prefix">
          <xsl:value-of select="$prefix"/>
        </xsl:attribute>
      </xsl:if>
    </ip>
  </xsl:template>

  <xsl:template match="node() | @*" mode="xfm:route">
    <route address="0.0.0.0" gateway="{normalize-space()}">
      <xsl:apply-templates select="." mode="xfm:family"/>
      <xsl:if test="contains(., ':')">
        <xsl:attribute name="address">::</xsl:attribute>
      </xsl:if>
    </route>
  </xsl:template>

  <xsl:template match="node() | @*" mode="xfm:family">
    <xsl:attribute name="family">
      <xsl:choose>
        <xsl:when test="contains(., ':')">ipv6</xsl:when>
        <xsl:otherwise>ipv4</xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <!-- 255.255.240.0 is 20: as many as the set bits of its four numbers, if no bit is set behind one that is not. -->
  <xsl:template match="node() | @*" mode="xfm:prefix">
    <xsl:variable name="rest1" select="substring-after(normalize-space(), '.')"/>
    <xsl:variable name="rest2" select="substring-after($rest1, '.')"/>
    <xsl:variable name="bits" select="' 255=8 254=7 252=6 248=5 240=4 224=3 192=2 128=1 0=0 '"/>
    <xsl:variable name="bits1" select="number(substring(
        substring-after($bits, concat(' ', substring-before(normalize-space(), '.'), '=')), 1, 1))"/>
    <xsl:variable name="bits2" select="number(substring(
        substring-after($bits, concat(' ', substring-before($rest1, '.'), '=')), 1, 1))"/>
    <xsl:variable name="bits3" select="number(substring(
        substring-after($bits, concat(' ', substring-before($rest2, '.'), '=')), 1, 1))"/>
    <xsl:variable name="bits4" select="number(substring(
        substring-after($bits, concat(' ', substring-after($rest2, '.'), '=')), 1, 1))"/>
    <xsl:if test="$bits1 + $bits2 + $bits3 + $bits4 &gt;= 0 and ($bits1 = 8 or $bits2 = 0)
        and ($bits2 = 8 or $bits3 = 0) and ($bits3 = 8 or $bits4 = 0)">
      <xsl:value-of select="$bits1 + $bits2 + $bits3 + $bits4"/>
    </xsl:if>
  </xsl:template>

  <!-- What has no home today, in the order of the document. -->
  <xsl:template name="xfm:keep">
    <xsl:element name="ovz:container">
      <xsl:copy-of select="$xfm:domain/metadata/ovz:container/node()"/>
      <xsl:apply-templates select="$xfm:domain" mode="xfm:kept"/>
    </xsl:element>
  </xsl:template>

  <xsl:template match="domain" mode="xfm:kept">
    <xsl:if test="name and @id and normalize-space(name) != string(@id)">
      <xsl:element name="ovz:id">
        <xsl:value-of select="@id"/>
      </xsl:element>
    </xsl:if>
    <xsl:apply-templates select="$xfm:rest[not(self::vpsid)
            or ../name and normalize-space(../name) != normalize-space()]
        | $xfm:templates[normalize-space() != '' and translate(normalize-space(), $xfm:named, '') != '']
        | $xfm:disks/*[not(self::template)] | $xfm:nics[self::network]/*
        | $xfm:nics[self::interface]/*[self::hostname or self::nameserver or self::netmask]" mode="xfm:rename"/>
  </xsl:template>

  <!-- The first level of the quota is a limit of the file system, where there is one to bear it. -->
  <xsl:template match="quota[@level = 'first' or @level = 'vm' or @type = 'size' or not(@*)]
      [translate(concat(., @max), '0123456789 ', '') = '' and normalize-space(../template) != '']" mode="xfm:rename">
    <xsl:if test="translate(normalize-space(../template), $xfm:named, '') != ''">
      <xsl:call-template name="xfm:rename"/>
    </xsl:if>
  </xsl:template>
  <!-- Addresses are written, if there is one at all; a netmask that is none stays to be seen. -->
  <xsl:template match="network[ipaddress[. != ''] or ip[@address != '']]/*[self::ipaddress or self::gateway]"
      mode="xfm:rename"/>
  <xsl:template match="*[self::network or self::interface][ipaddress[. != ''] or ip[@address != '']]/*[self::ip
      or self::netmask]" mode="xfm:rename">
    <xsl:variable name="prefix">
      <xsl:apply-templates select="self::netmask | @netmask" mode="xfm:prefix"/>
    </xsl:variable>
    <xsl:if test="normalize-space(concat(self::netmask, @netmask)) != '' and $prefix = ''">
      <xsl:call-template name="xfm:rename"/>
    </xsl:if>
  </xsl:template>
  <xsl:template match="*" mode="xfm:rename" name="xfm:rename">
    <xsl:element name="ovz:{local-name()}">
      <xsl:copy-of select="@*"/>
      <xsl:apply-templates select="node()" mode="xfm:rename"/>
    </xsl:element>
  </xsl:template>
  <xsl:template match="@template" mode="xfm:rename">
    <xsl:element name="ovz:template">
      <xsl:value-of select="."/>
    </xsl:element>
  </xsl:template>
  <xsl:template match="text() | comment()" mode="xfm:rename">
    <xsl:copy/>
  </xsl:template>
</xsl:stylesheet>
