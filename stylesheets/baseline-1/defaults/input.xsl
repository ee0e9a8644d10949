<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="input" stage="defaults" abi="guest" once="yes">
    <doc:title>A tablet, and a keyboard where there is none, for graphics</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver that has graphics; gives it with a tablet unless it has one, so that the
      pointer of the guest is where the viewer's is: on x86 on the USB bus unless the operating system is not known, or
      too old for one; on the virt machines and pseries on the USB bus and with a keyboard, on s390x both on the virtio
      bus, because there they have no PS/2. Without graphics there is nothing that one could point at, and nothing is
      added.
    </doc:summary>
    <doc:after>devices</doc:after>
    <doc:writes>domain/devices/input</doc:writes>
    <doc:source>
      libvirt formatdomain.html, input devices; src/qemu/qemu_domain.c: PS/2 on x86, USB keyboard and mouse on pseries
    </doc:source>
    <doc:source>
      osinfo-db, device 80ee/0021 (usb tablet); virt-install 4.1.0, virtinst/devices/input.py: the same choice
    </doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:wanted" select="$xfm:family != ''
      and (not($xfm:pc) or $xfm:linux or $xfm:build &gt;= 2195 or $xfm:os/@family = 'freebsd'
      or $xfm:drivers = 'http://usb.org/usb/80ee/0021')"/>

  <xsl:template match="domain/devices[graphics]">
    <xsl:variable name="bus">
      <xsl:choose>
        <xsl:when test="$xfm:family = 's390-ccw-virtio'">virtio</xsl:when>
        <xsl:otherwise>usb</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted and not(controller[@type = 'usb' and @model = 'none'])">
        <xsl:if test="not(input/@type = 'tablet')">
          <input type="tablet" bus="{$bus}"/>
        </xsl:if>
        <xsl:if test="not($xfm:pc or input/@type = 'keyboard')">
          <input type="keyboard" bus="{$bus}"/>
        </xsl:if>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
