<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:xfm="urn:xfm:layout:1"
    xmlns:bhyve="http://libvirt.org/schemas/domain/bhyve/1.0"
    xmlns:lxc="http://libvirt.org/schemas/domain/lxc/1.0"
    xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"
    xmlns:xen="http://libvirt.org/schemas/domain/xen/1.0"
    exclude-result-prefixes="xfm bhyve lxc qemu xen">
  <!--
    The order tables of dumpxml.xsl, which imports this library and brings the template that each row calls.

    A row is a template: it matches an element where it stands and names its attributes and its child elements in
    the order in which libvirt prints them. A list begins with a blank and ends with a blank and a bar; between two
    names stands blank space. A name that is not in the list comes last, in document order. An element without a
    row, or without a list, keeps its order: most of those have text or a single attribute. A row with a list of
    elements makes the element a container: blank text means nothing in it.

    Where libvirt prints one element in two orders (an interface's driver), the row's predicate tells them apart.
    Where one name has several forms that never meet (the address of a device, the source of a disk), one list
    holds them all. Where libvirt mixes several names (interconnects), the list is empty but for the bar.

    The order is that of libvirt 9.0.0, measured on the dumps of its test driver and read from the functions that
    print (src/conf/domain_conf.c, cpu_conf.c, numa_conf.c, device_conf.c, netdev_*_conf.c, storage_*_conf.c,
    src/util/virsysinfo.c, and each driver's own elements); what came until 11.3.0 is from that version's.
  -->

  <!-- An element without a row. It stands here because in the importing stylesheet it would win over every row. -->
  <xsl:template match="*">
    <xsl:call-template name="xfm:lay-out"/>
  </xsl:template>

  <!-- The domain and its parts. The list of its children has a name, as a root that binds namespaces has a
    template of its own. -->
  <xsl:variable name="xfm:domain-elements" select="' name uuid genid title description metadata maxMemory memory
      currentMemory blkiotune memtune memoryBacking vcpu vcpus iothreads iothreadids defaultiothread throttlegroups
      cputune numatune resource sysinfo bootloader bootloader_args os idmap features cpu clock on_poweroff
      on_reboot on_crash on_lockfailure pm perf devices seclabel keywrap launchSecurity qemu:commandline
      qemu:capabilities qemu:override qemu:deprecation lxc:namespace xen:commandline bhyve:commandline
      vmware:datacenterpath vmware:moref |'"/>

  <xsl:template match="domain">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type id |'"/>
      <xsl:with-param name="elements" select="$xfm:domain-elements"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template match="maxMemory">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' slots unit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memory">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dumpCore unit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="blkiotune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' weight device |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="blkiotune/device">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' path weight read_iops_sec write_iops_sec read_bytes_sec
          write_bytes_sec |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memtune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' hard_limit soft_limit min_guarantee swap_hard_limit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memoryBacking">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' hugepages nosharepages locked source access allocation discard
          |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hugepages">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' page |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="page">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' size unit nodeset |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="allocation">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode threads |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vcpu">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' placement cpuset current |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vcpus">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' vcpu |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vcpus/vcpu">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id enabled hotpluggable order |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="iothreadids">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' iothread |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="iothreadids/iothread">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id thread_pool_min thread_pool_max |'"/>
      <xsl:with-param name="elements" select="' poll |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="poll">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' max grow shrink |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="defaultiothread">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' thread_pool_min thread_pool_max |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="throttlegroups">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' throttlegroup |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="iotune | throttlegroup">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' total_bytes_sec read_bytes_sec write_bytes_sec total_iops_sec
          read_iops_sec write_iops_sec total_bytes_sec_max read_bytes_sec_max write_bytes_sec_max
          total_iops_sec_max read_iops_sec_max write_iops_sec_max size_iops_sec group_name
          total_bytes_sec_max_length read_bytes_sec_max_length write_bytes_sec_max_length
          total_iops_sec_max_length read_iops_sec_max_length write_iops_sec_max_length |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cputune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' shares period quota global_period global_quota emulator_period
          emulator_quota iothread_period iothread_quota vcpupin emulatorpin iothreadpin emulatorsched
          vcpusched iothreadsched cachetune memorytune |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vcpupin | iothreadpin">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' vcpu iothread cpuset |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="emulatorsched | vcpusched | iothreadsched">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' vcpus iothreads scheduler priority |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cachetune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' vcpus id |'"/>
      <xsl:with-param name="elements" select="' cache monitor |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memorytune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' vcpus id |'"/>
      <xsl:with-param name="elements" select="' node monitor |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cachetune/cache">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id level type size unit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memorytune/node">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id bandwidth |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="monitor">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' level vcpus |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="numatune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' memory memnode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="numatune/memory">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode nodeset placement |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memnode">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' cellid mode nodeset |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="resource">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' partition fibrechannel |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="sysinfo">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' bios system baseBoard chassis processor memory_device
          oemStrings entry |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="sysinfo/bios | sysinfo/system | baseBoard | chassis | processor | memory_device |
      oemStrings">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' entry |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="entry">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name file |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' type firmware init initarg initenv initdir inituser initgroup
          loader nvram kernel initrd cmdline shim dtb root acpi boot bootmenu bios smbios |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os/type">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' arch machine |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os/firmware">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' feature |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="firmware/feature">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' enabled name |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="loader">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' readonly secure type stateless format |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os/nvram">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' template templateFormat type format |'"/>
      <xsl:with-param name="elements" select="' source |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os/acpi">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' table |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="bootmenu">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' enable timeout |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="os/bios">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' useserial rebootTimeout |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="idmap">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' uid gid |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="idmap/uid | idmap/gid">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' start target count |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="features">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' acpi apic pae hap viridian privnet hyperv kvm pvspinlock
          capabilities pmu vmport gic smm ioapic hpt vmcoreinfo htm nested-hv msrs ccf-assist xen cfpc sbbc
          ibs tcg async-teardown ras ps2 aia |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hyperv">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' relaxed vapic spinlocks vpindex runtime synic stimer reset
          vendor_id frequencies reenlightenment tlbflush ipi evmcs avic emsr_bitmap xmm_input |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="spinlocks | hyperv/vendor_id">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' state retries value |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="stimer | tlbflush">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' direct extended |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="kvm">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' hidden hint-dedicated poll-control pv-ipi dirty-ring |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="dirty-ring">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' state size |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="features/xen">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' e820_host passthrough |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="features/xen/passthrough">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' state mode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="features/capabilities">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' audit_control audit_write block_suspend chown dac_override
          dac_read_search fowner fsetid ipc_lock ipc_owner kill lease linux_immutable mac_admin mac_override
          mknod net_admin net_bind_service net_broadcast net_raw setgid setfcap setpcap setuid sys_admin
          sys_boot sys_chroot sys_module sys_nice sys_pacct sys_ptrace sys_rawio sys_resource sys_time
          sys_tty_config syslog wake_alarm |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="smm">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' tseg |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hpt">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' maxpagesize |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="tcg">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' tb-cache |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cpu">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode match check migratable deprecated_features |'"/>
      <xsl:with-param name="elements" select="' arch model vendor microcode signature counter topology cache
          maxphysaddr feature numa |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cpu/model">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' fallback vendor_id |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="signature">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' family model stepping |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="counter">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name frequency scaling |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="topology">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' sockets dies clusters cores threads |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cpu/cache">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' level mode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="maxphysaddr">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode bits limit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cpu/feature">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' policy name |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="numa">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' cell interconnects |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cell">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id cpus memory unit memAccess discard |'"/>
      <xsl:with-param name="elements" select="' distances cache |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="distances">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' sibling |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="sibling">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id value |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cell/cache">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' level associativity policy |'"/>
      <xsl:with-param name="elements" select="' size line |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cache/size | cache/line">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' value unit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interconnects">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interconnects/latency | interconnects/bandwidth">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' initiator target cache type value unit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="clock">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' offset adjustment basis timezone start |'"/>
      <xsl:with-param name="elements" select="' timer |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="timer">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name present tickpolicy track frequency mode |'"/>
      <xsl:with-param name="elements" select="' catchup |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="catchup">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' threshold slew limit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="pm">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' suspend-to-mem suspend-to-disk |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="perf">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' event |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="perf/event">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name enabled |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="keywrap">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' cipher |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="keywrap/cipher">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name state |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="launchSecurity">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type kernelHashes authorKey vcek |'"/>
      <xsl:with-param name="elements" select="' cbitpos reducedPhysBits policy dhCert session
          guestVisibleWorkarounds idBlock idAuth hostData |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="seclabel">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type model labelskip relabel |'"/>
      <xsl:with-param name="elements" select="' label imagelabel baselabel |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- What all devices share. -->
  <xsl:template match="devices">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' emulator disk controller lease filesystem interface smartcard
          serial parallel console channel input tpm graphics sound audio video hostdev redirdev redirfilter
          hub watchdog memballoon rng nvram panic shmem memory crypto iommu vsock pstore |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="address">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type uuid controller domain bus target unit cssid ssid devno
          slot function multifunction port device reg iobase irq base |'"/>
      <xsl:with-param name="elements" select="' zpci |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="zpci">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' uid fid |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="boot">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' order loadparm |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="rom">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' enabled bar file |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name iommu ats packed page_per_vq |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="auth">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type username |'"/>
      <xsl:with-param name="elements" select="' secret |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="secret">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type usage uuid |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="encryption">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' format engine |'"/>
      <xsl:with-param name="elements" select="' secret cipher ivgen |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="encryption/cipher">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name size mode hash |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="ivgen">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name hash |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="reconnect">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' enabled timeout delay |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="host">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name port transport socket |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Disks and storage. -->
  <xsl:template match="disk">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type device model rawio sgio snapshot |'"/>
      <xsl:with-param name="elements" select="' driver auth source backingStore backenddomain geometry blockio
          mirror target iotune throttlefilters readonly shareable transient serial wwn vendor product
          encryption boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="disk/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name type cache error_policy rerror_policy io ioeventfd
          event_idx copy_on_read discard iothread detect_zeroes discard_no_unref queues queue_size iommu ats
          packed page_per_vq |'"/>
      <xsl:with-param name="elements" select="' iothreads metadata_cache |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="driver/iothreads">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' iothread |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="driver/iothreads/iothread">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' queue |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="metadata_cache">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' max_size |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' protocol pool volume mode actualType file fdgroup dev dir
          type name query tls tlsHostname tlsFromConfig managed namespace path startupPolicy index |'"/>
      <xsl:with-param name="elements" select="' host reconnect snapshot config initiator ssl cookies readahead
          timeout knownHosts identity address slices seclabel auth encryption reservations dataStore |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="initiator">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' iqn |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cookies">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' cookie |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="identity">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' user group username keyfile agentsock |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="slices">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' slice |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="slice">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type offset size |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="reservations">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' source |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="reservations/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type path mode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="backingStore">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type index |'"/>
      <xsl:with-param name="elements" select="' format source backingStore |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="backingStore/format | mirror/format">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' metadata_cache |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="dataStore">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' format source |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="mirror">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type file format job ready |'"/>
      <xsl:with-param name="elements" select="' format source backingStore |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="disk/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dev bus tray removable rotation_rate |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="geometry">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' cyls heads secs trans |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="blockio">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' logical_block_size physical_block_size discard_granularity
          |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="throttlefilters">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' throttlefilter |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="filesystem">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type accessmode model multidevs fmode dmode |'"/>
      <xsl:with-param name="elements" select="' driver binary idmap source target readonly boot alias master
          rom acpi address space_hard_limit space_soft_limit |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="filesystem/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type format wrpolicy queue iommu ats packed page_per_vq
          |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="filesystem/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dir socket dev file name usage units pool volume |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="binary">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' path xattr |'"/>
      <xsl:with-param name="elements" select="' cache sandbox lock thread_pool openfiles |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="binary/lock">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' posix flock |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="lease">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' lockspace key target |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="lease/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' path offset |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Controllers. -->
  <xsl:template match="controller">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type index model ports vectors maxGrantFrames
          maxEventChannels |'"/>
      <xsl:with-param name="elements" select="' model target driver boot alias master rom acpi address
          pcihole64 |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="controller/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' queues cmd_per_lun max_sectors ioeventfd iothread iommu ats
          packed page_per_vq |'"/>
      <xsl:with-param name="elements" select="' iothreads |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="controller/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' chassisNr chassis port busNr index hotplug memReserve |'"/>
      <xsl:with-param name="elements" select="' node |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Network interfaces. -->
  <xsl:template match="interface">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type managed trustGuestRxFilters |'"/>
      <xsl:with-param name="elements" select="' mac source vlan virtualport bandwidth port actual ip route
          portForward script downscript backenddomain target guest model driver backend filterref tune teaming
          link mtu coalesce boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface[@type = 'hostdev']">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type managed trustGuestRxFilters |'"/>
      <xsl:with-param name="elements" select="' mac driver source vlan virtualport bandwidth port actual ip
          route portForward script downscript backenddomain target guest model backend filterref tune teaming
          link mtu coalesce boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="mac">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' address type check currentAddress |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/source | actual/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type network portgroup switchid portid portgroupid
          connectionid bridge macTableManager dev path mode address port name |'"/>
      <xsl:with-param name="elements" select="' address reconnect local ip route |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="local">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' address port |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/ip | interface/source/ip | hostdev/ip">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' address family prefix peer |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="route">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' family address netmask prefix gateway metric |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vlan">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' tag |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="tag">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id nativeMode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="virtualport">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' parameters |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="parameters">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' managerid typeid typeidversion instanceid interfaceid
          profileid |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="bandwidth">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' inbound outbound |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="inbound | outbound">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' average peak floor burst |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="portForward">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' proto address dev |'"/>
      <xsl:with-param name="elements" select="' range |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="range">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' start end to exclude |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dev managed |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/guest">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dev actual |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name model txmode ioeventfd event_idx queues rx_queue_size
          tx_queue_size rss rss_hash_report iommu ats packed page_per_vq |'"/>
      <xsl:with-param name="elements" select="' host guest |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="driver/host | driver/guest">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' csum gso tso4 tso6 ecn ufo mrg_rxbuf |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="interface/backend">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type tap vhost logFile |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="filterref">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' parameter |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="parameter">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name value |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="tune">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' sndbuf |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="teaming">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type persistent |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="coalesce">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' rx |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="rx">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' frames |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Character devices. -->
  <xsl:template match="serial | parallel | console | channel">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type tty |'"/>
      <xsl:with-param name="elements" select="' source protocol log target boot alias master rom acpi address
          |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="serial/source | parallel/source | console/source | channel/source |
      smartcard/source | redirdev/source | backend/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type channel master slave mode host path service append tls
          tlsFromConfig |'"/>
      <xsl:with-param name="elements" select="' clipboard mouse seclabel reconnect |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="log">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' file append |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="serial/target | parallel/target | console/target | channel/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type address name port state |'"/>
      <xsl:with-param name="elements" select="' model |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="smartcard">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode type |'"/>
      <xsl:with-param name="elements" select="' certificate database source protocol log boot alias master rom
          acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="redirdev">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' bus type |'"/>
      <xsl:with-param name="elements" select="' source protocol log boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="redirfilter">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' usbdev |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="usbdev">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' class vendor product version allow |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Graphics, sound and input. -->
  <xsl:template match="graphics">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type p2p address socket port tlsPort autoport replaceUser
          multiUser websocket websocketGenerated display xauth fullscreen listen keymap sharePolicy
          powerControl defaultMode username passwd passwdValidTo connected |'"/>
      <xsl:with-param name="elements" select="' listen channel image jpeg zlib playback streaming mouse
          clipboard filetransfer gl audio |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="listen">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type address network socket |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="graphics/channel">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name mode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="gl">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' enable rendernode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="video">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' driver model boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="video/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' iommu ats packed page_per_vq vgaconf name |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="video/model">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type ram vram vram64 vgamem heads primary blob |'"/>
      <xsl:with-param name="elements" select="' acceleration resolution |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="acceleration">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' accel3d accel2d rendernode |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="resolution">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' x y |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="input">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type bus model |'"/>
      <xsl:with-param name="elements" select="' driver source boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="input/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' dev evdev grab grabToggle repeat |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="sound">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model multichannel streams |'"/>
      <xsl:with-param name="elements" select="' codec audio boot alias master rom acpi address driver |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="audio">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' id type timerPeriod tryMMap exclusive dspPolicy serverName
          driver path runtimeDir |'"/>
      <xsl:with-param name="elements" select="' input output |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="audio/input | audio/output">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mixingEngine fixedSettings voices bufferLength dev
          bufferCount tryPoll serverName name clientName streamName connectPorts exactName latency |'"/>
      <xsl:with-param name="elements" select="' settings |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="settings">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' frequency channels format |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Host devices and the rest. -->
  <xsl:template match="hostdev">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' mode type managed sgio rawio model display ramfb |'"/>
      <xsl:with-param name="elements" select="' driver source ip route teaming readonly shareable boot alias
          master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hostdev/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name model |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hostdev/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' protocol name wwpn startupPolicy autoAddress missing
          guestReset writeFiltering |'"/>
      <xsl:with-param name="elements" select="' vendor product adapter address host auth initiator block char
          interface |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="hub">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="watchdog">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model action |'"/>
      <xsl:with-param name="elements" select="' boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memballoon">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model autodeflate freePageReporting |'"/>
      <xsl:with-param name="elements" select="' stats boot alias master rom acpi address driver |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="vsock">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' cid boot alias master rom acpi address driver |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="cid">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' auto address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="rng">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' rate backend driver boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="rate">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' bytes period |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="rng/backend">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model type |'"/>
      <xsl:with-param name="elements" select="' source protocol log |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="devices/nvram | panic">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="tpm">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' backend boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="tpm/backend">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type version persistent_state debug |'"/>
      <xsl:with-param name="elements" select="' device encryption active_pcr_banks source profile |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="active_pcr_banks">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' sha1 sha256 sha384 sha512 |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="profile">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' source removeDisabled name |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="shmem">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name role |'"/>
      <xsl:with-param name="elements" select="' model size server msi boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="msi">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' vectors ioeventfd |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="devices/memory">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model access discard |'"/>
      <xsl:with-param name="elements" select="' uuid source target boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memory/source">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' path nodemask pagesize alignsize pmem |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memory/target">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' size node label readonly block requested current address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="memory/target/label">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' size |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="crypto">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model type |'"/>
      <xsl:with-param name="elements" select="' backend driver boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="crypto/backend">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' model queues |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="iommu">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' driver boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="iommu/driver">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' intremap caching_mode eim iotlb aw_bits dma_translation
          |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="pstore">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' path size boot alias master rom acpi address |'"/>
    </xsl:call-template>
  </xsl:template>

  <!-- Drivers' own elements. -->
  <xsl:template match="qemu:commandline | bhyve:commandline | xen:commandline">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' qemu:arg qemu:env bhyve:arg xen:arg |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:env">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name value |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:capabilities">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' qemu:add qemu:del |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:override">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' qemu:device |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:device">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' qemu:frontend |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:frontend">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' qemu:property |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="qemu:property">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' name type value |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="lxc:namespace">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="elements" select="' lxc:sharenet lxc:shareipc lxc:shareuts |'"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="lxc:*">
    <xsl:call-template name="xfm:lay-out">
      <xsl:with-param name="attributes" select="' type value |'"/>
    </xsl:call-template>
  </xsl:template>
</xsl:stylesheet>
