<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <xsl:import href="native.xsl"/>
  <xsl:import href="lxc-devices.xsl"/>
  <!--
    lxc.container.conf(5) to domain XML: the container as a whole. Takes what xfm/native/lxc.py reads, under the names
    that LXC has since 2.1; file systems and networks are in lxc-devices.xsl.

    Where a key that has one value comes again, the last one holds. Memory without a limit is 64 MiB, as libvirt's
    converter has it: domain XML must name some.

    Sources: lxc.container.conf(5) of LXC 5.0; libvirt src/lxc/lxc_native.c; kernel Documentation/admin-guide/cgroup-v1
    and cgroup-v2.rst for the control groups; domaincommon.rng for the names of capabilities.
  -->
  <xsl:variable name="xfm:capabilities" select="' audit_control audit_write block_suspend chown dac_override
      dac_read_search fowner fsetid ipc_lock ipc_owner kill lease linux_immutable mac_admin mac_override mknod net_admin
      net_bind_service net_broadcast net_raw setgid setfcap setpcap setuid sys_admin sys_boot sys_chroot sys_module
      sys_nice sys_pacct sys_ptrace sys_rawio sys_resource sys_time sys_tty_config syslog wake_alarm '"/>

  <xsl:template match="n:config">
    <domain type="lxc">
      <xsl:call-template name="xfm:name">
        <xsl:with-param name="own" select="string(key('n:entry', 'lxc.uts.name')[last()]/@value)"/>
      </xsl:call-template>
      <xsl:call-template name="xfm:metadata"/>
      <xsl:call-template name="xfm:memory"/>
      <xsl:call-template name="xfm:blkio"/>
      <xsl:call-template name="xfm:vcpu"/>
      <xsl:call-template name="xfm:cputune"/>
      <xsl:for-each select="key('n:entry', 'lxc.cgroup2.cpuset.mems')[last()]
          | key('n:entry', 'lxc.cgroup.cpuset.mems')[last()][not(key('n:entry', 'lxc.cgroup2.cpuset.mems'))]">
        <numatune>
          <memory mode="strict" nodeset="{@value}"/>
        </numatune>
      </xsl:for-each>
      <xsl:call-template name="xfm:os"/>
      <xsl:call-template name="xfm:idmap"/>
      <xsl:call-template name="xfm:features"/>
      <xsl:call-template name="xfm:devices"/>
    </domain>
  </xsl:template>

  <xsl:template name="xfm:memory">
    <xsl:variable name="hard">
      <xsl:apply-templates select="key('n:entry', 'lxc.cgroup.memory.limit_in_bytes')[last()]
          | key('n:entry', 'lxc.cgroup2.memory.max')[last()]" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="soft">
      <xsl:apply-templates select="key('n:entry', 'lxc.cgroup.memory.soft_limit_in_bytes')[last()]
          | key('n:entry', 'lxc.cgroup2.memory.high')[last()]" mode="xfm:kib"/>
    </xsl:variable>
    <xsl:variable name="swap">
      <xsl:apply-templates select="key('n:entry', 'lxc.cgroup.memory.memsw.limit_in_bytes')[last()]" mode="xfm:kib"/>
    </xsl:variable>
    <memory unit="KiB">
      <xsl:value-of select="concat($hard, substring('65536', 1, 5 * ($hard = '')))"/>
    </memory>
    <xsl:if test="concat($hard, $soft, $swap) != ''">
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
        <xsl:if test="$swap != ''">
          <swap_hard_limit unit="KiB">
            <xsl:value-of select="$swap"/>
          </swap_hard_limit>
        </xsl:if>
      </memtune>
    </xsl:if>
  </xsl:template>

  <!-- Bytes, or a number with a suffix, in KiB; nothing where there is no limit (-1, max) or it cannot be read. -->
  <xsl:template match="n:entry | n:field" mode="xfm:kib">
    <xsl:variable name="digits" select="translate(@value, 'kKmMgGtTbBi', '')"/>
    <xsl:variable name="unit" select="translate(substring(@value, string-length($digits) + 1, 1), 'KMGTB', 'kmgtb')"/>
    <xsl:variable name="factor" select="substring-before(substring-after(
        ' b=1 k=1024 m=1048576 g=1073741824 t=1099511627776 =1 ', concat(' ', $unit, '=')), ' ')"/>
    <xsl:if test="number($digits) &gt; 0 and translate($digits, '0123456789', '') = ''
        and string-length($digits) &lt; 16 and $digits * $factor &gt;= 1024">
      <xsl:value-of select="format-number(floor($digits * $factor div 1024), '0')"/>
    </xsl:if>
  </xsl:template>

  <xsl:key name="xfm:blkio" match="n:entry[starts-with(@id, 'lxc.cgroup.blkio.')][n:field]"
      use="n:field[@name = 'device']/@value"/>
  <xsl:template name="xfm:blkio">
    <xsl:variable name="weight" select="key('n:entry', 'lxc.cgroup.blkio.weight')[last()]/@value"/>
    <xsl:variable name="limits" select="n:entry[n:field][starts-with(@id, 'lxc.cgroup.blkio.')]
        [contains($xfm:throttles, concat(' ', substring-after(@id, 'lxc.cgroup.blkio.'), '='))]"/>
    <xsl:if test="$weight or $limits">
      <blkiotune>
        <xsl:if test="$weight">
          <weight>
            <xsl:value-of select="$weight"/>
          </weight>
        </xsl:if>
        <xsl:for-each select="$limits[generate-id() = generate-id(key('xfm:blkio', n:field[@name = 'device']/@value)[
            contains($xfm:throttles, concat(' ', substring-after(@id, 'lxc.cgroup.blkio.'), '='))][1])]">
          <xsl:variable name="device" select="n:field[@name = 'device']/@value"/>
          <device>
            <path>
              <xsl:value-of select="concat('/dev/block/', $device)"/>
            </path>
            <xsl:for-each select="key('xfm:blkio', $device)">
              <xsl:variable name="name" select="substring-before(substring-after($xfm:throttles,
                  concat(' ', substring-after(@id, 'lxc.cgroup.blkio.'), '=')), ' ')"/>
              <xsl:if test="$name != ''">
                <xsl:element name="{$name}">
                  <xsl:value-of select="n:field[@name = 'limit']/@value"/>
                </xsl:element>
              </xsl:if>
            </xsl:for-each>
          </device>
        </xsl:for-each>
      </blkiotune>
    </xsl:if>
  </xsl:template>
  <xsl:variable name="xfm:throttles" select="concat(' device_weight=weight throttle.read_bps_device=read_bytes_sec',
      ' throttle.write_bps_device=write_bytes_sec throttle.read_iops_device=read_iops_sec',
      ' throttle.write_iops_device=write_iops_sec ')"/>

  <xsl:template name="xfm:vcpu">
    <xsl:variable name="cpus" select="(key('n:entry', 'lxc.cgroup2.cpuset.cpus')[last()]
        | key('n:entry', 'lxc.cgroup.cpuset.cpus')[last()][not(key('n:entry', 'lxc.cgroup2.cpuset.cpus'))])/@value"/>
    <xsl:if test="$cpus != ''">
      <vcpu placement="static" cpuset="{$cpus}">1</vcpu>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:cputune">
    <xsl:variable name="max" select="key('n:entry', 'lxc.cgroup2.cpu.max')[last()]"/>
    <xsl:variable name="shares" select="key('n:entry', 'lxc.cgroup.cpu.shares')[last()]/@value"/>
    <xsl:variable name="period" select="($max/n:item[2] | key('n:entry', 'lxc.cgroup.cpu.cfs_period_us')[last()][
        not($max)])/@value"/>
    <xsl:variable name="quota" select="($max/n:item[1][@value != 'max']
        | key('n:entry', 'lxc.cgroup.cpu.cfs_quota_us')[last()][not($max)])/@value"/>
    <xsl:if test="$shares or $period or $quota">
      <cputune>
        <xsl:if test="$shares">
          <shares>
            <xsl:value-of select="$shares"/>
          </shares>
        </xsl:if>
        <xsl:if test="$period">
          <period>
            <xsl:value-of select="$period"/>
          </period>
        </xsl:if>
        <xsl:if test="$quota">
          <quota>
            <xsl:value-of select="$quota"/>
          </quota>
        </xsl:if>
      </cputune>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:os">
    <xsl:variable name="arch" select="key('n:entry', 'lxc.arch')[last()]/@value"/>
    <xsl:variable name="known" select="substring-before(substring-after($xfm:archs, concat(' ', $arch, '=')), ' ')"/>
    <xsl:variable name="init" select="key('n:entry', 'lxc.init.cmd')[last()]/n:item[starts-with(../@value, '/')]"/>
    <os>
      <type>
        <xsl:if test="$known != ''">
          <xsl:attribute name="arch">
            <xsl:value-of select="$known"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:text>exe</xsl:text>
      </type>
      <init>
        <xsl:value-of select="concat($init[1]/@value, substring('/sbin/init', 1, 10 * not($init)))"/>
      </init>
      <xsl:for-each select="$init[position() &gt; 1]">
        <initarg>
          <xsl:value-of select="@value"/>
        </initarg>
      </xsl:for-each>
      <xsl:call-template name="xfm:init"/>
    </os>
  </xsl:template>
  <!-- What init starts with. -->
  <xsl:template name="xfm:init">
    <xsl:for-each select="key('n:entry', 'lxc.environment')[n:field[@name = 'variable'][@value != ''
        and translate(@value, $xfm:variable, '') = '' and not(contains('0123456789', substring(@value, 1, 1)))]]">
      <initenv name="{n:field[@name = 'variable']/@value}">
        <xsl:value-of select="n:field[@name = 'content']/@value"/>
      </initenv>
    </xsl:for-each>
    <xsl:for-each select="key('n:entry', 'lxc.init.cwd')[last()][starts-with(@value, '/')]">
      <initdir>
        <xsl:value-of select="@value"/>
      </initdir>
    </xsl:for-each>
    <xsl:if test="key('n:entry', 'lxc.init.uid') and key('n:entry', 'lxc.init.gid')">
      <inituser>
        <xsl:value-of select="key('n:entry', 'lxc.init.uid')[last()]/@value"/>
      </inituser>
      <initgroup>
        <xsl:value-of select="key('n:entry', 'lxc.init.gid')[last()]/@value"/>
      </initgroup>
    </xsl:if>
  </xsl:template>
  <xsl:variable name="xfm:archs"
      select="concat(' x86=i686 i686=i686 i386=i686 x86_64=x86_64 amd64=x86_64 aarch64=aarch64',
      ' arm64=aarch64 armv7l=armv7l ppc64le=ppc64le ppc64el=ppc64le s390x=s390x riscv64=riscv64 ')"/>
  <xsl:variable name="xfm:variable"
      select="'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_'"/>

  <!-- libvirt takes maps of users and of groups only together. -->
  <xsl:variable name="xfm:both-mapped" select="key('n:entry', 'lxc.idmap')[count(n:item) = 4]/n:item[1]/@value = 'u'
      and key('n:entry', 'lxc.idmap')[count(n:item) = 4]/n:item[1]/@value = 'g'"/>
  <xsl:template name="xfm:idmap">
    <xsl:variable name="maps" select="key('n:entry', 'lxc.idmap')[count(n:item) = 4]"/>
    <xsl:if test="$xfm:both-mapped">
      <idmap>
        <xsl:for-each select="$maps[n:item[1]/@value = 'u']">
          <uid start="{n:item[2]/@value}" target="{n:item[3]/@value}" count="{n:item[4]/@value}"/>
        </xsl:for-each>
        <xsl:for-each select="$maps[n:item[1]/@value = 'g']">
          <gid start="{n:item[2]/@value}" target="{n:item[3]/@value}" count="{n:item[4]/@value}"/>
        </xsl:for-each>
      </idmap>
    </xsl:if>
  </xsl:template>

  <xsl:key name="xfm:capability" match="n:entry[starts-with(@id, 'lxc.cap.')]/n:item" use="concat(../@id, ' ',
      @value)"/>
  <!-- A container without a network has one of its own with nothing but the loopback; "none" is the host's. -->
  <xsl:template name="xfm:features">
    <xsl:variable name="dropped" select="key('n:entry', 'lxc.cap.drop')/n:item[not(key('n:entry', 'lxc.cap.keep'))]"/>
    <xsl:variable name="kept" select="key('n:entry', 'lxc.cap.keep')/n:item"/>
    <xsl:variable name="private" select="not($xfm:nics) and not(n:group/n:entry[@id = 'type'][@value = 'none'])"/>
    <features>
      <xsl:if test="$private">
        <privnet/>
      </xsl:if>
      <capabilities policy="{substring('allowdeny', 1 + 5 * boolean($kept), 5)}">
        <xsl:for-each select="$dropped | $kept">
          <xsl:if test="contains(concat(' ', normalize-space($xfm:capabilities), ' '), concat(' ', @value, ' '))
              and generate-id() = generate-id(key('xfm:capability', concat(../@id, ' ', @value))[1])">
            <xsl:element name="{@value}">
              <xsl:attribute name="state">
                <xsl:value-of select="substring('offon', 1 + 3 * boolean($kept), 3)"/>
              </xsl:attribute>
            </xsl:element>
          </xsl:if>
        </xsl:for-each>
      </capabilities>
    </features>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.uts.name' or @id = 'lxc.cgroup.cpuset.cpus'
      or @id = 'lxc.cgroup.cpuset.mems' or @id = 'lxc.cgroup2.cpuset.cpus' or @id = 'lxc.cgroup2.cpuset.mems'
      or @id = 'lxc.cgroup.cpu.shares' or @id = 'lxc.cgroup.cpu.cfs_period_us' or @id = 'lxc.cgroup.cpu.cfs_quota_us'
      or @id = 'lxc.cgroup2.cpu.max' or @id = 'lxc.cgroup.blkio.weight']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.cgroup.memory.limit_in_bytes' or @id =
      'lxc.cgroup2.memory.max'
      or @id = 'lxc.cgroup.memory.soft_limit_in_bytes' or @id = 'lxc.cgroup2.memory.high'
      or @id = 'lxc.cgroup.memory.memsw.limit_in_bytes']">
    <xsl:variable name="kib">
      <xsl:apply-templates select="." mode="xfm:kib"/>
    </xsl:variable>
    <xsl:if test="$kib = '' and @value != '-1' and @value != 'max'">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[starts-with(@id, 'lxc.cgroup.blkio.')][n:field]">
    <xsl:if test="not(contains($xfm:throttles, concat(' ', substring-after(@id, 'lxc.cgroup.blkio.'), '=')))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.arch']">
    <xsl:if test="not(contains($xfm:archs, concat(' ', @value, '=')))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[(@id = 'lxc.init.cmd' or @id = 'lxc.init.cwd')
      and starts-with(@value, '/')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.init.uid'][key('n:entry', 'lxc.init.gid')]
      | n:entry[@id = 'lxc.init.gid'][key('n:entry', 'lxc.init.uid')]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.environment']">
    <xsl:variable name="variable" select="n:field[@name = 'variable']/@value"/>
    <xsl:if test="$variable = '' or translate($variable, $xfm:variable, '') != ''
        or contains('0123456789', substring($variable, 1, 1))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.idmap']">
    <xsl:if test="not($xfm:both-mapped) or count(n:item) != 4 or not(n:item[1][@value = 'u' or @value = 'g'])">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'lxc.cap.drop' or @id = 'lxc.cap.keep']">
    <xsl:variable name="odd" select="n:item[not(contains(concat(' ', normalize-space($xfm:capabilities), ' '),
        concat(' ', @value, ' ')))]"/>
    <xsl:if test="$odd or (@id = 'lxc.cap.drop' and key('n:entry', 'lxc.cap.keep'))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
