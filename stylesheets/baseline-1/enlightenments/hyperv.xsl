<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:doc="urn:xfm:doc:1"
    xmlns:facts="urn:xfm:host-facts:1"
    xmlns:xfm="urn:xfm:xslt:1"
    exclude-result-prefixes="doc facts xfm">
  <xsl:import href="../../lib/identity.xsl"/>
  <xsl:import href="../../lib/guest.xsl"/>
  <xsl:import href="../../lib/os.xsl"/>
  <xsl:import href="../../lib/facts.xsl"/>
  <xsl:import href="../../lib/hyperv.xsl"/>
  <xsl:import href="../../lib/faults.xsl"/>
  <xsl:import href="../../lib/remarks.xsl"/>
  <doc:stylesheet id="hyperv" stage="enlightenments" abi="guest" once="yes">
    <doc:title>Hyper-V enlightenments for Windows guests under KVM</doc:title>
    <doc:summary>
      Takes an x86 domain of type kvm that runs Windows Vista, Server 2008 or later, with its clock settled; gives it
      with each enlightenment that this Windows uses, that libvirt and all hosts know, and that the author said nothing
      of. One whose prerequisite the author switched off is left out, and so is what depends on the processor where no
      host facts vouch for it: evmcs, avic and those for nested hypervisors. A domain with hyperv mode='passthrough' is
      left alone.
    </doc:summary>
    <doc:before>hyperv-prerequisites</doc:before>
    <doc:param name="retries" type="integer" default="8191" minimum="4095" maximum="4294967295">How often a guest tries a spinlock before it tells the hypervisor</doc:param>
    <doc:param name="more" type="string" default="">Enlightenments to add, with commas between: reset, or tlbflush/extended for that of tlbflush</doc:param>
    <doc:param name="less" type="string" default="">Enlightenments to leave out, with commas between</doc:param>
    <doc:writes>domain/features</doc:writes>
    <doc:source>stylesheets/lib/hyperv.xsl has the table and its sources</doc:source>
    <doc:source>QEMU docs/system/i386/hyperv.rst: what each does and which are recommended</doc:source>
    <doc:source>libvirt formatdomain.html, hypervisor features; spinlocks takes no retries below 4095</doc:source>
    <doc:source>libvirt src/qemu/qemu_process.c, qemuProcessVerifyHypervFeatures: no start where the host lacks one</doc:source>
    <doc:source>virt-install, KubeVirt's preferences, Nova and oVirt: the set on which they agree, with 8191 retries</doc:source>
  </doc:stylesheet>
  <xsl:param name="retries" select="8191"/>
  <xsl:param name="more" select="''"/>
  <xsl:param name="less" select="''"/>

  <xsl:variable name="xfm:more" select="concat(' ', normalize-space(translate($more, ',', ' ')), ' ')"/>
  <xsl:variable name="xfm:less" select="concat(' ', normalize-space(translate($less, ',', ' ')), ' ')"/>
  <xsl:variable name="xfm:timer" select="/domain/clock/timer[@name = 'hypervclock']"/>
  <xsl:variable name="xfm:mode" select="string(/domain/features/hyperv/@mode)"/>
  <xsl:variable name="xfm:oldest" select="concat(floor($xfm:libvirt div 1000000), '.',
      floor($xfm:libvirt div 1000) mod 1000, '.', $xfm:libvirt mod 1000)"/>
  <!-- The processors' vendor, where facts were given and it is one; and whether the guest can be a hypervisor. -->
  <xsl:variable name="xfm:vendor"
      select="string($xfm:facts[@hosts &gt; 0 and count(facts:cpu) = 1]/facts:cpu/@vendor)"/>
  <xsl:variable name="xfm:nesting" select="/domain/cpu/feature[(@name = 'vmx' and $xfm:vendor = 'Intel')
      or (@name = 'svm' and $xfm:vendor = 'AMD')]/@policy"/>
  <xsl:variable name="xfm:nested" select="$xfm:nesting = 'require' or $xfm:nesting = 'force' or (not($xfm:nesting)
      and (/domain/cpu/@mode = 'host-passthrough' or /domain/cpu/@mode = 'maximum'))"/>
  <xsl:variable name="xfm:apic" select="/domain/cpu/feature[@name = 'apic']/@policy"/>
  <xsl:variable name="xfm:listed" select="$xfm:host/facts:value[@of = 'features/hyperv/features']"/>
  <!-- libvirt lists them since 9.0.0; before that, and where the hosts run no such guest at all, the table decides. -->
  <xsl:variable name="xfm:lists" select="$xfm:host and substring-before($xfm:facts/@libvirt, '.') &gt;= 9"/>

  <!-- Why the domain gets none; the empty string where it gets some. -->
  <xsl:variable name="xfm:none">
    <xsl:choose>
      <xsl:when test="$xfm:windows = ''">not Windows</xsl:when>
      <xsl:when test="$xfm:build &lt; 6000">Windows uses them since Vista and Server 2008</xsl:when>
      <xsl:when test="not($xfm:pc)">only QEMU's PC machines have them</xsl:when>
      <xsl:when test="/domain/@type != 'kvm'">
        <xsl:value-of select="concat('they need KVM, and this is a domain of type ', /domain/@type)"/>
      </xsl:when>
      <xsl:when test="$xfm:mode != '' and $xfm:mode != 'custom'">
        <xsl:value-of select="concat('the mode ', $xfm:mode, ' leaves them to the host')"/>
        <xsl:if test="$xfm:mode = 'passthrough'">, which makes migration unsafe</xsl:if>
      </xsl:when>
    </xsl:choose>
  </xsl:variable>

  <!-- The names of what is added, between blanks. -->
  <xsl:variable name="xfm:chosen">
    <xsl:text> </xsl:text>
    <xsl:if test="$xfm:none = ''">
      <xsl:call-template name="xfm:choose"/>
    </xsl:if>
  </xsl:variable>

  <xsl:template match="/">
    <xsl:call-template name="xfm:check">
      <xsl:with-param name="names" select="concat(substring($xfm:more, 2), substring($xfm:less, 2))"/>
    </xsl:call-template>
    <xsl:if test="$xfm:none != '' and $xfm:windows != ''">
      <xsl:call-template name="xfm:left-out">
        <xsl:with-param name="what" select="'Hyper-V enlightenments'"/>
        <xsl:with-param name="why" select="$xfm:none"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates/>
  </xsl:template>

  <xsl:template match="domain[not(features)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:chosen != ' '">
        <features>
          <hyperv>
            <xsl:call-template name="xfm:enlighten"/>
          </hyperv>
        </features>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features[not(hyperv)]">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:if test="$xfm:chosen != ' '">
        <hyperv>
          <xsl:call-template name="xfm:enlighten"/>
        </hyperv>
      </xsl:if>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features/hyperv">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:enlighten"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="domain/features/hyperv/*[@state = 'on']">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
      <xsl:call-template name="xfm:enlighten">
        <xsl:with-param name="names" select="substring($xfm:chosen, 2)"/>
        <xsl:with-param name="in" select="concat(name(), '/')"/>
      </xsl:call-template>
    </xsl:copy>
  </xsl:template>

  <!-- in: whose children are made: the empty string for those of hyperv, else the name of one of them and a slash -->
  <xsl:template name="xfm:enlighten">
    <xsl:param name="names" select="substring($xfm:chosen, 2)"/>
    <xsl:param name="in" select="''"/>
    <xsl:variable name="name" select="substring-before($names, ' ')"/>
    <xsl:variable name="local" select="substring($name, string-length($in) + 1)"/>
    <xsl:if test="$name != ''">
      <xsl:if test="starts-with($name, $in) and not(contains($local, '/'))">
        <xsl:element name="{$local}">
          <xsl:attribute name="state">on</xsl:attribute>
          <xsl:if test="$name = 'spinlocks'">
            <xsl:attribute name="retries">
              <xsl:value-of select="$retries"/>
            </xsl:attribute>
          </xsl:if>
          <xsl:if test="$in = ''">
            <xsl:call-template name="xfm:enlighten">
              <xsl:with-param name="in" select="concat($name, '/')"/>
            </xsl:call-template>
          </xsl:if>
        </xsl:element>
      </xsl:if>
      <xsl:call-template name="xfm:enlighten">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
        <xsl:with-param name="in" select="$in"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- rows: of the table, each ended by a semicolon; gives the names of what is added, each followed by a blank -->
  <xsl:template name="xfm:choose">
    <xsl:param name="rows" select="$xfm:hyperv"/>
    <xsl:variable name="name" select="substring-after(substring-before($rows, ':'), ' ')"/>
    <xsl:variable name="parent" select="substring-before($name, '/')"/>
    <xsl:variable name="theirs" select="/domain/features/hyperv/*[name() = $name or name() = $parent]"/>
    <xsl:if test="$name != ''">
      <!-- An element of the author's stays as it is; a child is added to one only where it is asked for. -->
      <xsl:if test="$name != 'hypervclock' and (not($theirs) or ($parent != '' and $theirs/@state = 'on'
          and contains($xfm:more, concat(' ', $name, ' ')) and not($theirs/*[concat($parent, '/', name()) = $name])))">
        <xsl:variable name="why">
          <xsl:call-template name="xfm:why-not">
            <xsl:with-param name="name" select="$name"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:choose>
          <xsl:when test="$why = ''">
            <xsl:value-of select="concat($name, ' ')"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:call-template name="xfm:left-out">
              <xsl:with-param name="what" select="concat('hyperv/', $name)"/>
              <xsl:with-param name="why" select="$why"/>
            </xsl:call-template>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:if>
      <xsl:call-template name="xfm:choose">
        <xsl:with-param name="rows" select="substring-after($rows, ';')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- Why an enlightenment is not added; the empty string where it is. -->
  <xsl:template name="xfm:why-not">
    <xsl:param name="name"/>
    <xsl:variable name="row">
      <xsl:call-template name="xfm:hyperv-row">
        <xsl:with-param name="feature" select="$name"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="own">
      <xsl:call-template name="xfm:missing">
        <xsl:with-param name="name" select="$name"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="unwanted">
      <xsl:if test="not(contains($xfm:more, concat(' ', $name, ' ')))">
        <xsl:call-template name="xfm:unwanted">
          <xsl:with-param name="name" select="$name"/>
          <xsl:with-param name="build" select="substring-before(substring-after($row, ' '), ' ')"/>
          <xsl:with-param name="when"
              select="substring-before(substring-after(substring-after($row, ' '), ' '), ' ')"/>
        </xsl:call-template>
      </xsl:if>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="$own != ''">
        <xsl:value-of select="$own"/>
      </xsl:when>
      <xsl:when test="$unwanted != ''">
        <xsl:value-of select="$unwanted"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="xfm:blocked">
          <xsl:with-param name="name" select="$name"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- What keeps it from a domain that would have it: settings, libvirt, hosts. -->
  <xsl:template name="xfm:missing">
    <xsl:param name="name"/>
    <xsl:variable name="since">
      <xsl:call-template name="xfm:hyperv-since">
        <xsl:with-param name="feature" select="$name"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="feature" select="substring-before(concat($name, '/'), '/')"/>
    <xsl:variable name="asked" select="contains($xfm:more, concat(' ', $name, ' '))"/>
    <xsl:choose>
      <xsl:when test="contains($xfm:less, concat(' ', $name, ' '))">hyperv.less names it</xsl:when>
      <xsl:when test="$since &gt; $xfm:libvirt">
        <xsl:value-of select="concat('libvirt ', $xfm:oldest, ' does not know it')"/>
      </xsl:when>
      <!-- The table that stands in for facts tells nothing of processors, so what is asked for there is believed. -->
      <xsl:when test="$feature != 'vendor_id' and $xfm:lists and not($xfm:listed = $feature) and not($asked and $xfm:facts/@hosts = 0)">
        <xsl:choose>
          <xsl:when test="$xfm:facts/@hosts = 0">without host facts nothing says that the hosts have it</xsl:when>
          <xsl:otherwise>not every host has it</xsl:otherwise>
        </xsl:choose>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- Why nobody wants it, unless they ask. -->
  <xsl:template name="xfm:unwanted">
    <xsl:param name="name"/>
    <xsl:param name="build"/>
    <xsl:param name="when"/>
    <xsl:variable name="option" select="concat('features/hyperv/defaults/', translate($name, '/', '_'))"/>
    <xsl:choose>
      <xsl:when test="$name = 'reset'">Windows reboots without it, and Hyper-V itself no longer has it</xsl:when>
      <xsl:when test="$name = 'reenlightenment'">after migration it needs a host that scales the TSC</xsl:when>
      <xsl:when test="$when = 'document'">its value is for the author to say, and Windows makes nothing of it</xsl:when>
      <xsl:when test="$xfm:build &lt; $build">this Windows does not use it</xsl:when>
      <xsl:when test="$when = 'set'"/>
      <xsl:when test="not($xfm:lists) or $xfm:facts/@hosts = 0">
        <xsl:text>without host facts nothing says that the hosts have it</xsl:text>
      </xsl:when>
      <xsl:when test="contains($name, '/') and not($xfm:host/facts:value[@of = $option] = 'on')">
        <xsl:text>no host facts say that every host has it</xsl:text>
      </xsl:when>
      <xsl:when test="$when = 'intel' and $xfm:vendor != 'Intel'">
        <xsl:text>it slows a guest whose APIC is not virtualised, and only on Intel's KVM does so by itself</xsl:text>
      </xsl:when>
      <xsl:when test="$when = 'intel' and ($xfm:apic = 'disable' or $xfm:apic = 'forbid')">
        <xsl:text>the guest has no APIC</xsl:text>
      </xsl:when>
      <xsl:when test="$name = 'evmcs' and $xfm:vendor != 'Intel'">it is for Intel's processors alone</xsl:when>
      <xsl:when test="$when = 'nested' and $xfm:vendor = ''">the hosts' processors are not of one vendor</xsl:when>
      <xsl:when test="$when = 'nested' and not($xfm:nested)">
        <xsl:text>it is for a guest that is a hypervisor, and this one is not said to have vmx or svm</xsl:text>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- The prerequisite that stands in the way of an enlightenment. -->
  <xsl:template name="xfm:blocked">
    <xsl:param name="name"/>
    <xsl:variable name="row">
      <xsl:call-template name="xfm:hyperv-row">
        <xsl:with-param name="feature" select="$name"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="closure">
      <xsl:call-template name="xfm:hyperv-closure">
        <xsl:with-param name="todo">
          <xsl:value-of select="concat($name, ' ')"/>
          <!-- On Intel's processors those for nested hypervisors do nothing without it, though QEMU starts. -->
          <xsl:if test="$xfm:vendor = 'Intel' and contains($row, ' nested ')
              and not(contains($xfm:more, concat(' ', $name, ' ')))">evmcs </xsl:if>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="reasons">
      <xsl:call-template name="xfm:obstacles">
        <xsl:with-param name="names" select="substring-after(substring($closure, 2), ' ')"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:value-of select="substring-before($reasons, ';')"/>
  </xsl:template>

  <xsl:template name="xfm:obstacles">
    <xsl:param name="names"/>
    <xsl:variable name="name" select="substring-before($names, ' ')"/>
    <xsl:variable name="theirs" select="/domain/features/hyperv/*[name() = $name]"/>
    <xsl:if test="$name != ''">
      <xsl:variable name="why">
        <xsl:choose>
          <xsl:when test="$name = 'hypervclock'">
            <!-- A stimer of the author's brings the timer along, if it is not there. -->
            <xsl:if test="not($xfm:timer[not(@present = 'no')]
                or (not($xfm:timer) and /domain/features/hyperv/stimer/@state = 'on'))">
              <xsl:text>the domain has no such timer</xsl:text>
            </xsl:if>
          </xsl:when>
          <xsl:when test="$theirs[not(@state = 'on')]">it is switched off</xsl:when>
          <xsl:otherwise>
            <xsl:call-template name="xfm:missing">
              <xsl:with-param name="name" select="$name"/>
            </xsl:call-template>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:variable>
      <xsl:if test="$why != ''">
        <xsl:value-of select="concat('it needs ', $name, ', and of that, ', $why, ';')"/>
      </xsl:if>
      <xsl:call-template name="xfm:obstacles">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- names: from the settings, each followed by a blank; refuses those that cannot be meant -->
  <xsl:template name="xfm:check">
    <xsl:param name="names"/>
    <xsl:variable name="name" select="substring-before($names, ' ')"/>
    <xsl:if test="$names != ''">
      <xsl:variable name="fault">
        <xsl:if test="$name != ''">
          <xsl:call-template name="xfm:fault">
            <xsl:with-param name="name" select="$name"/>
          </xsl:call-template>
        </xsl:if>
      </xsl:variable>
      <xsl:if test="$fault != ''">
        <xsl:call-template name="xfm:fail">
          <xsl:with-param name="node" select="*"/>
          <xsl:with-param name="reason">
            <xsl:value-of select="concat('the settings of hyperv name ', $name, ', ', $fault, '; there are:')"/>
            <xsl:call-template name="xfm:names"/>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="xfm:check">
        <xsl:with-param name="names" select="substring-after($names, ' ')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>

  <!-- What is wrong with a name in the settings; the empty string for nothing. -->
  <xsl:template name="xfm:fault">
    <xsl:param name="name"/>
    <xsl:variable name="since">
      <xsl:call-template name="xfm:hyperv-since">
        <xsl:with-param name="feature" select="$name"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:variable name="more" select="contains($xfm:more, concat(' ', $name, ' '))"/>
    <xsl:choose>
      <xsl:when test="$name = 'hypervclock'">which is a timer, with which the stylesheet clock deals</xsl:when>
      <xsl:when test="$since = 'NaN'">which is no enlightenment</xsl:when>
      <xsl:when test="$more and $name = 'vendor_id'">which needs a value that only the document can give</xsl:when>
      <xsl:when test="$more and contains($xfm:less, concat(' ', $name, ' '))">both as more and as less</xsl:when>
      <xsl:when test="$more and $since &gt; $xfm:libvirt and $xfm:none = ''">
        <xsl:value-of select="concat('which libvirt ', $xfm:oldest, ' does not know')"/>
      </xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- The names that the settings can have. -->
  <xsl:template name="xfm:names">
    <xsl:param name="rows" select="$xfm:hyperv"/>
    <xsl:variable name="name" select="substring-after(substring-before($rows, ':'), ' ')"/>
    <xsl:if test="$name != ''">
      <xsl:variable name="since">
        <xsl:call-template name="xfm:hyperv-since">
          <xsl:with-param name="feature" select="$name"/>
        </xsl:call-template>
      </xsl:variable>
      <xsl:if test="$name != 'hypervclock' and $name != 'vendor_id' and $since &lt;= $xfm:libvirt">
        <xsl:value-of select="concat(' ', $name)"/>
      </xsl:if>
      <xsl:call-template name="xfm:names">
        <xsl:with-param name="rows" select="substring-after($rows, ';')"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
