"""Where xfm's own files are, and where a site's and a user's are looked for.

In an installed xfm the stylesheets, grammars and example plugins lie in the package's ``data`` folder; in a checkout,
at its top level.
"""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_INSTALLED = os.path.join(_PACKAGE, "data")
_ROOT = _INSTALLED if os.path.isdir(_INSTALLED) else os.path.dirname(_PACKAGE)

STYLESHEETS = os.path.join(_ROOT, "stylesheets")
GRAMMARS = os.path.join(_ROOT, "schemas", "rng")
XML_SCHEMAS = os.path.join(_ROOT, "schemas", "xsd")
PLUGINS = os.path.join(_ROOT, "plugins")

#: Where libvirt's own schemas are, in the order in which they are looked for.
LIBVIRT_SCHEMAS = ("/usr/share/libvirt/schemas", "/usr/local/share/libvirt/schemas")


def system_directory() -> str:
    """The site's configuration: ``/etc/xfm``, or ``$XFM_ETC``."""
    return os.environ.get("XFM_ETC") or "/etc/xfm"


def _user_directory(variable: str, fallback: str) -> str:
    base = os.environ.get(variable, "")
    # The XDG base directory specification: a relative path is invalid and must be ignored.
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), fallback)
    return os.path.join(base, "xfm")


def user_config_directory() -> str:
    """The user's configuration: ``$XDG_CONFIG_HOME/xfm``, else ``~/.config/xfm``."""
    return _user_directory("XDG_CONFIG_HOME", ".config")


def user_data_directory() -> str:
    """The user's data (registered schema sets): ``$XDG_DATA_HOME/xfm``, else ``~/.local/share/xfm``."""
    return _user_directory("XDG_DATA_HOME", os.path.join(".local", "share"))


def user_cache_directory() -> str:
    """What can be made again: ``$XDG_CACHE_HOME/xfm``, else ``~/.cache/xfm``."""
    return _user_directory("XDG_CACHE_HOME", ".cache")


def state_directory() -> str:
    """What xfm keeps of what it did: ``$XFM_STATE``, root's ``/var/lib/xfm``, else ``$XDG_STATE_HOME/xfm``."""
    named = os.environ.get("XFM_STATE")
    if named:
        return named
    if os.geteuid() == 0:
        return "/var/lib/xfm"
    return _user_directory("XDG_STATE_HOME", os.path.join(".local", "state"))


def config_files() -> list[str]:
    """The configuration files that are read without being named, the weaker first; they need not exist."""
    return [os.path.join(directory, "xfm.toml") for directory in (system_directory(), user_config_directory())]


def plugin_directories() -> list[str]:
    """The plugin directories that are searched without being named; they need not exist."""
    return [
        PLUGINS,
        os.path.join(system_directory(), "plugins.d"),
        os.path.join(user_config_directory(), "plugins.d"),
    ]
