<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <!--
    Networks, shared folders, ports and the display of a .vmx. Imported by vmware-devices.xsl, which has the templates
    of mode xfm:present and xfm:path.

    Sources: libvirt src/vmx/vmx.c: the mapping in its head, virVMXParseEthernet, virVMXParseSerial, virVMXParseVNC,
    virVMXParseSVGA; VMware Workstation's names of its own switches: vmnet0 (bridged), vmnet1 (host-only).
  -->
  <xsl:import href="native.xsl"/>

  <xsl:variable name="xfm:connections"
      select="' =bridge bridged=bridge custom=bridge monitor_dev=bridge hostonly=network nat=user '"/>
  <xsl:template match="n:group[@kind = 'ethernet']" mode="xfm:device">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:variable name="type" select="translate(n:entry[@id = 'connectiontype']/@value, 'BRIDGEHOSTNLYACUM',
        'bridgehostnlyacum')"/>
    <xsl:variable name="network" select="n:entry[@id = 'networkname'][@value != '']/@value"/>
    <xsl:if test="$present != ''">
      <interface type="{substring-before(substring-after($xfm:connections, concat(' ', $type, '=')), ' ')}">
        <xsl:call-template name="xfm:mac"/>
        <xsl:choose>
          <xsl:when test="$type = 'nat'"/>
          <xsl:when test="$type = 'hostonly'">
            <source network="{concat($network, substring('vmnet1', 1, 6 * not($network)))}"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:variable name="switch" select="n:entry[@id = 'vnet'][@value != '' and not($network)]/@value"/>
            <source bridge="{concat($network, $switch, substring('vmnet0', 1, 6 * not($network or $switch)))}"/>
          </xsl:otherwise>
        </xsl:choose>
        <xsl:if test="$network and n:entry[@id = 'vnet'][@value != ''] and $type = 'custom'">
          <target dev="{n:entry[@id = 'vnet']/@value}"/>
        </xsl:if>
        <xsl:call-template name="xfm:model"/>
        <xsl:if test="translate(n:entry[@id = 'startconnected']/@value, 'FALSE', 'false') = 'false'">
          <link state="down"/>
        </xsl:if>
      </interface>
    </xsl:if>
  </xsl:template>

  <!-- A static address is the author's; generated and vpx ones are VMware's. -->
  <xsl:template name="xfm:mac">
    <xsl:variable name="static" select="translate(n:entry[@id = 'addresstype']/@value, 'STAIC', 'staic') = 'static'"/>
    <xsl:variable name="mac" select="n:entry[@id = 'address'][$static]/@value
        | n:entry[@id = 'generatedaddress'][not($static)]/@value"/>
    <xsl:if test="$mac != ''">
      <mac address="{$mac}"/>
    </xsl:if>
  </xsl:template>

  <!-- vmxnet with features 15 is its enhanced form. -->
  <xsl:template name="xfm:model">
    <xsl:variable name="model" select="translate(n:entry[@id = 'virtualdev']/@value, 'ECLANVMXT', 'eclanvmxt')"/>
    <xsl:choose>
      <xsl:when test="$model = 'vmxnet' and n:entry[@id = 'features']/@value = '15'">
        <model type="vmxnet2"/>
      </xsl:when>
      <xsl:when test="$model != ''">
        <model type="{$model}"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="n:group[@kind = 'sharedfolder']" mode="xfm:device">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:if test="$present != '' and starts-with(n:entry[@id = 'hostpath']/@value, '/')
        and n:entry[@id = 'guestname']/@value != ''">
      <filesystem type="mount">
        <source dir="{n:entry[@id = 'hostpath']/@value}"/>
        <target dir="{n:entry[@id = 'guestname']/@value}"/>
        <xsl:if test="not(translate(n:entry[@id = 'writeaccess']/@value, 'TRUE', 'true') = 'true')">
          <readonly/>
        </xsl:if>
      </filesystem>
    </xsl:if>
  </xsl:template>

  <!-- Ports: a device, a file, a pipe, or (since vSphere 4.1) a socket written as URI. -->
  <xsl:template match="n:group[@kind = 'serial' or @kind = 'parallel']" mode="xfm:device">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:variable name="type">
      <xsl:apply-templates select="." mode="xfm:port"/>
    </xsl:variable>
    <xsl:variable name="file" select="n:entry[@id = 'filename']/@value"/>
    <xsl:if test="$present != '' and $type != ''">
      <xsl:element name="{@kind}">
        <xsl:attribute name="type">
          <xsl:value-of select="$type"/>
        </xsl:attribute>
        <xsl:choose>
          <xsl:when test="$type = 'tcp'">
            <xsl:variable name="place" select="substring-after($file, '://')"/>
            <xsl:variable name="client" select="translate(n:entry[@id = 'network.endpoint']/@value, 'CLIENT', 'client')
                = 'client'"/>
            <source mode="{substring('connectbind', 1 + 7 * not($client), 7)}" host="{substring-before($place, ':')}"
                service="{substring-after($place, ':')}"/>
            <xsl:if test="starts-with($file, 'telnet')">
              <protocol type="telnet"/>
            </xsl:if>
          </xsl:when>
          <xsl:otherwise>
            <source>
              <xsl:attribute name="path">
                <xsl:call-template name="xfm:path">
                  <xsl:with-param name="path" select="$file"/>
                </xsl:call-template>
              </xsl:attribute>
            </source>
          </xsl:otherwise>
        </xsl:choose>
        <target port="{@index}"/>
      </xsl:element>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:group" mode="xfm:port">
    <xsl:variable name="type" select="translate(n:entry[@id = 'filetype']/@value, 'DEVICFLPNTWORK', 'devicflpntwork')"/>
    <xsl:variable name="file" select="n:entry[@id = 'filename']/@value"/>
    <xsl:choose>
      <xsl:when test="$type = 'network'">
        <xsl:if test="@kind = 'serial' and contains(substring-after($file, '://'), ':')
            and (starts-with($file, 'tcp://') or starts-with($file, 'telnet://'))">tcp</xsl:if>
      </xsl:when>
      <xsl:when test="$file = ''"/>
      <xsl:when test="$type = 'device'">dev</xsl:when>
      <xsl:when test="$type = 'file'">file</xsl:when>
      <xsl:when test="$type = 'pipe' and @kind = 'serial'">pipe</xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- A machine always has its SVGA adapter; its memory is said in bytes. -->
  <xsl:template name="xfm:display">
    <xsl:variable name="port" select="number(key('n:entry', 'remotedisplay.vnc.port')/@value)"/>
    <xsl:if test="translate(key('n:entry', 'remotedisplay.vnc.enabled')/@value, 'TRUE', 'true') = 'true'">
      <graphics type="vnc">
        <xsl:attribute name="port">
          <xsl:value-of select="concat(substring($port, 1, 9 * ($port &gt; 0)), substring('5900', 1, 4 * not($port &gt;
              0)))"/>
        </xsl:attribute>
        <xsl:for-each select="key('n:entry', 'remotedisplay.vnc.keymap')">
          <xsl:attribute name="keymap">
            <xsl:value-of select="@value"/>
          </xsl:attribute>
        </xsl:for-each>
        <xsl:for-each select="key('n:entry', 'remotedisplay.vnc.password')[@value != '']">
          <xsl:attribute name="passwd">
            <xsl:value-of select="@value"/>
          </xsl:attribute>
        </xsl:for-each>
        <xsl:for-each select="key('n:entry', 'remotedisplay.vnc.ip')[@value != '']">
          <listen type="address" address="{@value}"/>
        </xsl:for-each>
      </graphics>
    </xsl:if>
    <video>
      <model type="vmvga">
        <xsl:for-each select="key('n:entry', 'svga.vramsize')[number(@value) &gt;= 1024]">
          <xsl:attribute name="vram">
            <xsl:value-of select="floor(@value div 1024)"/>
          </xsl:attribute>
        </xsl:for-each>
      </model>
    </video>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'svga.vramsize'][number(@value) &gt;= 1024]"/>
  <xsl:template mode="xfm:kept" match="n:entry[starts-with(@id, 'remotedisplay.vnc.')]">
    <xsl:if test="not(contains(' enabled port keymap password ip ', concat(' ', substring(@id, 19), ' '))) or (@id !=
        'remotedisplay.vnc.enabled'
        and not(translate(key('n:entry', 'remotedisplay.vnc.enabled')/@value, 'TRUE', 'true') = 'true'))">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:group[@kind = 'ethernet']/n:entry[@id = 'connectiontype'
      or @id = 'networkname' or @id = 'virtualdev' or @id = 'addresstype' or @id = 'address'
      or @id = 'generatedaddress' or (@id = 'vnet' and ../n:entry[@id = 'connectiontype'])
      or (@id = 'features' and ../n:entry[@id = 'virtualdev'])
      or (@id = 'generatedaddressoffset' and @value = '0')]"/>
  <xsl:template mode="xfm:kept" match="n:group[@kind = 'sharedfolder'][starts-with(n:entry[@id = 'hostpath']/@value,
      '/')]
      /n:entry[@id = 'hostpath' or @id = 'guestname' or @id = 'writeaccess' or @id = 'readaccess' or @id = 'enabled'
      or (@id = 'expiration' and @value = 'never')]"/>
  <xsl:template mode="xfm:kept" match="n:group[@kind = 'serial' or @kind = 'parallel']/n:entry[@id = 'filetype'
      or @id = 'filename' or @id = 'network.endpoint']">
    <xsl:variable name="type">
      <xsl:apply-templates select=".." mode="xfm:port"/>
    </xsl:variable>
    <xsl:if test="$type = ''">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
