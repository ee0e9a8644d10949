<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:os:1">
  <!--
    From osinfo-db's entries to what stylesheets read by document('xfm:os').

    Takes <chain> with the os elements of one operating system and of all that it derives from or clones, the weightier
    first; each has at its end what additions to it say. Gives

      <os id= short-id= name= family= distro= version= vendor=>
        <device id=/>                                   what it has drivers for
        <firmware arch= type= supported="yes|no"/>
        <resources arch=><minimum ram= n-cpus= cpu= storage=/><recommended …/><maximum …/></resources>
      </os>

    with ram in KiB and storage in bytes. Devices and firmware are inherited: the first entry that speaks of one decides,
    by what it says last, so supported="false" takes an inherited one away. Resources are inherited only where they say
    inherit="true", for that architecture, and each amount by itself.

    Source: libosinfo osinfo_os.c; osinfo-db schema osinfo.rng.
  -->
  <xsl:key name="device" match="/chain/os/devices/device" use="@id"/>
  <xsl:key name="own-device" match="/chain/os/devices/device" use="concat(generate-id(../..), ' ', @id)"/>
  <xsl:key name="firmware" match="/chain/os/firmware" use="concat(@arch, ' ', @type)"/>
  <xsl:key name="own-firmware" match="/chain/os/firmware" use="concat(generate-id(..), ' ', @arch, ' ', @type)"/>

  <xsl:template match="/chain">
    <os id="{os[1]/@id}">
      <xsl:apply-templates select="os[1]/short-id[1] | os[1]/name[not(@xml:lang)][1] | os[1]/family | os[1]/distro |
          os[1]/version | os[1]/vendor[not(@xml:lang)][1]" mode="attribute"/>
      <xsl:for-each select="os/devices/device[generate-id() = generate-id(key('device', @id)[1])]">
        <xsl:if test="not(key('own-device', concat(generate-id(../..), ' ', @id))[last()]/@supported = 'false')">
          <device id="{@id}"/>
        </xsl:if>
      </xsl:for-each>
      <xsl:for-each select="os/firmware[generate-id() = generate-id(key('firmware', concat(@arch, ' ', @type))[1])]">
        <firmware arch="{@arch}" type="{@type}" supported="yes">
          <xsl:if test="key('own-firmware', concat(generate-id(..), ' ', @arch, ' ', @type))[last()]/@supported = 'false'">
            <xsl:attribute name="supported">no</xsl:attribute>
          </xsl:if>
        </firmware>
      </xsl:for-each>
      <xsl:apply-templates select="os[1]/resources"/>
    </os>
  </xsl:template>

  <xsl:template match="*" mode="attribute">
    <xsl:attribute name="{name()}">
      <xsl:value-of select="normalize-space()"/>
    </xsl:attribute>
  </xsl:template>

  <xsl:template match="resources">
    <resources arch="{@arch}">
      <xsl:call-template name="amounts">
        <xsl:with-param name="kind" select="'minimum'"/>
      </xsl:call-template>
      <xsl:call-template name="amounts">
        <xsl:with-param name="kind" select="'recommended'"/>
      </xsl:call-template>
      <xsl:call-template name="amounts">
        <xsl:with-param name="kind" select="'maximum'"/>
      </xsl:call-template>
    </resources>
  </xsl:template>

  <!-- Of one kind, each amount as the weightiest entry has it that has one. -->
  <xsl:template name="amounts">
    <xsl:param name="kind"/>
    <xsl:variable name="found" select="*[name() = $kind] | self::*[@inherit = 'true']/../following-sibling::os
        /resources[@arch = current()/@arch]/*[name() = $kind]"/>
    <xsl:if test="$found">
      <xsl:element name="{$kind}">
        <xsl:for-each select="($found/cpu)[1] | ($found/n-cpus)[1] | ($found/storage)[1]">
          <xsl:attribute name="{name()}">
            <xsl:value-of select="normalize-space()"/>
          </xsl:attribute>
        </xsl:for-each>
        <xsl:for-each select="($found/ram)[1]">
          <xsl:attribute name="ram">
            <xsl:value-of select="format-number(floor(. div 1024), '0')"/>
          </xsl:attribute>
        </xsl:for-each>
      </xsl:element>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
