<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <doc:stylesheet id="vmcoreinfo" stage="defaults" abi="guest" once="yes">
    <doc:title>Dumps of a Linux guest can be read</doc:title>
    <doc:summary>
      Takes a domain of the QEMU driver whose operating system is a Linux, on hosts that have the feature vmcoreinfo;
      gives it with that feature, by which the guest tells where its kernel's notes are, so that a dump that the host
      makes of it can be analysed. Not on riscv64, where libvirt lists it and QEMU's virt machine refuses to start with
      it.
    </doc:summary>
    <doc:after>features</doc:after>
    <doc:writes>domain/features</doc:writes>
    <doc:source>
      libvirt formatdomain.html, hypervisor features, vmcoreinfo; QEMU docs/specs/vmcoreinfo.txt; Nova adds the same
    </doc:source>
    <doc:source>QEMU hw/misc/vmcoreinfo.c: needs fw_cfg with DMA</doc:source>
  </doc:stylesheet>

  <xsl:variable name="xfm:wanted"
      select="$xfm:linux and $xfm:arch != 'riscv64'
      and $xfm:host/facts:value[@of = 'features/vmcoreinfo'] = 'yes'"/>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <features>
          <vmcoreinfo state="on"/>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features[not(vmcoreinfo)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:wanted">
        <vmcoreinfo state="on"/>
      </xsl:if>
    </xsl:copy>
  </xsl:template>
</xsl:stylesheet>
