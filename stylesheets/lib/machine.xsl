<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="xfm">
  <!--
    What the name of a QEMU machine says.

    xfm:machine-kind      who versions it: upstream (pc-q35-7.2), rhel (pc-q35-rhel9.2.0), or distribution
                          (pc-q35-jammy); the empty string for an alias or a machine without versions
    xfm:machine-rank      a number by which the versions of one kind and family sort

    Sources: QEMU hw/i386/pc_q35.c, pc_piix.c, hw/arm/virt.c, hw/s390x/s390-virtio-ccw.c, hw/ppc/spapr.c; Red Hat's
    machine types of CentOS Stream's qemu-kvm; Ubuntu's QEMU debian/patches/ubuntu/define-ubuntu-machine-types.patch.
  -->
  <xsl:variable name="xfm:codenames" select="'. trusty utopic vivid wily xenial yakkety zesty artful bionic cosmic disco eoan
      focal groovy hirsute impish jammy kinetic lunar mantic noble oracular plucky questing '"/>

  <!-- What follows the family in a machine's name: 7.2, rhel9.2.0, jammy. -->
  <xsl:template name="xfm:machine-suffix">
    <xsl:param name="machine"/>
    <xsl:choose>
      <xsl:when test="starts-with($machine, 'pc-q35-')">
        <xsl:value-of select="substring-after($machine, 'pc-q35-')"/>
      </xsl:when>
      <xsl:when test="starts-with($machine, 'pc-i440fx-')">
        <xsl:value-of select="substring-after($machine, 'pc-i440fx-')"/>
      </xsl:when>
      <xsl:when test="starts-with($machine, 's390-ccw-virtio-')">
        <xsl:value-of select="substring-after($machine, 's390-ccw-virtio-')"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="substring-after($machine, '-')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:machine-kind">
    <xsl:param name="machine"/>
    <xsl:variable name="suffix">
      <xsl:call-template name="xfm:machine-suffix">
        <xsl:with-param name="machine" select="$machine"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="number(substring($suffix, 1, 1)) &gt;= 0">upstream</xsl:when>
      <xsl:when test="starts-with($suffix, 'rhel')">rhel</xsl:when>
      <xsl:when test="$suffix != ''">distribution</xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="xfm:machine-rank">
    <xsl:param name="machine"/>
    <xsl:variable name="suffix">
      <xsl:call-template name="xfm:machine-suffix">
        <xsl:with-param name="machine" select="$machine"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="codename" select="concat(' ', substring-before(concat($suffix, '-'), '-'), ' ')"/>
    <xsl:choose>
      <xsl:when test="$suffix != '' and contains($xfm:codenames, $codename)">
        <xsl:value-of select="string-length(substring-before($xfm:codenames, $codename))"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:version">
          <xsl:with-param name="text" select="translate($suffix, translate($suffix, '0123456789.', ''), '')"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- 9.2.0 or 7.2 as a number that sorts: 9002000, 7002000; 0 where the text is no version. -->
  <xsl:template name="xfm:version">
    <xsl:param name="text"/>
    <xsl:variable name="dotted" select="concat($text, '.0.0.')"/>
    <xsl:variable name="rest" select="substring-after($dotted, '.')"/>
    <xsl:variable name="number" select="substring-before($dotted, '.') * 1000000 + substring-before($rest, '.') * 1000
        + substring-before(substring-after($rest, '.'), '.')"/>
    <xsl:choose>
      <xsl:when test="$number &gt;= 0">
        <xsl:value-of select="$number"/>
      </xsl:when>
      <xsl:otherwise>0</xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
