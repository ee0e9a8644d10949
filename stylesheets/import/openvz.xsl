<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <xsl:import href="native.xsl"/>
  <!--
    The configuration of an OpenVZ container, ctid.conf(5), to domain XML. Takes what xfm/native/openvz.py reads.

    The domain's name is the container's id, as libvirt's driver has it: from the file's name, or VEID; NAME becomes the
    title. The file has no size of memory as libvirt means it: it is the limit of PHYSPAGES, else of PRIVVMPAGES, else
    the barrier of VMGUARPAGES, in pages of 4 KiB; where all are open, 256 MiB, as libvirt takes no domain without.

    Sources: vzctl's ctid.conf(5) and vzctl(8); libvirt src/openvz/openvz_conf.c: openvzReadNetworkConf,
    openvzReadFSConf,
    openvzReadMemConf, openvzLoadDomains; domaincommon.rng for the names of templates.
  -->
  <xsl:variable name="xfm:named"
      select="'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-'"/>
  <xsl:variable name="xfm:template" select="key('n:entry', 'OSTEMPLATE')[@value != ''
      and translate(@value, $xfm:named, '') = '']/@value"/>
  <xsl:variable name="xfm:private" select="key('n:entry', 'VE_PRIVATE')[starts-with(@value, '/')
      and not($xfm:template)]/@value"/>
  <xsl:variable name="xfm:limits" select="key('n:entry', 'DISKSPACE')/n:field[$xfm:template or $xfm:private]"/>

  <xsl:template match="n:config">
    <domain type="openvz">
      <xsl:call-template name="xfm:name">
        <xsl:with-param name="own" select="string(key('n:entry', 'VEID')/@value)"/>
      </xsl:call-template>
      <xsl:apply-templates select="key('n:entry', '#UUID')" mode="xfm:words"/>
      <xsl:apply-templates select="key('n:entry', 'NAME')[@value != '']" mode="xfm:words"/>
      <xsl:apply-templates select="key('n:entry', 'DESCRIPTION')[@value != '']" mode="xfm:words"/>
      <xsl:call-template name="xfm:metadata"/>
      <xsl:call-template name="xfm:memory"/>
      <xsl:for-each select="key('n:entry', 'CPUS')[number(@value) &gt; 0]">
        <vcpu>
          <xsl:for-each select="key('n:entry', 'CPUMASK')[@value != '' and translate(@value, '0123456789,-', '') = '']">
            <xsl:attribute name="cpuset">
              <xsl:value-of select="@value"/>
            </xsl:attribute>
          </xsl:for-each>
          <xsl:value-of select="@value"/>
        </vcpu>
      </xsl:for-each>
      <os>
        <type>exe</type>
        <init>/sbin/init</init>
      </os>
      <devices>
        <xsl:call-template name="xfm:root"/>
        <xsl:for-each select="key('n:entry', 'IP_ADDRESS')/n:item">
          <interface type="ethernet">
            <xsl:apply-templates select="@value" mode="xfm:ip"/>
          </interface>
        </xsl:for-each>
        <xsl:apply-templates select="key('n:entry', 'NETIF')/n:item" mode="xfm:device"/>
      </devices>
    </domain>
  </xsl:template>

  <xsl:template match="n:entry[@id = '#UUID']" mode="xfm:words">
    <uuid>
      <xsl:value-of select="@value"/>
    </uuid>
  </xsl:template>
  <xsl:template match="n:entry[@id = 'NAME']" mode="xfm:words">
    <title>
      <xsl:value-of select="@value"/>
    </title>
  </xsl:template>
  <xsl:template match="n:entry[@id = 'DESCRIPTION']" mode="xfm:words">
    <description>
      <xsl:value-of select="@value"/>
    </description>
  </xsl:template>

  <xsl:template name="xfm:memory">
    <xsl:variable name="physical">
      <xsl:apply-templates select="key('n:entry', 'PHYSPAGES')/n:field[@name = 'limit']" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="private">
      <xsl:apply-templates select="key('n:entry', 'PRIVVMPAGES')/n:field[@name = 'limit']" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="soft">
      <xsl:apply-templates select="key('n:entry', 'PRIVVMPAGES')/n:field[@name = 'barrier']" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="least">
      <xsl:apply-templates select="key('n:entry', 'VMGUARPAGES')/n:field[@name = 'barrier']" mode="xfm:kib"/>
    </xsl:variable>
    <memory unit="KiB">
      <xsl:choose>
        <xsl:when test="$physical &gt; 0">
          <xsl:value-of select="$physical"/>
        </xsl:when>
        <xsl:when test="$private &gt; 0">
          <xsl:value-of select="$private"/>
        </xsl:when>
        <xsl:when test="$least &gt; 0">
          <xsl:value-of select="$least"/>
        </xsl:when>
        <xsl:otherwise>262144</xsl:otherwise>
      </xsl:choose>
    </memory>
    <xsl:call-template name="xfm:memtune">
      <xsl:with-param name="hard" select="$private"/>
      <xsl:with-param name="soft" select="$soft"/>
      <xsl:with-param name="least" select="$least"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="xfm:memtune">
    <xsl:param name="hard"/>
    <xsl:param name="soft"/>
    <xsl:param name="least"/>
    <xsl:if test="concat($hard, $soft, $least) != ''">
      <memtune>
        <xsl:if test="$hard != ''">
          <hard_limit unit="KiB">
            <xsl:value-of select="$hard"/>
          </hard_limit>
        </xsl:if>
        <xsl:if test="$soft != ''">
          <soft_limit unit="KiB">
            <xsl:value-of select="$soft"/>
          </soft_limit>
        </xsl:if>
        <xsl:if test="$least != ''">
          <min_guarantee unit="KiB">
            <xsl:value-of select="$least"/>
          </min_guarantee>
        </xsl:if>
      </memtune>
    </xsl:if>
  </xsl:template>

  <!-- A number of pages, or of bytes with a suffix, in KiB; nothing where there is no limit (LONG_MAX says so too). -->
  <xsl:template match="n:field" mode="xfm:kib">
    <xsl:param name="plain" select="4"/>
    <xsl:variable name="digits" select="translate(@value, 'bBkKmMgGtTpP', '')"/>
    <xsl:variable name="unit" select="translate(substring-after(concat(@value, ' '), $digits), 'BKMGTP ', 'bkmgtp')"/>
    <xsl:variable name="factor" select="substring-before(substring-after(
        ' k=1 m=1024 g=1048576 t=1073741824 p=1099511627776 ', concat(' ', substring($unit, 1, 1), '=')), ' ')"/>
    <xsl:if test="string-length($digits) &lt; 13 and number($digits) &gt;= 0">
      <xsl:choose>
        <xsl:when test="$unit = ''">
          <xsl:value-of select="format-number($digits * $plain, '0')"/>
        </xsl:when>
        <xsl:when test="$unit = 'b'">
          <xsl:value-of select="format-number(floor($digits div 1024), '0')"/>
        </xsl:when>
        <xsl:when test="$factor != ''">
          <xsl:value-of select="format-number($digits * $factor, '0')"/>
        </xsl:when>
      </xsl:choose>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:root">
    <xsl:if test="$xfm:template or $xfm:private">
      <filesystem type="{substring('templatemount', 1 + 8 * not($xfm:template), 8)}">
        <source>
          <xsl:attribute name="{substring('namedir', 1 + 4 * not($xfm:template), 4)}">
            <xsl:value-of select="$xfm:template | $xfm:private"/>
          </xsl:attribute>
        </source>
        <target dir="/"/>
        <xsl:apply-templates select="$xfm:limits[@name = 'limit']" mode="xfm:space"/>
        <xsl:apply-templates select="$xfm:limits[@name = 'barrier']" mode="xfm:space"/>
      </filesystem>
    </xsl:if>
  </xsl:template>

  <!-- Blocks of 1 KiB, unless a suffix says otherwise. -->
  <xsl:template match="n:field" mode="xfm:space">
    <xsl:variable name="kib">
      <xsl:apply-templates select="." mode="xfm:kib">
        <xsl:with-param name="plain" select="1"/>
      </xsl:apply-templates>
    </xsl:variable>
    <xsl:if test="$kib != ''">
      <xsl:element name="space_{substring('hardsoft', 1 + 4 * (@name = 'barrier'), 4)}_limit">
        <xsl:attribute name="unit">KiB</xsl:attribute>
        <xsl:value-of select="$kib"/>
      </xsl:element>
    </xsl:if>
  </xsl:template>

  <!-- A veth pair: mac and ifname are those inside. -->
  <xsl:template match="n:entry[@id = 'NETIF']/n:item" mode="xfm:device">
    <xsl:variable name="bridge" select="n:field[@name = 'bridge'][@value != '']/@value"/>
    <interface type="{substring('bridgeethernet', 1 + 6 * not($bridge), 6 + 2 * not($bridge))}">
      <xsl:for-each select="n:field[@name = 'mac'][@value != '']">
        <mac address="{@value}"/>
      </xsl:for-each>
      <xsl:if test="$bridge">
        <source bridge="{$bridge}"/>
      </xsl:if>
      <xsl:for-each select="n:field[@name = 'host_ifname'][@value != '']">
        <target dev="{@value}"/>
      </xsl:for-each>
      <xsl:for-each select="n:field[@name = 'ifname'][@value != '']">
        <guest dev="{@value}"/>
      </xsl:for-each>
    </interface>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'VEID' or @id = '#UUID' or @id = 'NAME' or @id = 'DESCRIPTION'
      or @id = 'IP_ADDRESS' or (@id = 'CPUS' and number(@value) &gt; 0)]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'CPUMASK'][key('n:entry', 'CPUS')[number(@value) &gt; 0]]
      [@value != '' and translate(@value, '0123456789,-', '') = '']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'NETIF']/n:item/n:field[@name = 'mac' or @name = 'bridge'
      or @name = 'host_ifname' or @name = 'ifname']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'OSTEMPLATE']">
    <xsl:if test="not($xfm:template)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'VE_PRIVATE']">
    <xsl:if test="not($xfm:private)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'DISKSPACE' or @id = 'PRIVVMPAGES' or @id = 'PHYSPAGES'
      or @id = 'VMGUARPAGES']">
    <xsl:variable name="used">
      <xsl:apply-templates select="n:field[@name = 'limit' or ../@id = 'VMGUARPAGES']" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="open" select="n:field[@name = 'limit'][@value = 'unlimited' or string-length(@value) &gt; 15]"/>
    <xsl:if test="($used = '' and not($open)) or (@id = 'DISKSPACE' and not($xfm:limits))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
