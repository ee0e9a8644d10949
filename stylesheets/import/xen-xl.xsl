<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <xsl:import href="native.xsl"/>
  <xsl:import href="xen-devices.xsl"/>
  <!--
    xl.cfg(5) to domain XML: the guest as a whole. Takes what xfm/native/xen.py reads; the devices are in
    xen-devices.xsl.

    Sources: xl.cfg(5) of Xen 4.17; libvirt src/libxl/xen_common.c and xen_xl.c for where libvirt has each setting.
    The architecture is not said, because the file does not say it.
  -->
  <xsl:variable name="xfm:type">
    <xsl:choose>
      <xsl:when test="key('n:entry', 'type')/@value">
        <xsl:value-of select="key('n:entry', 'type')/@value"/>
      </xsl:when>
      <xsl:when test="key('n:entry', 'builder')/@value = 'hvm'">hvm</xsl:when>
      <xsl:otherwise>pv</xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:variable name="xfm:hvm" select="$xfm:type = 'hvm'"/>
  <!-- What a guest does in the end, where the file leaves it open and xl's default is not libvirt's. -->
  <xsl:variable name="xfm:on-crash" select="''"/>

  <xsl:template match="n:config">
    <domain type="xen">
      <xsl:call-template name="xfm:name">
        <xsl:with-param name="own" select="key('n:entry', 'name')/@value"/>
      </xsl:call-template>
      <xsl:if test="key('n:entry', 'uuid')/@value">
        <uuid>
          <xsl:value-of select="key('n:entry', 'uuid')/@value"/>
        </uuid>
      </xsl:if>
      <xsl:call-template name="xfm:metadata"/>
      <xsl:call-template name="xfm:memory"/>
      <xsl:call-template name="xfm:vcpus"/>
      <xsl:call-template name="xfm:os"/>
      <xsl:call-template name="xfm:features"/>
      <xsl:if test="$xfm:hvm and number(key('n:entry', 'nestedhvm')/@value) = 1">
        <cpu mode="host-passthrough"/>
      </xsl:if>
      <xsl:call-template name="xfm:clock"/>
      <xsl:call-template name="xfm:events"/>
      <xsl:call-template name="xfm:devices"/>
    </domain>
  </xsl:template>

  <!-- Both are in MiB; a guest that names only maxmem starts with all of it. -->
  <xsl:template name="xfm:memory">
    <xsl:variable name="most" select="key('n:entry', 'maxmem')
        | key('n:entry', 'memory')[not(key('n:entry', 'maxmem'))]"/>
    <xsl:if test="$most">
      <memory unit="MiB">
        <xsl:value-of select="$most/@value"/>
      </memory>
      <xsl:if test="key('n:entry', 'maxmem') and key('n:entry', 'memory')">
        <currentMemory unit="MiB">
          <xsl:value-of select="key('n:entry', 'memory')/@value"/>
        </currentMemory>
      </xsl:if>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:vcpus">
    <xsl:variable name="vcpus" select="key('n:entry', 'vcpus')/@value"/>
    <xsl:variable name="most" select="key('n:entry', 'maxvcpus')/@value"/>
    <xsl:variable name="cpus" select="key('n:entry', 'cpus')"/>
    <xsl:if test="$vcpus or $most or $cpus[@value]">
      <vcpu>
        <xsl:if test="translate($cpus/@value, '0123456789,^-', '') = '' and $cpus/@value != ''">
          <xsl:attribute name="cpuset">
            <xsl:value-of select="$cpus/@value"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:if test="$vcpus and $most and number($vcpus) != number($most)">
          <xsl:attribute name="current">
            <xsl:value-of select="$vcpus"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:choose>
          <xsl:when test="$most or $vcpus">
            <xsl:value-of select="($most | $vcpus[not($most)])"/>
          </xsl:when>
          <xsl:otherwise>1</xsl:otherwise>
        </xsl:choose>
      </vcpu>
    </xsl:if>
    <!-- A list is one set for each vCPU. -->
    <xsl:if test="$cpus/n:item[translate(@value, '0123456789,^-', '') = '' and @value != '']">
      <cputune>
        <xsl:for-each select="$cpus/n:item">
          <xsl:if test="translate(@value, '0123456789,^-', '') = '' and @value != ''">
            <vcpupin vcpu="{position() - 1}" cpuset="{@value}"/>
          </xsl:if>
        </xsl:for-each>
      </cputune>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:os">
    <xsl:variable name="loader" select="key('n:entry', 'bootloader')/@value"/>
    <xsl:if test="$loader and not($xfm:hvm)">
      <bootloader>
        <xsl:value-of select="$loader"/>
      </bootloader>
      <xsl:for-each select="key('n:entry', 'bootloader_args') | key('n:entry', 'bootargs')">
        <bootloader_args>
          <xsl:value-of select="@value"/>
          <xsl:for-each select="n:item">
            <xsl:value-of select="concat(substring(' ', 1, number(position() &gt; 1)), @value)"/>
          </xsl:for-each>
        </bootloader_args>
      </xsl:for-each>
    </xsl:if>
    <os>
      <xsl:if test="$xfm:hvm and (key('n:entry', 'bios')/@value = 'ovmf'
          or key('n:entry', 'firmware')/@value[. = 'uefi' or . = 'ovmf'])">
        <xsl:attribute name="firmware">efi</xsl:attribute>
      </xsl:if>
      <xsl:choose>
        <xsl:when test="$xfm:hvm">
          <type machine="xenfv">hvm</type>
        </xsl:when>
        <xsl:when test="$xfm:type = 'pvh'">
          <type machine="xenpvh">xenpvh</type>
        </xsl:when>
        <xsl:otherwise>
          <type machine="xenpv">linux</type>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:call-template name="xfm:kernel"/>
      <xsl:if test="$xfm:hvm">
        <xsl:call-template name="xfm:boot">
          <xsl:with-param name="order" select="translate(key('n:entry', 'boot')/@value, 'ABCDN', 'abcdn')"/>
        </xsl:call-template>
      </xsl:if>
    </os>
  </xsl:template>

  <!-- cmdline wins; else root and extra are joined. -->
  <xsl:template name="xfm:kernel">
    <!-- In the files of xm and old ones of xl, an HVM guest's kernel is its firmware. -->
    <xsl:variable name="firmware" select="key('n:entry', 'kernel')[$xfm:hvm and contains(@value, '/hvmloader')]"/>
    <xsl:for-each select="$firmware">
      <loader type="rom">
        <xsl:value-of select="@value"/>
      </loader>
    </xsl:for-each>
    <xsl:for-each select="key('n:entry', 'kernel')[@value != '' and not($firmware)]">
      <kernel>
        <xsl:value-of select="@value"/>
      </kernel>
    </xsl:for-each>
    <xsl:for-each select="key('n:entry', 'ramdisk')[@value != '']">
      <initrd>
        <xsl:value-of select="@value"/>
      </initrd>
    </xsl:for-each>
    <xsl:variable name="root" select="key('n:entry', 'root')/@value"/>
    <xsl:variable name="extra" select="key('n:entry', 'extra')/@value"/>
    <xsl:variable name="words" select="concat(substring('root=', 1, 5 * boolean($root)), $root,
        substring(' ', 1, number($root and $extra)), $extra)"/>
    <xsl:variable name="line" select="key('n:entry', 'cmdline')/@value"/>
    <xsl:if test="$line or $words != ''">
      <cmdline>
        <xsl:choose>
          <xsl:when test="$line">
            <xsl:value-of select="$line"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="$words"/>
          </xsl:otherwise>
        </xsl:choose>
      </cmdline>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:boot">
    <xsl:param name="order"/>
    <xsl:variable name="device" select="substring-before(substring-after(' a=fd c=hd d=cdrom n=network ',
        concat(' ', substring($order, 1, 1), '=')), ' ')"/>
    <xsl:if test="$order != '' and $device != ''">
      <boot dev="{$device}"/>
      <xsl:call-template name="xfm:boot">
        <xsl:with-param name="order" select="translate(substring($order, 2), substring($order, 1, 1), '')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- pae, acpi and apic are on where the file does not switch them off. -->
  <xsl:template name="xfm:features">
    <xsl:variable name="passthrough" select="key('n:entry', 'passthrough')/@value"/>
    <xsl:variable name="e820" select="not($xfm:hvm) and number(key('n:entry', 'e820_host')/@value) &gt; 0"/>
    <xsl:variable name="xen" select="$e820 or contains(' disabled enabled sync_pt share_pt ',
        concat(' ', $passthrough, ' ')) and $passthrough != ''"/>
    <xsl:if test="$xfm:hvm or $xen">
      <features>
        <xsl:if test="$xfm:hvm">
          <xsl:call-template name="xfm:hvm-features"/>
        </xsl:if>
        <xsl:if test="$xen">
          <xen>
            <xsl:if test="$e820">
              <e820_host state="on"/>
            </xsl:if>
            <xsl:choose>
              <xsl:when test="$passthrough = 'disabled'">
                <passthrough state="off"/>
              </xsl:when>
              <xsl:when test="$passthrough = 'enabled'">
                <passthrough state="on"/>
              </xsl:when>
              <xsl:when test="$passthrough">
                <passthrough state="on" mode="{$passthrough}"/>
              </xsl:when>
            </xsl:choose>
          </xen>
        </xsl:if>
      </features>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:hvm-features">
    <xsl:if test="not(number(key('n:entry', 'acpi')/@value) = 0)">
      <acpi/>
    </xsl:if>
    <xsl:if test="not(number(key('n:entry', 'apic')/@value) = 0)">
      <apic/>
    </xsl:if>
    <xsl:if test="number(key('n:entry', 'hap')/@value) = 0">
      <hap state="off"/>
    </xsl:if>
    <xsl:if test="not(number(key('n:entry', 'pae')/@value) = 0)">
      <pae/>
    </xsl:if>
    <xsl:if test="number(key('n:entry', 'viridian')/@value) &gt; 0">
      <viridian/>
    </xsl:if>
  </xsl:template>

  <xsl:variable name="xfm:tsc-modes" select="concat(' default=auto always_emulate=emulate native=native',
      ' native_paravirt=paravirt 0=auto 1=emulate 2=native 3=paravirt ')"/>
  <!-- Only HVM guests have a clock that can be set off; a PV guest's is the host's. -->
  <xsl:template name="xfm:clock">
    <xsl:variable name="local" select="number(key('n:entry', 'localtime')/@value) &gt; 0"/>
    <xsl:variable name="offset" select="key('n:entry', 'rtc_timeoffset')/@value"/>
    <xsl:variable name="tsc" select="key('n:entry', 'tsc_mode')/@value"/>
    <xsl:variable name="mode" select="substring-before(substring-after($xfm:tsc-modes, concat(' ', $tsc, '=')), ' ')"/>
    <xsl:variable name="hpet" select="key('n:entry', 'hpet')[$xfm:hvm]/@value"/>
    <xsl:if test="key('n:entry', 'localtime') or ($xfm:hvm and $offset) or $mode != '' or $hpet">
      <clock offset="{substring('localtimeutc', 1 + 9 * not($local), 9)}">
        <xsl:if test="$xfm:hvm and (key('n:entry', 'localtime') or $offset)">
          <xsl:attribute name="offset">variable</xsl:attribute>
          <xsl:attribute name="adjustment">
            <xsl:value-of select="concat($offset, substring('0', 1, not($offset)))"/>
          </xsl:attribute>
          <xsl:attribute name="basis">
            <xsl:value-of select="substring('localtimeutc', 1 + 9 * not($local), 9)"/>
          </xsl:attribute>
        </xsl:if>
        <xsl:if test="$mode != ''">
          <timer name="tsc" present="yes" mode="{$mode}"/>
        </xsl:if>
        <xsl:if test="$hpet">
          <timer name="hpet" present="{substring('yesno', 1 + 3 * not(number($hpet) &gt; 0), 3)}"/>
        </xsl:if>
      </clock>
    </xsl:if>
  </xsl:template>

  <!-- libvirt has the coredump actions for a crash alone, and no soft-reset. -->
  <xsl:template name="xfm:events">
    <xsl:variable name="crash" select="key('n:entry', 'on_crash')/@value"/>
    <xsl:for-each select="key('n:entry', 'on_poweroff')[contains($xfm:actions, concat(' ', @value, ' '))]">
      <on_poweroff>
        <xsl:value-of select="@value"/>
      </on_poweroff>
    </xsl:for-each>
    <xsl:for-each select="key('n:entry', 'on_reboot')[contains($xfm:actions, concat(' ', @value, ' '))]">
      <on_reboot>
        <xsl:value-of select="@value"/>
      </on_reboot>
    </xsl:for-each>
    <xsl:choose>
      <xsl:when test="$crash != '' and contains($xfm:crash-actions, concat(' ', $crash, ' '))">
        <on_crash>
          <xsl:value-of select="$crash"/>
        </on_crash>
      </xsl:when>
      <xsl:when test="not($crash) and $xfm:on-crash != ''">
        <on_crash>
          <xsl:value-of select="$xfm:on-crash"/>
        </on_crash>
      </xsl:when>
    </xsl:choose>
  </xsl:template>
  <xsl:variable name="xfm:actions" select="' destroy restart rename-restart preserve '"/>
  <xsl:variable name="xfm:crash-actions" select="concat($xfm:actions, 'coredump-destroy coredump-restart ')"/>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'name' or @id = 'uuid' or @id = 'memory' or @id = 'maxmem'
      or @id = 'vcpus' or @id = 'maxvcpus' or @id = 'kernel' or @id = 'ramdisk' or @id = 'localtime']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'type'][@value = 'pv' or @value = 'pvh' or @value = 'hvm']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'builder'][@value = 'hvm' or @value = 'linux'
      or @value = 'generic']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'cpus'][@value = 'all'
      or translate(concat(@value, n:item/@value), '0123456789,^-', '') = ''][not(n:item[
      translate(@value, '0123456789,^-', '') != '' or @value = ''])]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'cmdline' or ((@id = 'root' or @id = 'extra')
      and not(key('n:entry', 'cmdline')))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'bootloader' or @id = 'bootloader_args' or @id = 'bootargs']">
    <xsl:if test="$xfm:hvm or not(key('n:entry', 'bootloader')/@value)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'bios' or @id = 'firmware']">
    <xsl:if test="not($xfm:hvm and contains(' ovmf uefi seabios bios ', concat(' ', @value, ' ')))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'boot']">
    <xsl:if test="not($xfm:hvm) or translate(@value, 'aAcCdDnN', '') != ''">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'pae' or @id = 'acpi' or @id = 'apic' or @id = 'hap'
      or @id = 'viridian' or @id = 'nestedhvm' or @id = 'hpet' or @id = 'rtc_timeoffset']">
    <xsl:if test="not($xfm:hvm) or number(@value) != number(@value)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'e820_host']">
    <xsl:if test="$xfm:hvm">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'passthrough'][@value = 'disabled' or @value = 'enabled'
      or @value = 'sync_pt' or @value = 'share_pt']"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'tsc_mode'][contains(
      ' default always_emulate native native_paravirt 0 1 2 3 ', concat(' ', @value, ' '))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'on_poweroff' or @id = 'on_reboot' or @id = 'on_crash']">
    <xsl:if test="not(contains($xfm:crash-actions, concat(' ', @value, ' '))) or @value = ''
        or (@id != 'on_crash' and starts-with(@value, 'coredump'))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
