# bash completion for xfm
# Made by scripts/generate from the command line's own definition.

# Adds to COMPREPLY what fits the current word: of files, of directories, or of the words given.
_xfm_offer() {
  local found
  case $1 in
    file)
      mapfile -t found < <(compgen -f -- "$cur")
      compopt -o filenames 2>/dev/null
      ;;
    directory)
      mapfile -t found < <(compgen -d -- "$cur")
      compopt -o filenames 2>/dev/null
      ;;
    *) mapfile -t found < <(compgen -W "$1" -- "$cur") ;;
  esac
  COMPREPLY+=("${found[@]}")
}

_xfm() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=
  COMPREPLY=()
  # bash takes --until=STAGE for three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD > 1)); then
    case ${COMP_WORDS[1]} in
      validate|explain|stages|plugins|abi|pin|upgrade|repin|devices|define|edit|attach|detach|provision|audit|hook|host-facts|import|schemas|config) command=${COMP_WORDS[1]} ;;
    esac
  fi
  case $command:$previous in
    :--set|:--os|:--connect|:--time-limit|explain:--set|explain:--os|explain:--connect|explain:--time-limit|stages:--set|upgrade:--to|upgrade:--set|upgrade:--os|upgrade:--connect|upgrade:--time-limit|repin:--set|repin:--os|repin:--connect|repin:--time-limit|define:--undo|define:--set|define:--os|define:--connect|define:--time-limit|edit:--set|edit:--os|edit:--connect|edit:--time-limit|attach:--set|attach:--os|attach:--connect|attach:--time-limit|detach:--timeout|detach:--set|detach:--os|detach:--connect|detach:--time-limit|provision:--cmdline|provision:--wait|provision:--set|provision:--os|provision:--connect|provision:--time-limit|audit:--connect|hook:--name|host-facts:--connect|import:--name|import:--connect|schemas:--libvirt|config:--set|config:--os|config:--connect|config:--time-limit) _xfm_offer ''; return ;;
    :--baseline|explain:--baseline|stages:--baseline|config:--baseline) _xfm_offer '0 1 2'; return ;;
    :--plugin-dir|:--schemas|validate:--schemas|explain:--plugin-dir|explain:--schemas|stages:--plugin-dir|plugins:--plugin-dir|abi:--schemas|upgrade:--plugin-dir|upgrade:--schemas|repin:--plugin-dir|repin:--schemas|define:--plugin-dir|define:--schemas|edit:--plugin-dir|edit:--schemas|attach:--plugin-dir|attach:--schemas|detach:--plugin-dir|detach:--schemas|provision:--plugin-dir|provision:--schemas|audit:--schemas|hook:--hooks-dir|import:--base|import:--schemas|config:--plugin-dir|config:--schemas) _xfm_offer 'directory'; return ;;
    :--host-facts|:-o|:--output|:--config|validate:--config|explain:--host-facts|explain:--config|stages:--config|plugins:--config|abi:--config|upgrade:--host-facts|upgrade:-o|upgrade:--output|upgrade:--config|repin:--host-facts|repin:-o|repin:--output|repin:--config|define:--host-facts|define:--config|edit:--host-facts|edit:--config|attach:-o|attach:--output|attach:--host-facts|attach:--config-file|detach:--host-facts|detach:--config-file|provision:--kernel|provision:--initrd|provision:--cdrom|provision:--host-facts|provision:--config|audit:--config|host-facts:-o|host-facts:--output|import:--config|config:--host-facts|config:-o|config:--output|config:--config) _xfm_offer 'file'; return ;;
    :--until|explain:--until|stages:--until|config:--until) _xfm_offer 'dialect policy defaults enlightenments machine-type device-identity topology pin layout'; return ;;
    upgrade:--hook-invalid|upgrade:--hook-unpinned|upgrade:--hook-drifted|repin:--hook-invalid|repin:--hook-unpinned|repin:--hook-drifted) _xfm_offer 'ignore warn refuse'; return ;;
    hook:--driver) _xfm_offer 'qemu lxc libxl bhyve'; return ;;
  esac
  if [[ $cur == -* ]]; then
    case $command in
      config) _xfm_offer '-h --help --set --baseline --plugin-dir --schemas --os --host-facts --connect --until --diff --no-diff -o --output --in-place --no-in-place --time-limit -v --verbose --no-verbose --config --json' ;;
      schemas) _xfm_offer '-h --help --libvirt --json' ;;
      import) _xfm_offer '-h --help --name --base --connect --schemas --config' ;;
      host-facts) _xfm_offer '-h --help --connect -o --output' ;;
      hook) _xfm_offer '-h --help --name --hooks-dir --driver --reload --json' ;;
      audit) _xfm_offer '-h --help --schemas --connect --config --json' ;;
      provision) _xfm_offer '-h --help --kernel --initrd --cmdline --cdrom --pxe --wait --replace --print --json --set --plugin-dir --schemas --os --host-facts --connect --time-limit -v --verbose --no-verbose --config' ;;
      detach) _xfm_offer '-h --help --live --config --repin --timeout --print --json --set --plugin-dir --schemas --os --host-facts --connect --time-limit -v --verbose --no-verbose --config-file' ;;
      attach) _xfm_offer '-h --help --live --config --repin --print --domain -o --output --json --set --plugin-dir --schemas --os --host-facts --connect --time-limit -v --verbose --no-verbose --config-file' ;;
      edit) _xfm_offer '-h --help --repin --set --plugin-dir --schemas --os --host-facts --connect --time-limit -v --verbose --no-verbose --config' ;;
      define) _xfm_offer '-h --help --replace --repin --undo --json --set --plugin-dir --schemas --os --host-facts --connect --time-limit -v --verbose --no-verbose --config' ;;
      devices) _xfm_offer '-h --help --json' ;;
      repin) _xfm_offer '-h --help --set --plugin-dir --schemas --os --host-facts --connect --diff --no-diff -o --output --in-place --no-in-place --time-limit -v --verbose --no-verbose --hook-invalid --hook-unpinned --hook-drifted --config' ;;
      upgrade) _xfm_offer '-h --help --to --check --set --plugin-dir --schemas --os --host-facts --connect --diff --no-diff -o --output --in-place --no-in-place --time-limit -v --verbose --no-verbose --hook-invalid --hook-unpinned --hook-drifted --config' ;;
      pin) _xfm_offer '-h --help --json' ;;
      abi) _xfm_offer '-h --help --schemas --config --json -v --verbose' ;;
      plugins) _xfm_offer '-h --help --plugin-dir --config --json' ;;
      stages) _xfm_offer '-h --help --set --baseline --plugin-dir --until --config --json' ;;
      explain) _xfm_offer '-h --help --set --baseline --plugin-dir --schemas --os --host-facts --connect --until --time-limit --config --json' ;;
      validate) _xfm_offer '-h --help --schemas --config --json' ;;
      *) _xfm_offer '-h --help --version --set --baseline --plugin-dir --schemas --os --host-facts --connect --until --diff --no-diff -o --output --in-place --no-in-place --time-limit -v --verbose --no-verbose --config' ;;
    esac
  else
    ((COMP_CWORD > 1)) || _xfm_offer 'validate explain stages plugins abi pin upgrade repin devices define edit attach detach provision audit hook host-facts import schemas config'
    case $command in
      config) : ;;
      schemas) _xfm_offer 'list add'; _xfm_offer 'directory' ;;
      import) _xfm_offer 'xen-xl xen-xm openvz lxc-tools vmware-vmx'; _xfm_offer 'file' ;;
      host-facts) : ;;
      hook) _xfm_offer 'install status uninstall' ;;
      audit) _xfm_offer '' ;;
      provision) _xfm_offer 'file' ;;
      detach) _xfm_offer ''; _xfm_offer '' ;;
      attach) _xfm_offer ''; _xfm_offer 'file' ;;
      edit) _xfm_offer '' ;;
      define) _xfm_offer 'file' ;;
      devices) _xfm_offer 'file' ;;
      repin) _xfm_offer 'file' ;;
      upgrade) _xfm_offer 'file' ;;
      pin) _xfm_offer 'file' ;;
      abi) _xfm_offer 'file' ;;
      plugins) : ;;
      stages) : ;;
      explain) _xfm_offer 'file' ;;
      validate) _xfm_offer 'file' ;;
      *) _xfm_offer 'file' ;;
    esac
  fi
}

complete -F _xfm xfm
