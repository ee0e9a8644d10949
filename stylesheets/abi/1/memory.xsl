<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns="urn:xfm:abi:1"
    xmlns:exsl="http://exslt.org/common"
    xmlns:abi="urn:xfm:abi:1"
    xmlns:f="urn:xfm:functions:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="exsl abi f xfm">
  <!--
    Memory: sections memory and numa, and memory devices.
  -->
  <!--
    size is all memory, in KiB: of the NUMA cells and the memory devices where there are cells, as libvirt computes it
    (virDomainDefGetMemoryTotal). Where the balloon stands, currentMemory, the host moves while the guest runs.
  -->
  <xsl:template name="xfm:memory">
    <xsl:variable name="cells" select="cpu/numa/cell[@memory]"/>
    <xsl:variable name="parts">
      <xsl:for-each select="$cells">
        <part>
          <xsl:apply-templates select="@memory" mode="xfm:kib"/>
        </part>
      </xsl:for-each>
      <xsl:for-each select="devices/memory[$cells]">
        <part>
          <xsl:apply-templates select="." mode="xfm:module"/>
        </part>
      </xsl:for-each>
      <xsl:for-each select="memory[not($cells)]">
        <part>
          <xsl:call-template name="xfm:kib"/>
        </part>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="size" select="sum(exsl:node-set($parts)/abi:part)"/>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'memory'"/>
      <xsl:with-param name="facts">
        <xsl:if test="memory or $cells">
          <fact name="size">
            <xsl:value-of select="format-number($size, '0')"/>
          </fact>
        </xsl:if>
        <xsl:for-each select="maxMemory">
          <fact name="maximum">
            <xsl:call-template name="xfm:kib"/>
          </fact>
          <xsl:apply-templates select="@slots" mode="xfm:fact"/>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="not(memory or $cells)">size</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!--
    Cells with their memory in KiB, vCPUs, distances, caches; not where on the host they come from. vCPUs that are in no
    cell libvirt puts into the first (qemuDomainDefNumaCPUsPostParse). A distance is said in both directions, and is 10
    within a cell (virDomainNumaDefNodeDistanceParseXML).
  -->
  <xsl:template name="xfm:numa">
    <xsl:variable name="cells">
      <xsl:for-each select="cpu/numa/cell">
        <cell id="{@id}{substring(position() - 1, 1, 9 * not(@id))}">
          <xsl:value-of select="f:ranges(string(@cpus))"/>
        </cell>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="named">
      <xsl:for-each select="exsl:node-set($cells)/abi:cell[. != '']">
        <xsl:value-of select="concat(substring(',', 1, position() &gt; 1), .)"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="all" select="concat('0-', number(concat(vcpu, substring('1', 1, not(vcpu)))) - 1)"/>
    <xsl:variable name="rest" select="cpu/numa/cell and f:ranges(string($named)) != f:ranges($all)"/>
    <xsl:call-template name="xfm:section">
      <xsl:with-param name="kind" select="'numa'"/>
      <xsl:with-param name="facts">
        <xsl:apply-templates select="cpu/numa/cell" mode="xfm:cell">
          <xsl:with-param name="cells" select="exsl:node-set($cells)/abi:cell"/>
          <xsl:with-param name="rest" select="$rest"/>
        </xsl:apply-templates>
        <xsl:for-each select="cpu/numa/interconnects/*">
          <fact name="{name()}.{@initiator}-{@target}-{@cache}.{@type}">
            <xsl:value-of select="normalize-space(concat(@value, ' ', @unit))"/>
          </fact>
        </xsl:for-each>
      </xsl:with-param>
      <xsl:with-param name="open">
        <xsl:if test="$rest">cell-0.cpus</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- The facts of one cell; cells: ids and vCPUs of all; rest: whether the first gets those of none. -->
  <xsl:template match="cell" mode="xfm:cell">
    <xsl:param name="cells"/>
    <xsl:param name="rest"/>
    <xsl:variable name="known" select="$cells[count(current()/preceding-sibling::cell) + 1]"/>
    <xsl:variable name="cell" select="concat('cell-', $known/@id)"/>
    <fact name="{$cell}.memory">
      <xsl:apply-templates select="@memory" mode="xfm:kib"/>
    </fact>
    <xsl:if test="not($rest and $known/@id = '0')">
      <xsl:call-template name="xfm:fact">
        <xsl:with-param name="name" select="concat($cell, '.cpus')"/>
        <xsl:with-param name="value" select="$known"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="." mode="xfm:distances">
      <xsl:with-param name="id" select="string($known/@id)"/>
    </xsl:apply-templates>
    <xsl:for-each select="cache">
      <xsl:variable name="cache" select="concat($cell, '.cache-', @level, '.')"/>
      <xsl:for-each select="@associativity | @policy">
        <fact name="{$cache}{name()}">
          <xsl:value-of select="."/>
        </fact>
      </xsl:for-each>
      <xsl:for-each select="size | line">
        <fact name="{$cache}{name()}">
          <xsl:value-of select="normalize-space(concat(@value, ' ', @unit[. != 'B']))"/>
        </fact>
      </xsl:for-each>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="cell" mode="xfm:distances">
    <xsl:param name="id"/>
    <xsl:variable name="cell" select="concat('cell-', $id)"/>
    <xsl:variable name="all" select="../cell/distances/sibling"/>
    <xsl:if test="$all[@id = $id or ancestor::cell/@id = $id]">
      <fact name="{$cell}.distance-{$id}">
        <xsl:value-of select="concat(distances/sibling[@id = $id]/@value,
            substring('10', 1, 2 * not(distances/sibling[@id = $id])))"/>
      </fact>
    </xsl:if>
    <xsl:for-each select="distances/sibling[@id != $id]">
      <fact name="{$cell}.distance-{@id}">
        <xsl:value-of select="@value"/>
      </fact>
      <xsl:if test="not($all[@id = $id][ancestor::cell/@id = current()/@id])">
        <fact name="cell-{@id}.distance-{$id}">
          <xsl:value-of select="@value"/>
        </fact>
      </xsl:if>
    </xsl:for-each>
  </xsl:template>

  <!-- The memory of a cell, or of a file system in memory, is an attribute, with its unit in another. -->
  <xsl:template match="cell/@memory | source/@usage" mode="xfm:kib">
    <xsl:variable name="element">
      <xsl:element name="memory" namespace="">
        <xsl:copy-of select="../@unit"/>
        <xsl:for-each select="../@units">
          <xsl:attribute name="unit">
            <xsl:value-of select="."/>
          </xsl:attribute>
        </xsl:for-each>
        <xsl:value-of select="."/>
      </xsl:element>
    </xsl:variable>
    <xsl:for-each select="exsl:node-set($element)/*">
      <xsl:call-template name="xfm:kib"/>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="memory" mode="xfm:kind">
    <xsl:apply-templates select="uuid" mode="xfm:uuid"/>
    <xsl:apply-templates select="@model | target/node | target/readonly" mode="xfm:fact"/>
    <fact name="size">
      <xsl:apply-templates select="." mode="xfm:module"/>
    </fact>
    <xsl:for-each select="target/requested | target/block | target/label/size | source/alignsize">
      <fact name="{substring('label-', 1, 6 * boolean(parent::label))}{name()}">
        <xsl:call-template name="xfm:kib"/>
      </fact>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="memory" mode="xfm:open">
    <xsl:if test="not(uuid)">uuid</xsl:if>
  </xsl:template>

  <!--
    The size of a memory device. On pseries it is rounded up to 256 MiB, that of an NVDIMM without its label down
    (qemu_domain.c, qemuDomainNVDimmAlignSizePseries).
  -->
  <xsl:template match="memory" mode="xfm:module">
    <xsl:variable name="size">
      <xsl:for-each select="target/size">
        <xsl:call-template name="xfm:kib"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="label">
      <xsl:for-each select="target/label/size">
        <xsl:call-template name="xfm:kib"/>
      </xsl:for-each>
    </xsl:variable>
    <xsl:variable name="beside" select="number(concat('0', $label))"/>
    <xsl:choose>
      <xsl:when test="$xfm:family != 'pseries'">
        <xsl:value-of select="$size"/>
      </xsl:when>
      <xsl:when test="@model = 'nvdimm'">
        <xsl:value-of select="format-number(262144 * floor(($size - $beside) div 262144) + $beside, '0')"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="format-number(262144 * ceiling($size div 262144), '0')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
