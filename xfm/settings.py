"""Every option of the filter, once: the command line, the configuration file and ``xfm config`` are made from this.

Weaker to stronger: default, ``/etc/xfm/xfm.toml``, the user's ``xfm.toml``, ``--config FILE``, environment, command
line. Lists and ``set`` are joined over these, all else is replaced.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from xfm import resources
from xfm.builtin import BASELINES
from xfm.errors import MissingError, UsageError
from xfm.hookspecs import STAGES
from xfm.limits import MAX_SECONDS, SECONDS
from xfm.schema import is_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


COMMAND_LINE = "command line"
#: What the libvirt hook does about a guest that is not as it should be.
OUTCOMES = ("ignore", "warn", "refuse")


class Option(NamedTuple):
    """An option: its kind says what it holds and how the two forms, command line and TOML, are read.

    ``flag`` (a TOML boolean), ``string``, ``integer``, ``number``, ``list`` (repeatable; a TOML array of strings),
    ``map`` (repeatable NAME=VALUE; a TOML table).
    """

    name: str
    kind: str
    default: object
    help: str
    metavar: str = ""
    short: str = ""
    environment: str = ""
    choices: tuple[object, ...] = ()
    complete: str = ""  # "file" or "directory": what a shell offers
    hook: bool = False  # of the libvirt hook, and in the configuration file alone


OPTIONS: tuple[Option, ...] = (
    Option(
        "set",
        "map",
        {},
        "set a stylesheet's parameter (PARAMETER, or ID.PARAMETER) or switch it (ID=on, ID=off); repeatable",
        "NAME=VALUE",
    ),
    Option(
        "baseline",
        "integer",
        None,
        "the baseline for a document without a pin; from a configuration file: for a new guest",
        "N",
        choices=BASELINES,
    ),
    Option(
        "plugin-dir",
        "list",
        (),
        "look for plugins here too (.xsl files, folders with .xsl files); repeatable",
        "DIR",
        complete="directory",
    ),
    Option(
        "schemas",
        "string",
        None,
        "libvirt's schemas: a directory, or the version of a registered set",
        "DIR|VERSION",
        environment="XFM_SCHEMAS",
        complete="directory",
    ),
    Option(
        "os",
        "string",
        None,
        "the guest's operating system, by its id or short id in osinfo-db (debian11); from a configuration file: of a "
        "guest whose document names none",
        "ID",
    ),
    Option(
        "host-facts",
        "list",
        (),
        "the result must run on this host (a file of `xfm host-facts`); repeatable",
        "FILE",
        complete="file",
    ),
    Option("connect", "string", None, "the result must run on the host of this libvirt connection", "URI"),
    Option("until", "string", None, "stop after this stage, and lay out the result", "STAGE", choices=STAGES),
    Option("diff", "flag", False, "print what each stage did as a unified diff, instead of the document"),
    Option("output", "string", None, "write to FILE, whole or not at all", "FILE", short="o", complete="file"),
    Option("in-place", "flag", False, "write the result back to the input file, whole or not at all"),
    Option(
        "time-limit",
        "number",
        SECONDS,
        "seconds that a run with stylesheets other than xfm's own, or on a very large document, may take",
        "SECONDS",
    ),
    Option("verbose", "flag", False, "say on stderr what each stylesheet did", short="v"),
    Option("hook-invalid", "string", "warn", "the hook, of a guest that is not valid", choices=OUTCOMES, hook=True),
    Option("hook-unpinned", "string", "warn", "the hook, of a guest without a pin", choices=OUTCOMES, hook=True),
    Option(
        "hook-drifted",
        "string",
        "warn",
        "the hook, of a guest that is not what its pin says",
        choices=OUTCOMES,
        hook=True,
    ),
)


class Settings(NamedTuple):
    """The values that hold, and where each comes from: both by option name, ``set`` by ``set.NAME``."""

    values: dict[str, Any]
    origins: dict[str, str]


def gather(
    command_line: Mapping[str, Any], config: str | None, *, vouch: Callable[[str], None] | None = None
) -> Settings:
    """Put the settings together.

    :param command_line: values by option name; None where an option was not given.
    :param config: the file of ``--config``.
    :param vouch: is called with each file before it is read, and raises where that is not to be.
    :raises UsageError: setting.
    :raises MissingError: file, where ``config`` is not there or a configuration file cannot be read.
    """
    settings = Settings({option.name: option.default for option in OPTIONS}, {})
    for option in OPTIONS:
        settings.origins[option.name] = "default"
    for path in resources.config_files():
        if vouch is not None:
            vouch(path)
        _merge(settings, _read_file(path, optional=True), path)
    if config is not None:
        if vouch is not None:
            vouch(config)
        _merge(settings, _read_file(config), config)
    environment = {o.name: os.environ.get(o.environment) for o in OPTIONS if o.environment}
    for name, value in environment.items():
        if value:
            _merge(settings, {name: value}, f"environment, {_option(name).environment}")
    _merge(settings, {k: v for k, v in command_line.items() if v is not None}, COMMAND_LINE)
    return settings


def _option(name: str) -> Option:
    return next(option for option in OPTIONS if option.name == name)


def _merge(settings: Settings, given: Mapping[str, Any], origin: str) -> None:
    for name, value in given.items():
        kind = _option(name).kind
        held = settings.values[name]
        if kind == "map":
            # What is stronger comes last, under whichever of its two names (NAME, ID.NAME) a parameter is set.
            settings.values[name] = {**{key: text for key, text in held.items() if key not in value}, **value}
            settings.origins.update((f"{name}.{key}", origin) for key in value)
        else:
            settings.values[name] = (*held, *value) if kind == "list" else value
        settings.origins[name] = origin


def _read_file(path: str, *, optional: bool = False) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        if optional and isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return {}
        raise MissingError(
            "file",
            f"cannot read the configuration: {error.strerror}",
            file=path,
            hint="check the name and its permissions",
        ) from error
    import tomllib

    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            "setting", f"the configuration is not valid TOML: {error}", file=path, hint="see https://toml.io"
        ) from error
    return {name: _value(name, value, path) for name, value in table.items()}


def _value(name: str, value: Any, path: str) -> Any:
    """A value of a configuration file, held to its option's kind."""
    names = [option.name for option in OPTIONS]
    if name not in names:
        from xfm.stylesheet.declaration import suggestion

        raise UsageError("setting", f"unknown setting {name}", file=path, hint=suggestion(name, names))
    option = _option(name)
    expected = _mismatch(option, value)
    if expected:
        raise UsageError("setting", f"{name} must be {expected}", file=path, hint=f"{name}: {option.help}")
    if option.kind == "map":
        return _flatten(value, path)
    if option.complete:
        return value if name == "schemas" and is_version(value) else _relative_to(path, value)
    return value


