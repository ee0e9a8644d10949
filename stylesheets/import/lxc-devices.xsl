<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <!--
    File systems, networks and consoles of lxc.container.conf(5). Imported by lxc-tools.xsl, which has the template of
    mode xfm:kib.

    Sources: lxc.container.conf(5); libvirt src/lxc/lxc_native.c: lxcSetRootfs, lxcAddFstabLine,
    lxcAddNetworkDefinition,
    lxcCreateConsoles; src/lxc/lxc_container.c, lxcBasicMounts: what libvirt mounts by itself.
  -->
  <xsl:import href="native.xsl"/>

  <xsl:variable name="xfm:basic" select="' /proc /proc/sys /sys /sys/fs/selinux /dev /dev/pts /proc/self/fd '"/>
  <xsl:variable name="xfm:root" select="key('n:entry', 'lxc.rootfs.path')[last()]/@value"/>
  <!-- dir:/… or the path alone; other storage of LXC's needs its tools. -->
  <xsl:variable name="xfm:root-kind" select="substring-before(substring($xfm:root, 1,
      12 * not(starts-with($xfm:root, '/'))), ':/')"/>
  <xsl:variable name="xfm:root-path" select="concat(substring-after(substring($xfm:root, 1,
      9999 * boolean($xfm:root-kind)), ':'), substring($xfm:root, 1, 9999 * not($xfm:root-kind)))"/>
  <!-- Networks that become a device: those of a kind that libvirt has, with what that kind needs. -->
  <xsl:variable name="xfm:nics" select="$config/n:group[n:entry[@id = 'type'][@value = 'veth'
      or ((@value = 'macvlan' or @value = 'phys' or @value = 'vlan') and ../n:entry[@id = 'link'])]]"/>

  <xsl:template name="xfm:devices">
    <devices>
      <xsl:call-template name="xfm:rootfs"/>
      <xsl:apply-templates select="key('n:entry', 'lxc.mount.entry')" mode="xfm:device"/>
      <xsl:apply-templates select="$xfm:nics[n:entry[@id = 'type'][@value = 'veth' or @value = 'macvlan']]"
          mode="xfm:device"/>
      <xsl:call-template name="xfm:consoles">
        <xsl:with-param name="count" select="number(key('n:entry', 'lxc.tty.max')[last()]/@value)"/>
      </xsl:call-template>
      <xsl:apply-templates select="$xfm:nics[n:entry[@id = 'type'][@value = 'phys' or @value = 'vlan']]"
          mode="xfm:device"/>
    </devices>
  </xsl:template>

  <xsl:template name="xfm:rootfs">
    <xsl:if test="contains('  dir btrfs lvm block loop ', concat(' ', $xfm:root-kind, ' '))
        and starts-with($xfm:root-path, '/')">
      <xsl:variable name="block" select="starts-with($xfm:root-path, '/dev/') and $xfm:root-kind != 'loop'"/>
      <xsl:variable name="type" select="concat(substring('file', 1, 4 * ($xfm:root-kind = 'loop')),
          substring('block', 1, 5 * $block), substring('mount', 1, 5 * not($block or $xfm:root-kind = 'loop')))"/>
      <filesystem type="{$type}" accessmode="passthrough">
        <xsl:choose>
          <xsl:when test="$type = 'file'">
            <driver type="loop" format="raw"/>
            <source file="{$xfm:root-path}"/>
          </xsl:when>
          <xsl:when test="$type = 'block'">
            <source dev="{$xfm:root-path}"/>
          </xsl:when>
          <xsl:otherwise>
            <source dir="{$xfm:root-path}"/>
          </xsl:otherwise>
        </xsl:choose>
        <target dir="/"/>
        <xsl:if test="contains(concat(',', key('n:entry', 'lxc.rootfs.options')[last()]/@value, ','), ',ro,')">
          <readonly/>
        </xsl:if>
      </filesystem>
    </xsl:if>
  </xsl:template>

  <!-- A target is relative to the container's root; an absolute one leads through that root's path. -->
  <xsl:template match="n:entry[@id = 'lxc.mount.entry']" mode="xfm:target">
    <xsl:variable name="target" select="n:field[@name = 'target']/@value"/>
    <xsl:choose>
      <xsl:when test="$xfm:root-path != '' and starts-with($target, concat($xfm:root-path, '/'))">
        <xsl:value-of select="substring-after($target, $xfm:root-path)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat(substring('/', 1, not(starts-with($target, '/'))), $target)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- What a mount becomes: basic (libvirt mounts it), ram, block, mount, or nothing: / is the root's alone. -->
  <xsl:template match="n:entry[@id = 'lxc.mount.entry']" mode="xfm:kind">
    <xsl:variable name="source" select="n:field[@name = 'source']/@value"/>
    <xsl:variable name="target">
      <xsl:apply-templates select="." mode="xfm:target"/>
    </xsl:variable>
    <xsl:variable name="size">
      <xsl:apply-templates select="n:field[@name = 'option:size']" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$target = '/'"/>
      <xsl:when test="n:field and contains($xfm:basic, concat(' ', $target, ' '))">basic</xsl:when>
      <xsl:when test="n:field[@name = 'type']/@value = 'tmpfs'">
        <xsl:value-of select="substring('ram', 1, 3 * ($size != ''))"/>
      </xsl:when>
      <xsl:when test="starts-with($source, '/dev/')">block</xsl:when>
      <xsl:when test="starts-with($source, '/')">mount</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="n:entry[@id = 'lxc.mount.entry']" mode="xfm:device">
    <xsl:variable name="source" select="n:field[@name = 'source']/@value"/>
    <xsl:variable name="kind">
      <xsl:apply-templates select="." mode="xfm:kind"/>
    </xsl:variable>
    <xsl:if test="$kind != '' and $kind != 'basic'">
      <filesystem type="{$kind}" accessmode="passthrough">
        <source>
          <xsl:choose>
            <xsl:when test="$kind = 'ram'">
              <xsl:attribute name="usage">
                <xsl:apply-templates select="n:field[@name = 'option:size']" mode="xfm:kib"/>
              </xsl:attribute>
              <xsl:attribute name="units">KiB</xsl:attribute>
            </xsl:when>
            <xsl:otherwise>
              <xsl:attribute name="{substring('devdir', 1 + 3 * ($kind = 'mount'), 3)}">
                <xsl:value-of select="$source"/>
              </xsl:attribute>
            </xsl:otherwise>
          </xsl:choose>
        </source>
        <target>
          <xsl:attribute name="dir">
            <xsl:apply-templates select="." mode="xfm:target"/>
          </xsl:attribute>
        </target>
        <xsl:if test="n:field[@name = 'option:ro']">
          <readonly/>
        </xsl:if>
      </filesystem>
    </xsl:if>
  </xsl:template>

  <!-- veth on a bridge or on none, and macvlan. -->
  <xsl:template match="n:group" mode="xfm:device">
    <xsl:variable name="link" select="n:entry[@id = 'link']/@value"/>
    <xsl:variable name="macvlan" select="n:entry[@id = 'type']/@value = 'macvlan'"/>
    <interface>
      <xsl:attribute name="type">
        <xsl:choose>
          <xsl:when test="$macvlan">direct</xsl:when>
          <xsl:when test="$link">bridge</xsl:when>
          <xsl:otherwise>ethernet</xsl:otherwise>
        </xsl:choose>
      </xsl:attribute>
      <xsl:for-each select="n:entry[@id = 'hwaddr'][translate(@value, 'xX', '') = @value]">
        <mac address="{@value}"/>
      </xsl:for-each>
      <xsl:choose>
        <xsl:when test="$macvlan">
          <source dev="{$link}">
            <xsl:attribute name="mode">
              <xsl:apply-templates select="." mode="xfm:macvlan"/>
            </xsl:attribute>
          </source>
        </xsl:when>
        <xsl:when test="$link">
          <source bridge="{$link}"/>
        </xsl:when>
      </xsl:choose>
      <xsl:call-template name="xfm:addresses"/>
      <xsl:for-each select="n:entry[@id = 'veth.pair'][not($macvlan)]">
        <target dev="{@value}"/>
      </xsl:for-each>
      <xsl:for-each select="n:entry[@id = 'name']">
        <guest dev="{@value}"/>
      </xsl:for-each>
      <link state="{substring('updown', 1 + 2 * not(n:entry[@id = 'flags']/@value = 'up'), 2 + 2 * not(n:entry[@id =
          'flags']/@value = 'up'))}"/>
      <xsl:for-each select="n:entry[@id = 'mtu']">
        <mtu size="{@value}"/>
      </xsl:for-each>
    </interface>
  </xsl:template>

  <!-- LXC's modes but for libvirt's name of passthru; none said is private. -->
  <xsl:template match="n:group" mode="xfm:macvlan">
    <xsl:variable name="mode" select="n:entry[@id = 'macvlan.mode']/@value"/>
    <xsl:choose>
      <xsl:when test="$mode = 'vepa' or $mode = 'bridge'">
        <xsl:value-of select="$mode"/>
      </xsl:when>
      <xsl:when test="$mode = 'passthru'">passthrough</xsl:when>
      <xsl:otherwise>private</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A device of the host's own, and a VLAN of one: the host must have made it. -->
  <xsl:template match="n:group[n:entry[@id = 'type'][@value = 'phys' or @value = 'vlan']]" mode="xfm:device">
    <xsl:variable name="vlan" select="n:entry[@id = 'vlan.id'][../n:entry[@id = 'type']/@value = 'vlan']/@value"/>
    <hostdev mode="capabilities" type="net">
      <source>
        <interface>
          <xsl:value-of select="concat(n:entry[@id = 'link']/@value, substring('.', 1, boolean($vlan)), $vlan)"/>
        </interface>
      </source>
      <xsl:call-template name="xfm:addresses"/>
    </hostdev>
  </xsl:template>

  <!-- Addresses may have their broadcast address behind them; a gateway may be a word. -->
  <xsl:template name="xfm:addresses">
    <xsl:for-each select="n:entry[@id = 'ipv4.address' or @id = 'ipv6.address'][@value != '']">
      <xsl:variable name="address" select="substring-before(concat(@value, ' '), ' ')"/>
      <ip address="{substring-before(concat($address, '/'), '/')}" family="{substring(@id, 1, 4)}">
        <xsl:if test="contains($address, '/')">
          <xsl:attribute name="prefix">
            <xsl:value-of select="substring-after($address, '/')"/>
          </xsl:attribute>
        </xsl:if>
      </ip>
    </xsl:for-each>
    <xsl:apply-templates select="n:entry[@id = 'ipv4.gateway' or @id = 'ipv6.gateway'][@value != 'auto'
        and @value != 'dev']/@value" mode="xfm:route"/>
  </xsl:template>

  <xsl:template name="xfm:consoles">
    <xsl:param name="count"/>
    <xsl:param name="port" select="0"/>
    <xsl:if test="$port &lt; $count and $count &lt;= 64">
      <console type="pty">
        <target type="lxc" port="{$port}"/>
      </console>
      <xsl:call-template name="xfm:consoles">
        <xsl:with-param name="count" select="$count"/>
        <xsl:with-param name="port" select="$port + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.rootfs.path']">
    <xsl:if test="not(contains('  dir btrfs lvm block loop ', concat(' ', $xfm:root-kind, ' '))
        and starts-with($xfm:root-path, '/'))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.rootfs.options'][@value = 'ro' or @value = 'rw']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.tty.max'][@value &lt;= 64]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.mount.entry']">
    <xsl:variable name="kind">
      <xsl:apply-templates select="." mode="xfm:kind"/>
    </xsl:variable>
    <xsl:variable name="odd" select="n:field[starts-with(@name, 'option:')][not(contains(
        ' bind rbind ro rw defaults size create=dir create=file optional ',
        concat(' ', substring-after(@name, ':'), substring('=', 1, @name = 'option:create'),
        substring(@value, 1, 9 * (@name = 'option:create')), ' ')))]"/>
    <xsl:if test="$kind = '' or ($odd and $kind != 'basic')">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <!-- A network that becomes no device is kept whole; of one that does, what libvirt has no place for. -->
  <xsl:template mode="xfm:kept" match="n:group/n:entry[@id = 'type' or @id = 'link' or @id = 'name' or @id = 'veth.pair'
      or @id = 'mtu' or @id = 'ipv4.address' or @id = 'ipv6.address' or @id = 'vlan.id'
      or (@id = 'flags' and @value = 'up') or (@id = 'hwaddr' and translate(@value, 'xX', '') = @value)
      or (@id = 'macvlan.mode' and contains(' private vepa bridge passthru ', concat(' ', @value, ' ')))
      or ((@id = 'ipv4.gateway' or @id = 'ipv6.gateway') and @value != 'auto' and @value != 'dev')]">
    <xsl:variable name="type" select="../n:entry[@id = 'type']/@value"/>
    <xsl:variable name="host" select="$type = 'phys' or $type = 'vlan'"/>
    <xsl:variable name="device" select="$type = 'veth' or (($type = 'macvlan' or $host) and ../n:entry[@id = 'link'])"/>
    <xsl:if test="not($type = 'empty' or $type = 'none') and (not($device)
        or ($host and (@id = 'hwaddr' or @id = 'name' or @id = 'mtu' or @id = 'veth.pair'))
        or ($type != 'veth' and @id = 'veth.pair') or ($type != 'vlan' and @id = 'vlan.id')
        or ($type != 'macvlan' and @id = 'macvlan.mode'))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
