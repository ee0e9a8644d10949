"""The hook's script, and how it gets into its place and out of it with nothing else touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xfm.errors import MissingError, UsageError
from xfm.hook import Call, called, installation, place, script, serve
from xfm.hook.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = ("prepare", "start", "started", "stopped", "release", "reconnect", "migrate", "restore", "attach", "new")
OURS = [("migrate", "begin"), ("restore", "begin"), ("prepare", "begin"), ("start", "begin")]


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is root's alone is another test's matter: here all lies in /tmp."""
    for module in (installation, serve):
        monkeypatch.setattr(module, "vouch", lambda path: None)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that says how it is called."""
    path = tmp_path / "it's a program"
    path.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    (tmp_path / "etc" / "libvirt").mkdir(parents=True)
    return tmp_path / "etc" / "libvirt" / "hooks"


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All that is in a folder: mode and content by path."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


def run(path: Path, *words: str) -> tuple[int, list[str], str]:
    done = subprocess.run([path, *words], capture_output=True, text=True, timeout=20, check=False, input="<domain/>")
    return done.returncode, done.stdout.splitlines(), done.stderr


# What libvirt calls


def test_a_call_of_libvirts_is_told_from_a_command() -> None:
    assert called(["web1", "migrate", "begin", "-"]) == Call("web1", "migrate", "begin")
    assert called(["--", "-h", "start", "begin", "-"]) == Call("-h", "start", "begin")
    assert called(["install", "prepare", "begin", "-"]) == Call("install", "prepare", "begin")
    for words in ("", "install", "status --json", "install --name a --reload", "uninstall", "--name a --json status"):
        assert called(words.split()) is None
    assert called(["--name", "a", "status", "--json"]) is None
    assert called(["", "start", "-", "shutdown"]) == Call("", "start", "-")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("suboperation", ["begin", "end", "-"])
def test_only_four_operations_concern_xfm(operation: str, suboperation: str) -> None:
    call = Call("web1", operation, suboperation)
    assert call.concerns == ((operation, suboperation) in OURS)
    assert call.filters == ((operation, suboperation) in OURS[:2])


# The script


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_script_calls_xfm_for_these_alone(tmp_path: Path, program: Path, operation: str) -> None:
    path = tmp_path / "50-xfm"
    path.write_bytes(script.Script(str(program)).text())
    path.chmod(0o755)
    words = ["-h $(touch x) 'a'", operation, "begin", "-"]
    if (operation, "begin") in OURS:
        assert run(path, *words) == (7, ["hook", "--", *words], "")
    else:
        assert run(path, *words) == (0, [], "")
        program.unlink()
        assert run(path, *words) == (0, [], "")


@pytest.mark.parametrize("breaks", [lambda path: path.unlink(), lambda path: path.write_text("#!/none/python\n")])
def test_the_script_says_what_to_do_where_xfm_is_gone(
    tmp_path: Path, program: Path, breaks: Callable[[Path], None]
) -> None:
    path = tmp_path / "50-xfm"
    path.write_bytes(script.Script(str(program)).text())
    path.chmod(0o755)
    breaks(program)
    status, output, complaint = run(path, "web1", "prepare", "begin", "-")
    assert (status, output) == (3, [])
    assert f"xfm: error: libvirt's hook cannot run {program} [file]\n" in complaint
    assert f"remove {path}" in complaint


@pytest.mark.parametrize("folders", [(), ("/a", "/b c")])
@pytest.mark.parametrize("path", ["/usr/bin/xfm", "/it's/o'clock", "/with space/xfm", "/naïve/\udcff"])
def test_a_script_of_ours_is_known_again(path: str, folders: tuple[str, ...]) -> None:
    written = script.Script(path, folders)
    assert script.parse(written.text()) == written


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\nexit 0\n", b"\xff\xfe\n", b"#!/bin/sh\n\n\n# xfm: libvirt's hook"])
def test_any_other_script_is_not_ours(data: bytes) -> None:
    assert script.parse(data) is None


# Installing


def test_install_and_uninstall_leave_everything_as_it_was(hooks: Path, program: Path) -> None:
    before = tree(hooks.parent)
    where = Place(str(hooks))
    assert installation.install(where, str(program)).what == "installed"
    path = hooks / "qemu.d" / "50-xfm"
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    installed = tree(hooks.parent)
    assert installation.install(where, str(program)).what == "unchanged"
    assert tree(hooks.parent) == installed
    assert installation.uninstall(where) is True
    assert tree(hooks.parent) == before
    assert installation.uninstall(where) is False


def test_folders_that_were_there_or_hold_something_stay(hooks: Path, program: Path) -> None:
    (hooks / "qemu.d").mkdir(parents=True)
    where = Place(str(hooks))
    before = tree(hooks.parent)
    installation.install(where, str(program))
    installation.uninstall(where)
    assert tree(hooks.parent) == before
    (hooks / "qemu.d").rmdir()
    installation.install(where, str(program))
    other = hooks / "qemu.d" / "90-other"
    other.write_text("#!/bin/sh\n")
    installation.uninstall(where)
    assert other.exists()


def test_a_comment_does_not_have_another_folder_removed(hooks: Path, program: Path, tmp_path: Path) -> None:
    where = Place(str(hooks))
    installation.install(where, str(program))
    (tmp_path / "mine").mkdir()
    text = script.Script(str(program), (str(tmp_path / "mine"),)).text()
    (hooks / "qemu.d" / "50-xfm").write_bytes(text)
    installation.uninstall(where)
    assert (tmp_path / "mine").is_dir()


def test_ours_is_updated_and_keeps_what_it_knows_of_its_folders(hooks: Path, program: Path) -> None:
    where = Place(str(hooks))
    path = hooks / "qemu.d" / "50-xfm"
    other = program.with_name("other")
    shutil.copy(program, other)
    installation.install(where, str(other))
    assert installation.install(where, str(program)).what == "updated"
    path.chmod(0o644)
    assert installation.install(where, str(program)).what == "updated"
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    found = script.parse(path.read_bytes())
    assert found == script.Script(str(program), (str(hooks / "qemu.d"), str(hooks)))


def test_a_script_that_is_not_ours_is_never_touched(hooks: Path, program: Path) -> None:
    path = hooks / "qemu.d" / "50-xfm"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\nexit 0\n")
    before = tree(hooks)
    where = Place(str(hooks))
    for act in (
        lambda: installation.install(where, str(program)),
        lambda: installation.uninstall(where),
    ):
        with pytest.raises(UsageError, match="not of xfm's making"):
            act()
    assert installation.status(where).faults == [f"not installed: {path} is not of xfm's making"]
    assert tree(hooks) == before


def test_other_hooks_stay_as_they_are(hooks: Path, program: Path) -> None:
    (hooks / "qemu.d").mkdir(parents=True)
    for name in ("qemu", "qemu.d/10-a", "qemu.d/.dot", "qemu.d/99-z"):
        (hooks / name).write_text("#!/bin/sh\n")
        (hooks / name).chmod(0o755)
    (hooks / "qemu.d" / "README").write_text("no hook")
    before = tree(hooks)
    where = Place(str(hooks))
    installation.install(where, str(program))
    names = [os.path.relpath(path, hooks) for path in where.chain()]
    assert names == ["qemu", "qemu.d/.dot", "qemu.d/10-a", "qemu.d/50-xfm", "qemu.d/99-z"]
    installation.uninstall(where)
    assert tree(hooks) == before


def test_a_hook_that_could_not_work_is_not_installed(hooks: Path, program: Path, isolated: Path) -> None:
    (isolated / "etc" / "xfm.toml").write_text("nonsense = 1\n")
    with pytest.raises(UsageError, match="unknown setting"):
        installation.install(Place(str(hooks)), str(program))
    assert not hooks.exists()


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden"])
def test_a_name_stays_in_its_folder(hooks: Path, program: Path, name: str) -> None:
    with pytest.raises(UsageError):
        installation.install(Place(str(hooks), "qemu", name), str(program))
    with pytest.raises(UsageError):
        installation.uninstall(Place(str(hooks), "qemu", name))


def test_a_path_does_not_get_a_line_of_its_own_into_the_script(hooks: Path, program: Path) -> None:
    where = Place(f"{hooks}\nrm -rf x")
    with pytest.raises(UsageError, match="line break"):
        installation.install(where, str(program))


@pytest.mark.parametrize("path", ["relative/xfm", "/none/xfm", "/etc", "/etc/passwd"])
def test_what_is_no_program_is_not_called(hooks: Path, path: str) -> None:
    with pytest.raises(MissingError, match="there is no program"):
        installation.install(Place(str(hooks)), path)


def test_where_libvirt_is_not_installed_there_is_no_place(tmp_path: Path, program: Path) -> None:
    with pytest.raises(MissingError, match="cannot make"):
        installation.install(Place(str(tmp_path / "none" / "hooks")), str(program))


def test_this_program_is_told_by_how_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "xfm"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(path), "hook", "install"])
    assert installation.this_program() == str(path)
    monkeypatch.setattr(sys, "argv", ["/none/xfm/__main__.py"])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert installation.this_program() == str(path)
    path.unlink()
    with pytest.raises(UsageError) as raised:
        installation.this_program()
    assert "by its path" in raised.value.hint


# The host


@pytest.fixture
def host(tmp_path: Path) -> Place:
    """A host whose libvirt looks where the hook goes, with a daemon that runs."""
    for folder in (
        "etc/libvirt/hooks",
        "run",
        f"proc/{os.getpid()}",
        "sys/fs/selinux",
        "sys/module/apparmor/parameters",
    ):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "run" / "libvirtd.pid").write_text(f"{os.getpid()}\n")
    os.utime(tmp_path / "run" / "libvirtd.pid", (0, 0))
    (tmp_path / "proc" / str(os.getpid()) / "comm").write_text("libvirtd\n")
    return Place(str(tmp_path / "etc" / "libvirt" / "hooks"), root=str(tmp_path))


def test_a_daemon_that_runs_must_be_told_of_the_first_hook(host: Place, program: Path) -> None:
    done = installation.install(host, str(program))
    assert len(done.notes) == 1
    assert "does not know yet that there is a hook: `systemctl reload libvirtd`, or --reload" in done.notes[0]
    assert any("unless it was reloaded since" in note for note in installation.status(host).notes)


def test_a_daemon_that_has_hooks_need_not_be_told(host: Place, program: Path) -> None:
    other = Path(host.directory) / "qemu"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert installation.install(host, str(program)).notes == []
    assert not any("reload" in note for note in installation.status(host).notes)


def test_a_daemon_that_came_later_knows(host: Place, program: Path) -> None:
    installation.install(host, str(program))
    later = os.stat(host.path).st_ctime + 10
    os.utime(Path(host.root) / "run" / "libvirtd.pid", (later, later))
    assert not any("reload" in note for note in installation.status(host).notes)


def test_a_daemon_is_told_where_that_is_wanted(host: Place, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    done = installation.install(host, str(program), reload=True)
    assert sent == [(os.getpid(), 1)]
    assert done.notes == [f"libvirtd (process {os.getpid()}) was told to look for hooks"]


@pytest.mark.parametrize("stale", ["comm", "pid"])
def test_a_pid_file_that_is_left_over_names_no_daemon(host: Place, program: Path, stale: str) -> None:
    if stale == "comm":
        (Path(host.root) / "proc" / str(os.getpid()) / "comm").write_text("bash\n")
    else:
        (Path(host.root) / "run" / "libvirtd.pid").write_text("nonsense")
    assert host.daemons() == []
    assert installation.install(host, str(program), reload=True).notes == ["no daemon runs that could be told"]


def test_a_place_where_libvirt_does_not_look_has_no_daemon_to_tell(hooks: Path, program: Path, host: Place) -> None:
    elsewhere = host._replace(directory=f"{host.directory}-of-mine")
    (Path(host.root) / "sys" / "fs" / "selinux" / "enforce").write_text("1")
    assert installation.install(elsewhere, str(program)).notes == []


@pytest.mark.parametrize(("says", "told"), [("1", True), ("0", False)])
def test_selinux_is_told_of_where_it_enforces(host: Place, program: Path, says: str, told: bool) -> None:
    (Path(host.root) / "sys" / "fs" / "selinux" / "enforce").write_text(says)
    notes = " ".join(host.hints(str(program)))
    assert ("virt_hooks_unconfined" in notes) == told
    assert ("restorecon -RF " + host.directory in notes) == told


def test_apparmor_is_told_of_where_it_would_be_in_the_way(host: Place, program: Path) -> None:
    (Path(host.root) / "sys" / "module" / "apparmor" / "parameters" / "enabled").write_text("Y\n")
    assert f"`{program} PUx,`" in " ".join(host.hints(str(program)))
    assert host.hints("/usr/bin/env") == []


# Status


def test_status_tells_what_is_wrong(hooks: Path, program: Path, isolated: Path) -> None:
    where = Place(str(hooks))
    assert installation.status(where).faults == [f"not installed: there is no {where.path}"]
    installation.install(where, str(program))
    found = installation.status(where)
    assert (found.program, found.faults) == (str(program), [])
    assert found.settings == {"hook-invalid": "warn", "hook-unpinned": "warn", "hook-drifted": "warn"}
    Path(where.path).chmod(0o644)
    program.unlink()
    (isolated / "etc" / "xfm.toml").write_text("hook-drifted = 'perhaps'\n")
    faults = installation.status(where).faults
    assert len(faults) == 3
    assert faults[1] == f"there is no program {program} [file]"
    assert faults[2].startswith(str(isolated / "etc" / "xfm.toml:"))
    assert faults[0].endswith("run `xfm hook install`")


def test_status_names_what_is_not_roots_alone(hooks: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = Place(str(hooks))
    installation.install(where, str(program))

    def vouch(path: str) -> None:
        if path == str(program):
            raise MissingError("untrusted", f"{path} belongs to the user 1000", file=path, hint="chown")

    monkeypatch.setattr(installation, "vouch", vouch)
    assert installation.status(where).faults == [f"{program} belongs to the user 1000 [untrusted]"]


def test_a_copy_that_runs_beside_it_is_noticed(hooks: Path, program: Path) -> None:
    where = Place(str(hooks))
    installation.install(where, str(program))
    backup = hooks / "qemu.d" / "50-xfm~"
    backup.write_bytes(Path(where.path).read_bytes())
    backup.chmod(0o755)
    assert f"{backup} calls xfm as well" in installation.status(where).notes


def test_each_driver_has_a_daemon() -> None:
    assert all(daemons[0] == "libvirtd" for daemons in place.DRIVERS.values())