def _mismatch(option: Option, value: Any) -> str:
    """What the value should have been, or nothing."""
    if option.choices and value not in option.choices:
        return f"one of: {', '.join(map(str, option.choices))}"
    whole = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "flag": isinstance(value, bool),
        "string": isinstance(value, str),
        "integer": whole,
        "number": (whole or isinstance(value, float)) and 0 < value <= MAX_SECONDS,
        "list": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "map": isinstance(value, dict),
    }
    names = {
        "flag": "true or false",
        "string": "a string",
        "integer": "a whole number",
        "number": f"a number above 0, and at most {MAX_SECONDS}",
        "list": "an array of strings",
        "map": "a table",
    }
    return "" if fits[option.kind] else names[option.kind]


def _relative_to(path: str, value: object) -> object:
    """Paths in a configuration file are relative to the file; ``-`` is stdout there too."""
    directory = os.path.dirname(os.path.abspath(path))

    def resolve(text: str) -> str:
        return text if text == "-" else os.path.join(directory, os.path.expanduser(text))

    return [resolve(item) for item in value] if isinstance(value, list) else resolve(str(value))


def _flatten(table: Mapping[str, object], path: str, prefix: str = "") -> dict[str, str]:
    """``[set]`` with one level of sub-tables: ``[set.hyperv] retries = 4096`` is ``hyperv.retries=4096``."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = prefix + key
        if isinstance(value, bool):
            flat[name] = "on" if value else "off"
        elif isinstance(value, (str, int)):
            flat[name] = str(value)
        elif isinstance(value, dict) and not prefix:
            flat.update(_flatten(value, path, key + "."))
        else:
            raise UsageError(
                "setting",
                f"set.{name} must be a string, a whole number, or true or false",
                file=path,
                hint="write [set] NAME = VALUE, or [set.ID] PARAMETER = VALUE",
            )
    return flat
