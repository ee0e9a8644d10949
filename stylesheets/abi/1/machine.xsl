<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:f="urn:xfm:functions:1"
    xmlns:lxc="http://libvirt.org/schemas/domain/lxc/1.0"
    xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="f lxc qemu xfm">
  <!--
    The machine and what it starts with: sections machine, firmware, boot, smbios, power, security, container and
    hypervisor.
  -->
  <!--
    Type, architecture, machine, and the ids that the guest reads: uuid is SMBIOS's, genid that of the VM generation
    device. libvirt gives an alias of a machine (q35), or none, a version.
  -->
  <xsl:template name="xfm:machine">
    <xsl:variable name="machine" select="os/type/@machine"/>
    <xsl:variable name="alias" select="$machine = 'q35' or $machine = 'pc' or $machine = 'virt'
        or $machine = 's390-ccw-virtio' or $machine = 'pseries'"/>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'machine'"/>
      <xsl:with-param name="facts">
        <xsl:apply-templates select="@type | os/type/@arch | $machine[not($alias)]" mode="xfm:fact">
          <xsl:with-param name="below" select="9"/>
        </xsl:apply-templates>
        <xsl:call-template name="xfm:fact">
          <xsl:with-param name="name" select="'os'"/>
          <xsl:with-param name="value" select="os/type"/>
        </xsl:call-template>
        <xsl:call-template name="xfm:fact">
          <xsl:with-param name="name" select="'family'"/>
          <xsl:with-param name="value">
            <xsl:call-template name="xfm:machine-family">
              <xsl:with-param name="machine" select="string($machine)"/>
            </xsl:call-template>
          </xsl:with-param>
        </xsl:call-template>
        <xsl:apply-templates select="uuid | genid" mode="xfm:uuid"/>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="not(os/type/@arch)"> arch</xsl:if>
        <xsl:if test="not($machine)"> family</xsl:if>
        <xsl:if test="not($machine) or $alias"> machine</xsl:if>
        <xsl:if test="normalize-space(uuid) = ''"> uuid</xsl:if>
        <xsl:if test="genid and normalize-space(genid) = ''"> genid</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!--
    What the guest's firmware is, and the tables that it hands on. Where libvirt chooses it, os/@firmware, it writes
    down what it took (since 9.2.0 at define).
  -->
  <xsl:template name="xfm:firmware">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'firmware'"/>
      <xsl:with-param name="facts">
        <xsl:for-each select="os">
          <xsl:apply-templates mode="xfm:fact" select="@firmware | loader[normalize-space() != ''] | loader/@type | loader/@secure
              | loader/@stateless | loader[@type = 'pflash']/@readonly[. = 'no'] | nvram/@template | bios/@* | acpi/table/@type">
            <xsl:with-param name="below" select="2"/>
          </xsl:apply-templates>
          <!-- who demands secure boot gets a loader that is secure (qemuFirmwareEnableFeatures) -->
          <xsl:if test="not(loader/@secure) and firmware/feature[@name = 'secure-boot']/@enabled = 'yes'">
            <fact name="loader.secure">yes</fact>
          </xsl:if>
          <xsl:for-each select="firmware/feature">
            <fact name="feature.{@name}">
              <xsl:value-of select="@enabled"/>
            </fact>
          </xsl:for-each>
          <xsl:for-each select="acpi/table">
            <fact name="acpi-table.{position()}">
              <xsl:value-of select="."/>
            </fact>
          </xsl:for-each>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="os/@firmware and normalize-space(os/loader) = ''"> loader loader.secure loader.stateless feature.*</xsl:if>
        <xsl:if test="(os/@firmware or os/loader) and not(os/loader/@type)"> loader.type</xsl:if>
        <xsl:if test="(os/@firmware or os/loader) and not(os/nvram/@template)"> nvram.template</xsl:if>
      </xsl:with-param>
      <!-- of a guest that runs, or was saved, libvirt 9.0.0 names the UEFI firmware, and no more that it was asked for -->
      <xsl:with-param name="asks">
        <xsl:if test="os/@firmware = 'efi'">firmware feature.*</xsl:if>
      </xsl:with-param>
      <xsl:with-param name="answers">
        <xsl:if test="not(os/@firmware) and os/loader/@type = 'pflash'">firmware feature.*</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!--
    What the guest boots from, as the domain says it; the order of devices is a fact of theirs. What follows when it
    ends or restarts itself, too: a guest sees whether its reboot comes back. libvirt boots from disks where nothing is
    said (virDomainDefPostParse).
  -->
  <xsl:template name="xfm:boot">
    <xsl:variable name="said" select="os/boot or devices/*/boot or bootloader or os/type != 'hvm'"/>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'boot'"/>
      <xsl:with-param name="facts">
        <xsl:call-template name="xfm:fact">
          <xsl:with-param name="name" select="'order'"/>
          <xsl:with-param name="value">
            <xsl:for-each select="os/boot">
              <xsl:value-of select="concat(@dev, ' ')"/>
            </xsl:for-each>
            <xsl:if test="not($said)">hd</xsl:if>
          </xsl:with-param>
        </xsl:call-template>
        <xsl:apply-templates mode="xfm:fact" select="os/bootmenu/@enable | os/bootmenu[@enable = 'yes']/@timeout | os/kernel | os/initrd | os/dtb | os/shim | os/root
            | os/init | os/initdir | os/inituser | os/initgroup">
          <xsl:with-param name="below" select="2"/>
        </xsl:apply-templates>
        <xsl:for-each select="os/cmdline | os/initarg">
          <fact name="{name()}.{position()}">
            <xsl:value-of select="."/>
          </fact>
        </xsl:for-each>
        <xsl:for-each select="os/initenv">
          <fact name="initenv.{position()}">
            <xsl:value-of select="concat(@name, ' sha256:', f:sha256(string(.)))"/>
          </fact>
        </xsl:for-each>
        <xsl:apply-templates mode="xfm:fact" select="bootloader | bootloader_args"/>
        <xsl:call-template name="xfm:lifecycle"/>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="not($said)">order</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="xfm:lifecycle">
    <fact name="on-poweroff">
      <xsl:value-of select="concat(on_poweroff, substring('destroy', 1, 7 * not(on_poweroff)))"/>
    </fact>
    <fact name="on-reboot">
      <xsl:value-of select="concat(on_reboot, substring('restart', 1, 7 * not(on_reboot)))"/>
    </fact>
    <fact name="on-crash">
      <xsl:value-of select="concat(on_crash, substring('destroy', 1, 7 * not(on_crash)))"/>
    </fact>
  </xsl:template>

  <!--
    SMBIOS strings and firmware entries. Either may carry a secret (credentials of systemd), so what is no plain name
    of the maker's is told by its hash.
  -->
  <xsl:template name="xfm:smbios">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'smbios'"/>
      <xsl:with-param name="facts">
        <xsl:apply-templates select="os/smbios/@mode" mode="xfm:fact"/>
        <xsl:for-each select="sysinfo[not(@type = 'fwcfg')]/*/entry[not(parent::oemStrings)]">
          <fact name="{name(..)}{substring(concat('-', count(../preceding-sibling::baseBoard) + 1), 1, 9 * boolean(parent::baseBoard))}.{@name}">
            <xsl:choose>
              <xsl:when test="@name = 'uuid'">
                <xsl:value-of select="translate(., 'ABCDEF- ', 'abcdef')"/>
              </xsl:when>
              <xsl:otherwise>
                <xsl:value-of select="."/>
              </xsl:otherwise>
            </xsl:choose>
          </fact>
        </xsl:for-each>
        <xsl:for-each select="sysinfo/oemStrings/entry">
          <fact name="oem-string.{position()}">
            <xsl:value-of select="concat('sha256:', f:sha256(string(.)))"/>
          </fact>
        </xsl:for-each>
        <xsl:for-each select="sysinfo[@type = 'fwcfg']/entry">
          <fact name="fwcfg.{position()}">
            <xsl:value-of select="concat(@name, ' ', @file)"/>
            <xsl:if test="not(@file)">
              <xsl:value-of select="concat('sha256:', f:sha256(string(.)))"/>
            </xsl:if>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Whether the guest may sleep: bits of its ACPI tables. -->
  <xsl:template name="xfm:power">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'power'"/>
      <xsl:with-param name="facts">
        <xsl:for-each select="pm/*[@enabled]">
          <fact name="{name()}">
            <xsl:value-of select="@enabled"/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Encrypted memory: the guest attests what it was started with. -->
  <xsl:template name="xfm:security">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'security'"/>
      <xsl:with-param name="facts">
        <xsl:for-each select="launchSecurity">
          <xsl:for-each select="@* | *[normalize-space() != '']">
            <fact name="{name()}">
              <xsl:choose>
                <xsl:when test="self::policy">
                  <xsl:call-template name="xfm:decimal"/>
                </xsl:when>
                <xsl:when test="string-length() &gt; 20">
                  <xsl:value-of select="concat('sha256:', f:sha256(normalize-space()))"/>
                </xsl:when>
                <xsl:otherwise>
                  <xsl:value-of select="."/>
                </xsl:otherwise>
              </xsl:choose>
            </fact>
          </xsl:for-each>
        </xsl:for-each>
        <xsl:for-each select="keywrap/cipher">
          <fact name="keywrap.{@name}">
            <xsl:value-of select="@state"/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="launchSecurity and not(launchSecurity/cbitpos)"> cbitpos</xsl:if>
        <xsl:if test="launchSecurity and not(launchSecurity/reducedPhysBits)"> reducedPhysBits</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- What a container sees of user ids and of namespaces that it shares. -->
  <xsl:template name="xfm:container">
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'container'"/>
      <xsl:with-param name="facts">
        <xsl:for-each select="idmap/*">
          <fact name="{name()}.{@start}">
            <xsl:value-of select="concat(@target, ' ', @count)"/>
          </fact>
        </xsl:for-each>
        <xsl:for-each select="lxc:namespace/*">
          <fact name="{local-name()}">
            <xsl:value-of select="concat(@type, ' ', @value)"/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!--
    What the domain has QEMU, Xen or bhyve do past libvirt: an argument may be anything, so all of them are, by their
    hash; QEMU's environment is the host's. Source: drvqemu.html, drvxen.html, drvbhyve.html.
  -->
  <xsl:template name="xfm:hypervisor">
    <xsl:variable name="arguments">
      <xsl:for-each select="*[local-name() = 'commandline']/*[local-name() = 'arg']">
        <xsl:value-of select="concat(@value, '&#10;')"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'hypervisor'"/>
      <xsl:with-param name="facts">
        <xsl:if test="$arguments != ''">
          <fact name="arguments">
            <xsl:value-of select="concat('sha256:', f:sha256(string($arguments)))"/>
          </fact>
        </xsl:if>
        <xsl:for-each select="qemu:override/qemu:device/qemu:frontend/qemu:property">
          <fact name="override.{position()}">
            <xsl:value-of select="concat(ancestor::qemu:device/@alias, ' ', @name, ' ', @type, ' ', @value)"/>
          </fact>
        </xsl:for-each>
        <xsl:for-each select="qemu:capabilities/*">
          <fact name="capabilities.{position()}">
            <xsl:value-of select="concat(local-name(), ' ', @capability)"/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
