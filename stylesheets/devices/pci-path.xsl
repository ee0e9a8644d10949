<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/numbers.xsl"/>
  <!--
    PCI addresses: as lspci writes them, and as Windows does, by the way from the root bus down to the device.

    Sources: libvirt formatdomain.html, device addresses (a bus is the index of a controller of type pci); Microsoft's
    documentation of DEVPKEY_Device_LocationPaths: PCIROOT(0)#PCI(0200)#PCI(0000), a PCI(SSFF) for each bridge and the
    device, slot and function in hexadecimal.
  -->
  <xsl:key name="xfm:bus" match="domain/devices/controller[@type = 'pci']" use="@index"/>

  <xsl:template name="xfm:pci-address">
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@domain"/>
      <xsl:with-param name="digits" select="4"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@bus"/>
    </xsl:call-template>
    <xsl:text>:</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@slot"/>
    </xsl:call-template>
    <xsl:text>.</xsl:text>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@function"/>
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
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="@bus"/>
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
    <xsl:variable name="slot">
      <xsl:call-template name="xfm:hexadecimal">
        <xsl:with-param name="text" select="@slot"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:value-of select="translate($slot, 'abcdef', 'ABCDEF')"/>
    <xsl:call-template name="xfm:hexadecimal">
      <xsl:with-param name="text" select="@function"/>
    </xsl:call-template>
    <xsl:text>)</xsl:text>
  </xsl:template>
</xsl:stylesheet>
