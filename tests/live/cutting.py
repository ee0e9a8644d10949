"""A connection to libvirt that breaks, or during which something happens, at a call that the test names.

Between xfm and the daemon stands a socket that passes on libvirt's RPC messages and counts those of the client. At the
named one it does what it was told: cut the connection before the call reaches libvirt, or after it has and before the
answer is back, or have something happen first.

Source: libvirt docs/internals/rpc.rst: each message begins with its length in four bytes, then program, version,
procedure, type; a call is of type 0, and program 0x20008086 is that of connections and domains.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_REMOTE_PROGRAM = 0x20008086
_CALL = 0
_REPLY = 1


class Proxy:
    """A socket in front of libvirtd's.

    :param at: the number of the call at which something is done, from 1; 0 for never.
    :param deliver: whether that call still reaches libvirt before the connection is cut.
    :param happens: is called before that call is passed on, and the connection is then not cut.
    """

    def __init__(self, path: Path, target: Path) -> None:
        self.uri = f"qemu+unix:///system?socket={path}"
        self.calls = 0
        self.at = 0
        self.deliver = False
        self.happens: Callable[[], None] | None = None
        self._target = target
        self._muted: socket.socket | None = None
        self._answered = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def arm(self, at: int, *, deliver: bool = False, happens: Callable[[], None] | None = None) -> None:
        """Count anew, and do something at a call."""
        self.calls, self.at, self.deliver, self.happens = 0, at, deliver, happens

    def close(self) -> None:
        """Take no more connections, and end those that there are."""
        _end(self._listener, *self._ends)
        for thread in self._threads:
            thread.join(30)
        for end in (self._listener, *self._ends):
            end.close()

    def _start(self, job: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=job, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._target))
            self._ends += [client, server]
            self._start(self._pass_calls, client, server)
            self._start(self._pass_answers, client, server)

    def _pass_calls(self, client: socket.socket, server: socket.socket) -> None:
        for message in _messages(client):
            program, _version, _procedure, kind = struct.unpack(">IIII", message[4:20])
            if program == _REMOTE_PROGRAM and kind == _CALL:
                self.calls += 1
                if self.calls == self.at:
                    if self.happens is None:
                        self._cut(client, server, message)
                        return
                    self.happens()
            with contextlib.suppress(OSError):
                server.sendall(message)
        _end(client, server)

    def _cut(self, client: socket.socket, server: socket.socket, message: bytes) -> None:
        if self.deliver:
            self._muted = client
            self._answered.clear()
            server.sendall(message)
            self._answered.wait(30)  # libvirt has done what it was asked, and nobody hears of it
        _end(client, server)

    def _pass_answers(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for message in _messages(server):
                if self._muted is client:
                    (kind,) = struct.unpack(">I", message[16:20])
                    if kind == _REPLY:
                        self._answered.set()
                    continue
                client.sendall(message)
        _end(client, server)


def _messages(end: socket.socket) -> Iterator[bytes]:
    while True:
        head = _exactly(end, 4)
        if not head:
            return
        (length,) = struct.unpack(">I", head)
        body = _exactly(end, length - 4)
        if not body:
            return
        yield head + body


def _exactly(end: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        try:
            chunk = end.recv(count - len(data))
        except OSError:
            return b""
        if not chunk:
            return b""
        data += chunk
    return data


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
