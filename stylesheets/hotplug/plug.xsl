<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <xsl:import href="../lib/identity.xsl"/>
  <xsl:import href="../lib/numbers.xsl"/>
  <!--
    What has to be plugged in, from a domain that has been through the chain with a new device.

      <plug>
        <controller …/>    those that the device sits on, and document('xfm:before') has not, in the order in which they
                           must come
        <disk …/>          the device itself, without the processing instruction xfm-new that it is known by
      </plug>

    Source: libvirt formatdomain.html, device addresses: which controller each kind of address names.
  -->
  <xsl:variable name="before" select="document('xfm:before')/domain/devices/controller"/>

  <xsl:template match="/">
    <plug>
      <xsl:for-each select="/domain/devices/*[processing-instruction('xfm-new')]">
        <xsl:apply-templates select="address" mode="controller"/>
        <xsl:apply-templates select="."/>
      </xsl:for-each>
    </plug>
  </xsl:template>

  <xsl:template match="processing-instruction('xfm-new')"/>

  <xsl:template match="address" mode="controller"/>

  <xsl:template match="address[@type = 'pci']" mode="controller">
    <xsl:variable name="bus">
      <xsl:call-template name="xfm:number">
        <xsl:with-param name="text" select="@bus"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:call-template name="controller">
      <xsl:with-param name="type" select="'pci'"/>
      <xsl:with-param name="index" select="number($bus)"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="disk/address[@type = 'drive'] | hostdev/address[@type = 'drive']" mode="controller">
    <xsl:call-template name="controller">
      <xsl:with-param name="type" select="concat(../target/@bus, substring('scsi', 1, 4 * boolean(parent::hostdev)))"/>
      <xsl:with-param name="index" select="number(@controller)"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'virtio-serial']" mode="controller">
    <xsl:call-template name="controller">
      <xsl:with-param name="type" select="'virtio-serial'"/>
      <xsl:with-param name="index" select="number(@controller)"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="address[@type = 'usb']" mode="controller">
    <xsl:call-template name="controller">
      <xsl:with-param name="type" select="'usb'"/>
      <xsl:with-param name="index" select="number(@bus)"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="controller">
    <xsl:param name="type"/>
    <xsl:param name="index"/>
    <xsl:if test="not($before[@type = $type][number(@index) = $index])">
      <xsl:for-each select="/domain/devices/controller[@type = $type][number(@index) = $index]">
        <xsl:apply-templates select="address" mode="controller"/>
        <xsl:copy-of select="."/>
      </xsl:for-each>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
