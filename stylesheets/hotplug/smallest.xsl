<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <!--
    The least that libvirt needs to know which device is meant, for `virsh detach-device`: of a domain whose device has
    the processing instruction xfm-new, that device with what libvirt compares, and nothing else.

    A disk is found by its target, an interface by its MAC (and by its address where another has that MAC, too), a
    controller by type and index, a file system by its target, a host device by its source, a port by source and
    target; memory by what it says of itself, and its alias; all others by their address as well.

    Sources: libvirt src/conf/domain_conf.c, virDomainDiskIndexByName, virDomainNetFindIdx, virDomainControllerFind,
    virDomainFSIndexByName, virDomainHostdevFind, virDomainChrEquals and their like; src/qemu/qemu_hotplug.c,
    qemuDomainDetachPrep*.
  -->
  <xsl:template match="/">
    <xsl:apply-templates select="/domain/devices/*[processing-instruction('xfm-new')]"/>
  </xsl:template>

  <xsl:template match="disk">
    <disk>
      <target dev="{target/@dev}"/>
    </disk>
  </xsl:template>

  <xsl:template match="interface">
    <interface type="{@type}">
      <xsl:copy-of select="source[../@type = 'hostdev'] | mac"/>
      <xsl:if test="count(../interface[mac/@address = current()/mac/@address]) &gt; 1">
        <xsl:copy-of select="address"/>
      </xsl:if>
    </interface>
  </xsl:template>

  <xsl:template match="controller">
    <controller type="{@type}" index="{@index}"/>
  </xsl:template>

  <xsl:template match="filesystem">
    <filesystem type="{@type}">
      <xsl:copy-of select="driver[@type = 'virtiofs'] | source | target"/>
    </filesystem>
  </xsl:template>

  <xsl:template match="hostdev">
    <hostdev>
      <xsl:copy-of select="@mode | @type | @managed | @model | source"/>
    </hostdev>
  </xsl:template>

  <xsl:template match="channel | serial | parallel | console">
    <xsl:element name="{name()}">
      <xsl:copy-of select="@type | source | target[not(parent::serial)]"/>
      <xsl:if test="self::serial">
        <target type="{target/@type}" port="{target/@port}"/>
      </xsl:if>
    </xsl:element>
  </xsl:template>

  <!-- Where it is in the guest's memory is known of a guest that runs alone. -->
  <xsl:template match="memory">
    <memory>
      <xsl:copy-of select="@* | *[not(self::address)]"/>
    </memory>
  </xsl:template>

  <xsl:template match="*">
    <xsl:copy>
      <xsl:copy-of select="@* | *"/>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
