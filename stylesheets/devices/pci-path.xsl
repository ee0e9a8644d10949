<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    PCI addresses: as lspci writes them, and as Windows does, by the way from the root bus down to the device.

    Sources: libvirt formatdomain.html, device addresses (a bus is the index of a controller of type pci); Microsoft's
    documentation of DEVPKEY_Device_LocationPaths: PCIROOT(0)#PCI(0200)#PCI(0000), a PCI(SSFF) for each bridge and the
    device, slot and function in hexadecimal.
  -->
  <xsl:key name="xfm:bus" match="domain/devices/controller[@type = 'pci']" use="@index"/>

  <xsl:template name="xfm:pci-address">
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@domain"/>
      <xsl:with-param name="digits" select="4"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@bus"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@slot"/>
    </xsl:call-template>
    <xsl:text>.</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@function"/>
      <xsl:with-param name="digits" select="1"/>
    </xsl:call-template>
  </xsl:template>

  <!-- The location path of the device at an address; nothing where the document leaves a bridge or its place open. -->
  <xsl:template match="address" mode="xfm:location">
    <xsl:variable name="path">
      <xsl:apply-templates select="." mode="xfm:path"/>
    </xsl:variable>
    <xsl:if test="starts-with($path, 'PCIROOT(0)')">
      <windows>
        <xsl:value-of select="$path"/>
      </windows>
    </xsl:if>
  </xsl:template>

  <xsl:template match="address" mode="xfm:path">
    <xsl:param name="deep" select="0"/>
    <xsl:variable name="bus">
      <xsl:call-template name="xfm:decimal">
        <xsl:with-param name="number" select="@bus"/>
      </xsl:call-template>
    </xsl:variable>
    <!-- deeper than any bus that libvirt takes: bridges behind each other in a circle -->
    <xsl:if test="$deep &lt; 32">
      <xsl:choose>
        <xsl:when test="$bus = 0">PCIROOT(0)</xsl:when>
        <!-- behind an expander bus is a root of its own, whose number the firmware gives -->
        <xsl:otherwise>
          <xsl:apply-templates mode="xfm:path"
              select="key('xfm:bus', $bus)[1][not(contains(@model, 'expander'))]/address[@type = 'pci']">
            <xsl:with-param name="deep" select="$deep + 1"/>
          </xsl:apply-templates>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:if>
    <xsl:text>#PCI(</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@slot"/>
      <xsl:with-param name="upper" select="true()"/>
    </xsl:call-template>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="number" select="@function"/>
    </xsl:call-template>
    <xsl:text>)</xsl:text>
  </xsl:template>

  <!-- A number of one byte, which the document may have as 0x1f or as 31, in hexadecimal. -->
  <xsl:template name="xfm:hexadecimal">
    <xsl:param name="number"/>
    <xsl:param name="digits" select="2"/>
    <xsl:param name="upper" select="false()"/>
    <xsl:variable name="hex" select="'0123456789abcdef'"/>
    <xsl:variable name="text">
      <xsl:text>000</xsl:text>
      <xsl:choose>
        <xsl:when test="starts-with($number, '0x')">
          <xsl:value-of select="translate(substring-after($number, '0x'), 'ABCDEF', 'abcdef')"/>
        </xsl:when>
        <xsl:when test="number($number) &gt;= 0">
          <xsl:value-of select="concat(substring($hex, 1 + floor($number div 16) mod 16, 1),
              substring($hex, 1 + $number mod 16, 1))"/>
        </xsl:when>
        <xsl:otherwise>0</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="cut" select="substring($text, string-length($text) - $digits + 1)"/>
    <xsl:value-of select="translate($cut, substring('abcdef', 1, 6 * $upper), 'ABCDEF')"/>
  </xsl:template>

  <!-- The same number in decimal, as a controller has its index. -->
  <xsl:template name="xfm:decimal">
    <xsl:param name="number"/>
    <xsl:variable name="byte">
      <xsl:call-template name="xfm:hexadecimal">
        <xsl:with-param name="number" select="$number"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:value-of select="16 * string-length(substring-before('0123456789abcdef', substring($byte, 1, 1)))
        + string-length(substring-before('0123456789abcdef', substring($byte, 2, 1)))"/>
  </xsl:template>
</xsl:stylesheet>
