<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <!--
    Graphics and video of xl.cfg(5): vnc, sdl, spice and vga of HVM guests, vfb of PV guests. Imported by
    xen-devices.xsl.

    Sources: xl.cfg(5), "Emulated VGA Graphics Device" and "Paravirtual framebuffer": vnc is on by default, and looks
    for a free port unless vncunused says no; libvirt src/libxl/xen_common.c, xenParseVfb, and xen_xl.c,
    xenParseXLSpice.
  -->
  <xsl:import href="native.xsl"/>

  <!-- Whether a guest that speaks of no display has VNC. -->
  <xsl:variable name="xfm:vnc-default" select="true()"/>
  <xsl:variable name="xfm:vnc" select="number(key('n:entry', 'vnc')/@value) &gt; 0 or ($xfm:vnc-default and $xfm:hvm
      and not(key('n:entry', 'vnc') or number(key('n:entry', 'nographic')/@value) &gt; 0
          or number(key('n:entry', 'sdl')/@value) &gt; 0 or number(key('n:entry', 'spice')/@value) &gt; 0))"/>

  <xsl:template name="xfm:graphics">
    <xsl:choose>
      <xsl:when test="$xfm:vnc">
        <xsl:call-template name="xfm:vnc">
          <xsl:with-param name="settings" select="$config/n:entry"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="number(key('n:entry', 'sdl')/@value) &gt; 0 and $xfm:hvm">
        <xsl:call-template name="xfm:sdl">
          <xsl:with-param name="settings" select="$config/n:entry"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
    <xsl:if test="number(key('n:entry', 'spice')/@value) &gt; 0 and $xfm:hvm">
      <xsl:call-template name="xfm:spice"/>
    </xsl:if>
    <xsl:for-each select="key('n:entry', 'vfb')/n:item[not($xfm:hvm)]">
      <xsl:choose>
        <xsl:when test="n:field[@name = 'sdl']/@value = '1' or n:field[@name = 'type']/@value = 'sdl'">
          <xsl:call-template name="xfm:sdl">
            <xsl:with-param name="settings" select="n:field"/>
          </xsl:call-template>
        </xsl:when>
        <xsl:when test="not(n:field[@name = 'vnc']/@value = '0')">
          <xsl:call-template name="xfm:vnc">
            <xsl:with-param name="settings" select="n:field"/>
          </xsl:call-template>
        </xsl:when>
      </xsl:choose>
    </xsl:for-each>
  </xsl:template>

  <!-- settings: entries or fields; they have the same names. -->
  <xsl:template name="xfm:vnc">
    <xsl:param name="settings"/>
    <xsl:variable name="listen" select="string($settings[@id = 'vnclisten' or @name = 'vnclisten']/@value)"/>
    <xsl:variable name="unused" select="$settings[@id = 'vncunused' or @name = 'vncunused']/@value"/>
    <!-- ADDRESS:DISPLAYNUM, but not an IPv6 address -->
    <xsl:variable name="pair" select="contains($listen, ':') and not(contains(substring-after($listen, ':'), ':'))"/>
    <xsl:variable name="display" select="($settings[@id = 'vncdisplay' or @name = 'vncdisplay']/@value)"/>
    <xsl:variable name="number" select="concat(substring-after(substring($listen, 1, 99 * $pair), ':'),
        substring($display, 1, 99 * not($pair)))"/>
    <graphics type="vnc">
      <xsl:choose>
        <xsl:when test="number($number) &gt;= 0 and not(number($unused) &gt; 0)">
          <xsl:attribute name="port">
            <xsl:value-of select="5900 + $number"/>
          </xsl:attribute>
          <xsl:attribute name="autoport">no</xsl:attribute>
        </xsl:when>
        <xsl:otherwise>
          <xsl:attribute name="autoport">yes</xsl:attribute>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:call-template name="xfm:keymap">
        <xsl:with-param name="settings" select="$settings"/>
        <xsl:with-param name="secret" select="$settings[@id = 'vncpasswd' or @name = 'vncpasswd']/@value"/>
      </xsl:call-template>
      <xsl:if test="$listen != ''">
        <listen type="address" address="{concat(substring-before(substring($listen, 1, 99 * $pair), ':'),
            substring($listen, 1, 99 * not($pair)))}"/>
      </xsl:if>
    </graphics>
  </xsl:template>

  <!-- An empty password is none. -->
  <xsl:template name="xfm:keymap">
    <xsl:param name="settings"/>
    <xsl:param name="secret"/>
    <xsl:if test="$settings[@id = 'keymap' or @name = 'keymap'][@value != '']">
      <xsl:attribute name="keymap">
        <xsl:value-of select="$settings[@id = 'keymap' or @name = 'keymap']/@value"/>
      </xsl:attribute>
    </xsl:if>
    <xsl:if test="$secret != ''">
      <xsl:attribute name="passwd">
        <xsl:value-of select="$secret"/>
      </xsl:attribute>
    </xsl:if>
  </xsl:template>

  <xsl:template name="xfm:sdl">
    <xsl:param name="settings"/>
    <graphics type="sdl">
      <xsl:for-each select="$settings[@id = 'display' or @name = 'display'][@value != '']">
        <xsl:attribute name="display">
          <xsl:value-of select="@value"/>
        </xsl:attribute>
      </xsl:for-each>
      <xsl:for-each select="$settings[@id = 'xauthority' or @name = 'xauthority'][@value != '']">
        <xsl:attribute name="xauth">
          <xsl:value-of select="@value"/>
        </xsl:attribute>
      </xsl:for-each>
    </graphics>
  </xsl:template>

  <xsl:template name="xfm:spice">
    <xsl:variable name="port" select="number(key('n:entry', 'spiceport')/@value)"/>
    <xsl:variable name="tls" select="number(key('n:entry', 'spicetls_port')/@value)"/>
    <graphics type="spice">
      <xsl:if test="$port &gt; 0">
        <xsl:attribute name="port">
          <xsl:value-of select="$port"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:if test="$tls &gt; 0">
        <xsl:attribute name="tlsPort">
          <xsl:value-of select="$tls"/>
        </xsl:attribute>
      </xsl:if>
      <xsl:attribute name="autoport">
        <xsl:value-of select="substring('noyes', 1 + 2 * not($port &gt; 0 or $tls &gt; 0), 2 + not($port &gt; 0 or $tls
            &gt; 0))"/>
      </xsl:attribute>
      <xsl:call-template name="xfm:keymap">
        <xsl:with-param name="settings" select="$config/n:entry"/>
        <xsl:with-param name="secret" select="key('n:entry', 'spicepasswd')[not(
            number(key('n:entry', 'spicedisable_ticketing')/@value) &gt; 0)]/@value"/>
      </xsl:call-template>
      <xsl:if test="key('n:entry', 'spicehost')/@value != ''">
        <listen type="address" address="{key('n:entry', 'spicehost')/@value}"/>
      </xsl:if>
      <xsl:for-each select="key('n:entry', 'spice_clipboard_sharing')">
        <clipboard copypaste="{substring('yesno', 1 + 3 * not(number(@value) &gt; 0), 3)}"/>
      </xsl:for-each>
      <xsl:for-each select="key('n:entry', 'spiceagent_mouse')">
        <mouse mode="{substring('clientserver', 1 + 6 * not(number(@value) &gt; 0), 6)}"/>
      </xsl:for-each>
    </graphics>
  </xsl:template>

  <!-- videoram is in MiB; libvirt counts in KiB. -->
  <xsl:template name="xfm:video">
    <xsl:variable name="vga" select="key('n:entry', 'vga')/@value"/>
    <xsl:variable name="model" select="substring-before(substring-after(' stdvga=vga cirrus=cirrus qxl=qxl ',
        concat(' ', $vga, '=')), ' ')"/>
    <xsl:variable name="ram" select="number(key('n:entry', 'videoram')/@value)"/>
    <xsl:variable name="standard" select="number(key('n:entry', 'stdvga')/@value) &gt; 0"/>
    <xsl:if test="$xfm:hvm and ($model != '' or (not($vga) and (key('n:entry', 'stdvga') or $ram &gt; 0)))">
      <video>
        <model type="{concat($model, substring('vga', 1, 3 * ($model = '' and $standard)),
            substring('cirrus', 1, 6 * ($model = '' and not($standard))))}">
          <xsl:if test="$ram &gt; 0">
            <xsl:attribute name="vram">
              <xsl:value-of select="$ram * 1024"/>
            </xsl:attribute>
          </xsl:if>
          <xsl:attribute name="heads">1</xsl:attribute>
        </model>
      </video>
    </xsl:if>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vnc' or @id = 'sdl' or @id = 'spice' or @id = 'nographic']">
    <xsl:if test="not($xfm:hvm) and not(@id = 'vnc') and number(@value) != 0 or number(@value) != number(@value)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vnclisten' or @id = 'vncunused' or @id = 'vncdisplay'
      or @id = 'vncpasswd']">
    <xsl:if test="not($xfm:vnc)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'keymap']">
    <xsl:if test="not($xfm:vnc or $xfm:hvm and number(key('n:entry', 'spice')/@value) &gt; 0)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'display' or @id = 'xauthority']">
    <xsl:if test="$xfm:vnc or not($xfm:hvm and number(key('n:entry', 'sdl')/@value) &gt; 0)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'spicehost' or @id = 'spiceport' or @id = 'spicetls_port'
      or @id = 'spicepasswd' or @id = 'spicedisable_ticketing' or @id = 'spiceagent_mouse'
      or @id = 'spice_clipboard_sharing']">
    <xsl:if test="not($xfm:hvm and number(key('n:entry', 'spice')/@value) &gt; 0)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vfb']">
    <xsl:choose>
      <xsl:when test="$xfm:hvm">
        <xsl:call-template name="xfm:whole"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-imports/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vfb']/n:item[not(n:field)]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vfb']/n:item/n:field[@name = 'vnc' or @name = 'sdl'
      or @name = 'vnclisten' or @name = 'vncunused' or @name = 'vncdisplay' or @name = 'vncpasswd' or @name = 'keymap'
      or @name = 'display' or @name = 'xauthority' or (@name = 'type' and (@value = 'vnc' or @value = 'sdl'))]"/>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'videoram' or @id = 'stdvga']">
    <xsl:if test="not($xfm:hvm) or (key('n:entry', 'vga') and key('n:entry', 'vga')/@value = 'none')">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:entry[@id = 'vga'][@value = 'stdvga' or @value = 'cirrus'
      or @value = 'qxl']">
    <xsl:if test="not($xfm:hvm)">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
