<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:os:1">
  <!--
    From osinfo-db's entries to what stylesheets read by document('xfm:os').

    Takes <chain> with the os elements of one operating system, its additions, and all that it derives from or clones,
    the nearest first. Gives

      <os id= short-id= name= family= distro= version= vendor=>
        <device id=/>                                   what it has drivers for
        <firmware arch= type= supported="yes|no"/>
        <resources arch=><minimum ram= n-cpus= cpu= storage=/><recommended …/><maximum …/></resources>
      </os>

    with ram in KiB and storage in bytes. Devices and firmware are inherited, and the nearest entry that speaks of one
    decides, so supported="false" takes an inherited one away; resources are inherited only where they say
    inherit="true". Source: libosinfo osinfo_os.c; osinfo-db schema osinfo.rng.
  -->
  <xsl:key name="device" match="/chain/os/devices/device" use="@id"/>
  <xsl:key name="firmware" match="/chain/os/firmware" use="concat(@arch, ' ', @type)"/>

  <xsl:template match="/chain">
    <os id="{os[1]/@id}">
      <xsl:apply-templates select="os[1]/short-id[1] | os[1]/name[not(@xml:lang)][1] | os[1]/family | os[1]/distro |
          os[1]/version | os[1]/vendor[not(@xml:lang)][1]" mode="attribute"/>
      <xsl:for-each select="os/devices/device[generate-id() = generate-id(key('device', @id)[1])]">
        <xsl:if test="not(@supported = 'false')">
          <device id="{@id}"/>
        </xsl:if>
      </xsl:for-each>
      <xsl:for-each select="os/firmware[generate-id() = generate-id(key('firmware', concat(@arch, ' ', @type))[1])]">
        <firmware arch="{@arch}" type="{@type}" supported="yes">
          <xsl:if test="@supported = 'false'">
            <xsl:attribute name="supported">no</xsl:attribute>
          </xsl:if>
        </firmware>
      </xsl:for-each>
      <xsl:apply-templates select="os[@id = /chain/os[1]/@id]/resources"/>
      <xsl:if test="os[1]/resources/@inherit = 'true'">
        <xsl:apply-templates select="os[@id != /chain/os[1]/@id]/resources"/>
      </xsl:if>
    </os>
  </xsl:template>

  <xsl:template match="*" mode="attribute">
    <xsl:attribute name="{name()}">
      <xsl:value-of select="normalize-space()"/>
    </xsl:attribute>
  </xsl:template>

  <xsl:template match="resources">
    <resources arch="{@arch}">
      <xsl:for-each select="minimum | recommended | maximum">
        <xsl:element name="{name()}">
          <xsl:for-each select="cpu | n-cpus | storage">
            <xsl:attribute name="{name()}">
              <xsl:value-of select="normalize-space()"/>
            </xsl:attribute>
          </xsl:for-each>
          <xsl:for-each select="ram">
            <xsl:attribute name="ram">
              <xsl:value-of select="format-number(floor(. div 1024), '0')"/>
            </xsl:attribute>
          </xsl:for-each>
        </xsl:element>
      </xsl:for-each>
    </resources>
  </xsl:template>
</xsl:stylesheet>
