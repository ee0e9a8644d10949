<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc exsl xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <doc:stylesheet id="drive-addresses" stage="topology" abi="guest">
    <doc:title>Controller, bus and unit for disks on SATA, SCSI, IDE and floppy controllers</doc:title>
    <doc:summary>
      Takes a domain of a known machine family; gives it with a drive address on each SATA, SCSI, IDE and floppy
      disk that has none: the one that libvirt derives from the name of its target, or the next free one if that is
      taken. Like there, a SCSI controller has 7 units; if the first one is of a virtio model or ibmvscsi, 15. SCSI
      host devices get the highest free unit of the first controller that has one, so that they stay clear of the
      disks.
    </doc:summary>
    <doc:writes>domain/devices/disk/address</doc:writes>
    <doc:writes>domain/devices/hostdev/address</doc:writes>
    <doc:source>libvirt 9.0.0 src/conf/domain_conf.c, virDomainDiskDefAssignAddress: units a controller by bus; of SCSI 7, as the QEMU driver does not ask for a wide bus</doc:source>
    <doc:source>libvirt 9.0.0 src/qemu/qemu_command.c: of lsilogic, ncr53c90, am53c974 and dc390 the unit is the SCSI id, else the LUN; QEMU hw/scsi/lsi53c895a.c: ids end at 7</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:letters" select="'abcdefghijklmnopqrstuvwxyz'"/>
  <!-- libxslt bounds recursion, and no guest has so many devices: a document of 1000 or more is left alone. -->
  <xsl:variable name="xfm:devices" select="/domain[$xfm:family != '']/devices[count(*) &lt; 1000]"/>

  <!--
    The SCSI controllers are wide if the first one is: by its model, or because of what libvirt takes where none is
    given.
  -->
  <xsl:variable name="xfm:wide-models" select="' virtio-scsi virtio-transitional virtio-non-transitional ibmvscsi '"/>
  <xsl:variable name="xfm:wide-default" select="$xfm:family = 'pseries' or $xfm:family = 's390-ccw-virtio'"/>
  <xsl:variable name="xfm:controllers" select="$xfm:devices/controller[@type = 'scsi']"/>
  <xsl:variable name="xfm:first" select="($xfm:controllers[@index = 0] | $xfm:controllers[not(@index)])[1]"/>
  <xsl:variable name="xfm:wide" select="contains($xfm:wide-models, concat(' ', $xfm:first/@model, ' '))
      or ($xfm:wide-default and not($xfm:first/@model))"/>

  <!-- " BUS:CONTROLLER.BUS.TARGET.UNIT " of each drive address that is there. -->
  <xsl:variable name="xfm:held">
    <xsl:text> </xsl:text>
    <xsl:for-each select="$xfm:devices/*[self::disk or self::hostdev[@type = 'scsi']]/address[@type = 'drive']">
      <xsl:variable name="bus">
        <xsl:apply-templates select=".." mode="xfm:bus"/>
      </xsl:variable>
      <xsl:value-of select="concat($bus, ':', number(concat('0', @controller)), '.', number(concat('0', @bus)), '.',
          number(concat('0', @target)), '.', number(concat('0', @unit)), ' ')"/>
    </xsl:for-each>
    <!-- what a wide controller has and a narrow one beside it has not -->
    <xsl:for-each select="$xfm:controllers[$xfm:wide][not(@model) or not(contains($xfm:wide-models, concat(' ', @model,
        ' ')))][@model or not($xfm:wide-default)]">
      <xsl:variable name="unit" select="concat('scsi:', @index, '.0.0.')"/>
      <xsl:value-of select="concat($unit, '8 ', $unit, '9 ', $unit, '10 ', $unit, '11 ', $unit, '12 ', $unit, '13 ',
          $unit, '14 ', $unit, '15 ')"/>
    </xsl:for-each>
  </xsl:variable>

  <!--
    Disks without an address: the number that the target names (sda is 0, sdz 25, sdaa 26) and the place that it
    means.
  -->
  <xsl:variable name="xfm:wishes">
    <xsl:for-each select="$xfm:devices/disk[not(address)]">
      <xsl:variable name="bus">
        <xsl:apply-templates select="." mode="xfm:bus"/>
      </xsl:variable>
      <xsl:variable name="number">
        <xsl:call-template name="xfm:target-number"/>
      </xsl:variable>
      <xsl:if test="$bus != '' and $number != ''">
        <disk id="{generate-id()}" bus="{$bus}" number="{$number}">
          <xsl:attribute name="place">
            <xsl:call-template name="xfm:place">
              <xsl:with-param name="bus" select="$bus"/>
              <xsl:with-param name="number" select="$number"/>
            </xsl:call-template>
          </xsl:attribute>
        </disk>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:key name="xfm:wish" match="disk" use="@place"/>

  <xsl:variable name="xfm:granted">
    <xsl:for-each select="exsl:node-set($xfm:wishes)/disk[not(contains($xfm:held, concat(' ', @place, ' ')))]">
      <xsl:if test="generate-id() = generate-id(key('xfm:wish', @place)[1])">
        <xsl:copy-of select="."/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>
  <xsl:variable name="xfm:held-by-name">
    <xsl:value-of select="$xfm:held"/>
    <xsl:for-each select="exsl:node-set($xfm:granted)/disk">
      <xsl:value-of select="concat(@place, ' ')"/>
    </xsl:for-each>
  </xsl:variable>

  <!-- Those whose place is taken go to the next free one. -->
  <xsl:variable name="xfm:moved">
    <xsl:variable name="ids">
      <xsl:text> </xsl:text>
      <xsl:for-each select="exsl:node-set($xfm:granted)/disk">
        <xsl:value-of select="concat(@id, ' ')"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="rest">
      <xsl:copy-of select="exsl:node-set($xfm:wishes)/disk[not(contains($ids, concat(' ', @id, ' ')))]"/>
    </xsl:variable>
    <xsl:apply-templates select="exsl:node-set($rest)/disk[1]" mode="xfm:walk">
      <xsl:with-param name="held" select="$xfm:held-by-name"/>
    </xsl:apply-templates>
  </xsl:variable>

  <xsl:variable name="xfm:hostdevs">
    <xsl:apply-templates select="$xfm:devices/hostdev[@type = 'scsi'][not(address)][1]" mode="xfm:walk">
      <xsl:with-param name="held">
        <xsl:value-of select="$xfm:held-by-name"/>
        <xsl:for-each select="exsl:node-set($xfm:moved)/disk">
          <xsl:value-of select="concat(@place, ' ')"/>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:apply-templates>
  </xsl:variable>

  <xsl:variable name="xfm:places">
    <xsl:copy-of select="$xfm:granted"/>
    <xsl:copy-of select="$xfm:moved"/>
    <xsl:copy-of select="$xfm:hostdevs"/>
  </xsl:variable>
  <xsl:key name="xfm:given" match="disk | hostdev" use="@id"/>

  <xsl:template match="/">
    <xsl:choose>
      <xsl:when test="exsl:node-set($xfm:places)/*">
        <xsl:apply-templates/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:copy-of select="node()"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="domain/devices/disk[not(address)] | domain/devices/hostdev[@type = 'scsi'][not(address)]">
    <xsl:variable name="id" select="generate-id()"/>
    <xsl:copy>
      <xsl:copy-of select="@* | node()"/>
      <xsl:for-each select="exsl:node-set($xfm:places)">
        <xsl:for-each select="key('xfm:given', $id)">
          <xsl:variable name="place" select="substring-after(@place, ':')"/>
          <xsl:variable name="rest" select="substring-after($place, '.')"/>
          <address type="drive" controller="{substring-before($place, '.')}" bus="{substring-before($rest, '.')}"
              target="0" unit="{substring-after(substring-after($rest, '.'), '.')}"/>
        </xsl:for-each>
      </xsl:for-each>
    </xsl:copy>
  </xsl:template>

  <!-- The bus on which a disk is, if it is one with drive addresses. -->
  <xsl:template match="disk" mode="xfm:bus">
    <xsl:variable name="prefix" select="substring(target/@dev, 1, 2)"/>
    <xsl:choose>
      <xsl:when test="target/@bus = 'sata' or target/@bus = 'scsi' or target/@bus = 'ide' or target/@bus = 'fdc'">
        <xsl:value-of select="target/@bus"/>
      </xsl:when>
      <xsl:when test="target/@bus"/>
      <xsl:when test="@device = 'floppy' or $prefix = 'fd'">fdc</xsl:when>
      <xsl:when test="$prefix = 'sd'">scsi</xsl:when>
      <xsl:when test="$prefix = 'hd'">ide</xsl:when>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="hostdev" mode="xfm:bus">scsi</xsl:template>

  <!-- The number that the target names; nothing for a name that libvirt does not know. -->
  <xsl:template name="xfm:target-number">
    <xsl:variable name="name" select="translate(target/@dev, '0123456789', '')"/>
    <xsl:choose>
      <xsl:when test="contains(' fd hd vd sd ', concat(' ', substring($name, 1, 2), ' '))">
        <xsl:call-template name="xfm:letters-number">
          <xsl:with-param name="letters" select="substring($name, 3)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="starts-with($name, 'xvd') or starts-with($name, 'ubd')">
        <xsl:call-template name="xfm:letters-number">
          <xsl:with-param name="letters" select="substring($name, 4)"/>
        </xsl:call-template>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:letters-number">
    <xsl:param name="letters"/>
    <xsl:param name="sum" select="-1"/>
    <xsl:choose>
      <xsl:when test="translate($letters, $xfm:letters, '') != '' or string-length($letters) &gt; 5"/>
      <xsl:when test="$letters != ''">
        <xsl:call-template name="xfm:letters-number">
          <xsl:with-param name="letters" select="substring($letters, 2)"/>
          <xsl:with-param name="sum"
              select="($sum + 1) * 26 + string-length(substring-before($xfm:letters, substring($letters, 1, 1)))"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$sum &gt;= 0">
        <xsl:value-of select="$sum"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- BUS:CONTROLLER.BUS.TARGET.UNIT of a number. Unit 7 of a SCSI bus is the controller: units end at 6, or go on. -->
  <xsl:template name="xfm:place">
    <xsl:param name="bus"/>
    <xsl:param name="number"/>
    <xsl:choose>
      <xsl:when test="$bus = 'scsi' and not($xfm:wide)">
        <xsl:value-of select="concat('scsi:', floor($number div 7), '.0.0.', $number mod 7)"/>
      </xsl:when>
      <xsl:when test="$bus = 'scsi'">
        <xsl:value-of select="concat('scsi:', floor($number div 15), '.0.0.',
            $number mod 15 + ($number mod 15 &gt;= 7))"/>
      </xsl:when>
      <xsl:when test="$bus = 'sata'">
        <xsl:value-of select="concat('sata:', floor($number div 6), '.0.0.', $number mod 6)"/>
      </xsl:when>
      <xsl:when test="$bus = 'ide'">
        <xsl:value-of select="concat('ide:', floor($number div 4), '.', floor($number mod 4 div 2), '.0.',
            $number mod 2)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="concat($bus, ':', floor($number div 2), '.0.0.', $number mod 2)"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="disk" mode="xfm:walk">
    <xsl:param name="held"/>
    <xsl:variable name="place">
      <xsl:call-template name="xfm:next-place">
        <xsl:with-param name="number" select="@number + 1"/>
        <xsl:with-param name="held" select="$held"/>
      </xsl:call-template>
    </xsl:variable>
    <disk id="{@id}" place="{$place}"/>
    <xsl:apply-templates select="following-sibling::disk[1]" mode="xfm:walk">
      <xsl:with-param name="held" select="concat($held, $place, ' ')"/>
    </xsl:apply-templates>
  </xsl:template>

  <xsl:template name="xfm:next-place">
    <xsl:param name="number"/>
    <xsl:param name="held"/>
    <xsl:variable name="place">
      <xsl:call-template name="xfm:place">
        <xsl:with-param name="bus" select="@bus"/>
        <xsl:with-param name="number" select="$number"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="contains($held, concat(' ', $place, ' '))">
        <xsl:call-template name="xfm:next-place">
          <xsl:with-param name="number" select="$number + 1"/>
          <xsl:with-param name="held" select="$held"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$place"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- A device starts at the controller where the one before it found its unit: those before are full. -->
  <xsl:template match="hostdev" mode="xfm:walk">
    <xsl:param name="held"/>
    <xsl:param name="controller" select="0"/>
    <xsl:variable name="place">
      <xsl:call-template name="xfm:last-unit">
        <xsl:with-param name="held" select="$held"/>
        <xsl:with-param name="controller" select="$controller"/>
      </xsl:call-template>
    </xsl:variable>
    <hostdev id="{generate-id()}" place="{$place}"/>
    <xsl:apply-templates select="following-sibling::hostdev[@type = 'scsi'][not(address)][1]" mode="xfm:walk">
      <xsl:with-param name="held" select="concat($held, $place, ' ')"/>
      <xsl:with-param name="controller" select="number(substring-before(substring-after($place, ':'), '.'))"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- The highest free unit of the first controller that has one; units end at 15, or at 6. -->
  <xsl:template name="xfm:last-unit">
    <xsl:param name="held"/>
    <xsl:param name="controller" select="0"/>
    <xsl:param name="unit" select="6 + 9 * $xfm:wide"/>
    <xsl:variable name="place" select="concat('scsi:', $controller, '.0.0.', $unit)"/>
    <xsl:choose>
      <xsl:when test="$unit &lt; 0">
        <xsl:call-template name="xfm:last-unit">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="controller" select="$controller + 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$unit = 7 or contains($held, concat(' ', $place, ' '))">
        <xsl:call-template name="xfm:last-unit">
          <xsl:with-param name="held" select="$held"/>
          <xsl:with-param name="controller" select="$controller"/>
          <xsl:with-param name="unit" select="$unit - 1"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="$place"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

</xsl:stylesheet>
