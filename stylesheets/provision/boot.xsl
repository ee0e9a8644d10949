<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <!--
    What a domain boots, and what follows when it ends, to tell the guest that installs from the one that is stored; of
    one that runs and of one that does not alike:

      <boot>
        <fact name=>value</fact>    any number
        <disc drive=>what lies in a CD-ROM drive</disc>    any number: an installer may take it out
      </boot>

    Source: libvirt formatdomain.html, operating system booting, events configuration, and the boot order of devices.
  -->
  <xsl:template match="/domain">
    <boot>
      <xsl:for-each select="os/kernel | os/initrd | os/cmdline | bootloader | bootloader_args | on_poweroff | on_reboot | on_crash">
        <fact name="{name()}">
          <xsl:value-of select="."/>
        </fact>
      </xsl:for-each>
      <xsl:for-each select="os/boot">
        <fact name="boot {position()}">
          <xsl:value-of select="@dev"/>
        </fact>
      </xsl:for-each>
      <xsl:for-each select="devices/*[boot]">
        <xsl:sort select="boot/@order" data-type="number"/>
        <fact name="order {boot/@order}">
          <xsl:value-of select="concat(name(), ' ', self::disk/target/@dev, mac/@address)"/>
        </fact>
      </xsl:for-each>
      <xsl:for-each select="devices/disk[@device = 'cdrom'][source/@file or source/@dev]">
        <disc drive="{target/@dev}">
          <xsl:value-of select="concat(source/@file, source/@dev)"/>
        </disc>
      </xsl:for-each>
    </boot>
  </xsl:template>
</xsl:stylesheet>
