<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:n="urn:xfm:native:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="n xfm">
  <!--
    The devices of a .vmx, each a group: scsi0:1, sata0:0, ide1:0, floppy0, ethernet0, serial0, parallel0,
    sharedFolder0. A group whose present is not true is no device, and what it says is passed over. Imported by
    vmware-vmx.xsl; networks and the like are in vmware-net.xsl.

    base    parameter: the directory of relative file names, with a slash at its end

    Sources: libvirt src/vmx/vmx.c: the mapping in its head, virVMXParseDisk, virVMXParseSCSIController and its
    neighbours. A drive's target is named after its place: sda is scsi0:0, sdp scsi1:0 (unit 7 is the controller);
    SATA drives, 30 to a controller, go on behind the SCSI drives.
  -->
  <xsl:import href="vmware-net.xsl"/>
  <xsl:param name="base"/>

  <xsl:variable name="xfm:scsi" select="$config/n:group[@kind = 'scsi' and @unit]
      [n:entry[@id = 'present'][translate(@value, 'TRUE', 'true') = 'true']]"/>
  <xsl:variable name="xfm:behind-scsi">
    <xsl:for-each select="$xfm:scsi">
      <xsl:sort select="@index * 15 + @unit" data-type="number" order="descending"/>
      <xsl:if test="position() = 1">
        <xsl:value-of select="@index * 15 + @unit + (@unit &lt; 7)"/>
      </xsl:if>
    </xsl:for-each>
  </xsl:variable>

  <xsl:template name="xfm:devices">
    <devices>
      <xsl:apply-templates select="$config/n:group[@kind = 'scsi' or @kind = 'ide' or @kind = 'sata'
          or @kind = 'floppy'][@unit or @kind = 'floppy']" mode="xfm:device"/>
      <xsl:apply-templates select="$config/n:group[@kind = 'scsi'][not(@unit)]" mode="xfm:controller"/>
      <xsl:apply-templates select="$config/n:group[@kind = 'sharedfolder' or @kind = 'ethernet']" mode="xfm:device"/>
      <xsl:apply-templates select="$config/n:group[@kind = 'serial']" mode="xfm:device"/>
      <xsl:apply-templates select="$config/n:group[@kind = 'parallel']" mode="xfm:device"/>
      <xsl:call-template name="xfm:display"/>
    </devices>
  </xsl:template>

  <!-- Says "yes" of what is there; floppy0 is, where nothing else is said. -->
  <xsl:template match="n:group" mode="xfm:present">
    <xsl:variable name="said" select="translate(n:entry[@id = 'present']/@value, 'TRUEFALS', 'truefals')"/>
    <xsl:if test="$said = 'true' or (@kind = 'floppy' and $said = '' and n:entry[@id = 'filename'])">yes</xsl:if>
  </xsl:template>

  <!-- Drives. -->
  <xsl:template match="n:group[@kind = 'scsi' or @kind = 'ide' or @kind = 'sata' or @kind = 'floppy']"
      mode="xfm:device">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:variable name="type">
      <xsl:apply-templates select="." mode="xfm:drive"/>
    </xsl:variable>
    <xsl:variable name="file" select="n:entry[@id = 'filename']/@value"/>
    <xsl:variable name="block" select="substring-after($type, ' ') = 'block'"/>
    <xsl:if test="$present != '' and $type != ''">
      <disk type="{substring('blockfile', 1 + 5 * not($block), 5)}" device="{substring-before($type, ' ')}">
        <xsl:if test="translate(n:entry[@id = 'writethrough']/@value, 'TRUE', 'true') = 'true'">
          <driver cache="writethrough"/>
        </xsl:if>
        <xsl:if test="$file != '' and $file != 'auto detect' and $file != 'emptyBackingString'
            and not(translate(n:entry[@id = 'clientdevice']/@value, 'TRUE', 'true') = 'true'
                and not(starts-with($type, 'disk')))">
          <source>
            <xsl:attribute name="{substring('devfile', 1 + 3 * not($block), 4 - boolean($block))}">
              <xsl:call-template name="xfm:path">
                <xsl:with-param name="path" select="$file"/>
              </xsl:call-template>
            </xsl:attribute>
          </source>
        </xsl:if>
        <xsl:call-template name="xfm:target"/>
        <xsl:if test="starts-with($type, 'cdrom')">
          <readonly/>
        </xsl:if>
        <address type="drive" controller="{@index * (@kind != 'ide' and @kind != 'floppy')}"
            bus="{@index * (@kind = 'ide')}" target="0"
            unit="{concat(@unit, substring(@index, 1, 9 * (@kind = 'floppy')))}"/>
      </disk>
    </xsl:if>
  </xsl:template>

  <!-- What kind of drive, and of what: "disk file"; nothing for one that libvirt does not know. -->
  <xsl:template match="n:group" mode="xfm:drive">
    <xsl:variable name="type" select="translate(n:entry[@id = 'devicetype']/@value, 'ACDEGHIKMORSTW',
        'acdeghikmorstw')"/>
    <xsl:choose>
      <xsl:when test="@kind = 'floppy' and translate(n:entry[@id = 'filetype']/@value, 'DEVIC', 'devic') = 'device'"
          >floppy block</xsl:when>
      <xsl:when test="@kind = 'floppy'">floppy file</xsl:when>
      <xsl:when test="$type = 'cdrom-image'">cdrom file</xsl:when>
      <xsl:when test="$type = 'atapi-cdrom' or $type = 'cdrom-raw'">cdrom block</xsl:when>
      <xsl:when test="$type = 'scsi-passthru'">lun block</xsl:when>
      <xsl:when test="($type = '' or contains($type, 'harddisk')) and n:entry[@id = 'filename'][@value != ''
          and @value != 'auto detect' and @value != 'emptyBackingString']">disk file</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:target">
    <xsl:variable name="index">
      <xsl:choose>
        <xsl:when test="@kind = 'scsi'">
          <xsl:value-of select="@index * 15 + @unit - (@unit &gt; 7)"/>
        </xsl:when>
        <xsl:when test="@kind = 'sata'">
          <xsl:value-of select="@index * 30 + @unit + number(concat('0', $xfm:behind-scsi))"/>
        </xsl:when>
        <xsl:when test="@kind = 'ide'">
          <xsl:value-of select="@index * 2 + @unit"/>
        </xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="@index"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="letters" select="'abcdefghijklmnopqrstuvwxyz'"/>
    <xsl:variable name="high" select="floor($index div 26)"/>
    <target>
      <xsl:attribute name="dev">
        <xsl:value-of select="substring-before(substring-after('scsi=sd sata=sd ide=hd floppy=fd ',
            concat(@kind, '=')), ' ')"/>
        <xsl:if test="$high &gt; 0">
          <xsl:value-of select="substring($letters, $high, 1)"/>
        </xsl:if>
        <xsl:value-of select="substring($letters, $index mod 26 + 1, 1)"/>
      </xsl:attribute>
      <xsl:attribute name="bus">
        <xsl:value-of select="substring-before(substring-after('scsi=scsi sata=sata ide=ide floppy=fdc ',
            concat(@kind, '=')), ' ')"/>
      </xsl:attribute>
    </target>
  </xsl:template>

  <!-- A datastore's path and an absolute one are whole; any other is relative to the machine's directory. -->
  <xsl:template name="xfm:path">
    <xsl:param name="path"/>
    <xsl:if test="not(starts-with($path, '/') or starts-with($path, '[') or substring($path, 2, 2) = ':\')">
      <xsl:value-of select="$base"/>
    </xsl:if>
    <xsl:value-of select="$path"/>
  </xsl:template>

  <xsl:template match="n:group" mode="xfm:controller">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:variable name="model">
      <xsl:apply-templates select="n:entry[@id = 'virtualdev']" mode="xfm:model"/>
    </xsl:variable>
    <xsl:if test="$present != ''">
      <controller type="scsi" index="{@index}">
        <xsl:if test="$model != ''">
          <xsl:attribute name="model">
            <xsl:value-of select="$model"/>
          </xsl:attribute>
        </xsl:if>
      </controller>
    </xsl:if>
  </xsl:template>

  <xsl:template match="n:group[@kind = 'scsi']/n:entry[@id = 'virtualdev']" mode="xfm:model">
    <xsl:value-of select="substring-before(substring-after(
        ' buslogic=buslogic lsilogic=lsilogic lsisas1068=lsisas1068 pvscsi=vmpvscsi ',
        concat(' ', translate(@value, 'BCGILOPSUV', 'bcgilopsuv'), '=')), ' ')"/>
  </xsl:template>

  <!-- What is understood. -->
  <xsl:template mode="xfm:kept" match="n:group">
    <xsl:variable name="present">
      <xsl:apply-templates select="." mode="xfm:present"/>
    </xsl:variable>
    <xsl:variable name="type">
      <xsl:apply-templates select="." mode="xfm:drive"/>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="(@kind = 'sata' and not(@unit)) or ($present = '' and n:entry[@id = 'present'])"/>
      <xsl:when test="@kind = 'nvme' or ((@kind = 'scsi' or @kind = 'sata' or @kind = 'ide') and @unit and $type = '')">
        <xsl:apply-templates select="n:entry" mode="xfm:whole"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-templates select="n:entry" mode="xfm:kept"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template mode="xfm:kept" match="n:group/n:entry[@id = 'present' or @id = 'startconnected']"/>
  <xsl:template mode="xfm:kept" match="n:group[@unit or @kind = 'floppy']/n:entry[@id = 'filename' or @id = 'devicetype'
      or @id = 'writethrough' or @id = 'clientdevice' or @id = 'filetype'
      or (@id = 'mode' and @value = 'persistent')]"/>
  <xsl:template mode="xfm:kept" match="n:group[@kind = 'scsi'][not(@unit)]/n:entry[@id = 'virtualdev']">
    <xsl:variable name="model">
      <xsl:apply-templates select="." mode="xfm:model"/>
    </xsl:variable>
    <xsl:if test="$model = ''">
      <xsl:call-template name="xfm:whole"/>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
