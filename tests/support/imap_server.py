"""An IMAP server with a few folders in memory, over TLS on loopback: as much of it as a reader of mails uses."""

from __future__ import annotations

import re
import shlex
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme


@dataclass
class ImapServer:
    """A running server.

    Attributes:
        port: Where it listens, at localhost.
        trusted: A context that believes its certificate.
        folders: By name, the mails by their uid.
        user: Who may sign in.
        password: With what.
        can_move: Whether it has the command MOVE; without it, mails are copied and expunged.
        fetched: Bytes of bodies that were asked for.
    """

    port: int
    trusted: ssl.SSLContext
    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    user: str = "sightings"
    password: str = "open sesame"
    can_move: bool = True
    fetched: int = 0

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Puts mails into a folder."""
        for mail in mails:
            uid = 1 + max((uid for box in self.folders.values() for uid in box), default=0)
            self.folders[folder][uid] = mail

    def count(self) -> dict[str, int]:
        """How many mails stand in each folder."""
        return {name: len(mails) for name, mails in self.folders.items()}


class _Session(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        with suppress(OSError):
            self._say("* OK ready")
            while line := self.rfile.readline():
                tag, command, rest = (*line.decode().strip().split(" ", 2), "")[:3]
                if command.upper() == "UID":
                    command, _, rest = rest.partition(" ")
                answer = getattr(self, f"_{command.lower()}", None)
                self._say(f"{tag} {answer(rest) if answer else 'BAD'} so it is")
                if command.upper() == "LOGOUT":
                    return

    def _say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    @property
    def _imap(self) -> ImapServer:
        return self.server.imap

    def _capability(self, _: str) -> str:
        self._say(f"* CAPABILITY IMAP4rev1{' MOVE' if self._imap.can_move else ''}")
        return "OK"

    def _login(self, rest: str) -> str:
        return "OK" if shlex.split(rest) == [self._imap.user, self._imap.password] else "NO wrong"

    def _select(self, rest: str) -> str:
        self.box = self._imap.folders.get(rest.strip('"'))
        if self.box is None:
            return "NO none"
        self._say(f"* {len(self.box)} EXISTS")
        return "OK"

    def _search(self, _: str) -> str:
        self._say("* SEARCH " + " ".join(map(str, sorted(self.box))))
        return "OK"

    def _fetch(self, rest: str) -> str:
        uids, _, parts = rest.partition(" ")
        for uid in (int(one) for one in uids.split(",")):
            if uid not in self.box:
                continue
            mail = self.box[uid]
            body = re.split(rb"\r?\n\r?\n", mail, maxsplit=1)[0] + b"\r\n\r\n" if "[HEADER]" in parts else mail
            if "[HEADER]" not in parts:
                self._imap.fetched += len(body)
            head = f"* {uid} FETCH (UID {uid} FLAGS () RFC822.SIZE {len(mail)} BODY[] {{{len(body)}}}\r\n"
            self.wfile.write(head.encode() + body + b")\r\n")
        return "OK"

    def _list(self, rest: str) -> str:
        wanted = shlex.split(rest)[-1]
        for name in self._imap.folders:
            if name == wanted:
                self._say(f'* LIST (\\HasNoChildren) "/" "{name}"')
        return "OK"

    def _create(self, rest: str) -> str:
        self._imap.folders.setdefault(rest.strip('"'), {})
        return "OK"

    def _copy(self, rest: str) -> str:
        uid, folder = shlex.split(rest)
        if folder not in self._imap.folders or int(uid) not in self.box:
            return "NO [TRYCREATE]"
        self._imap.put(self.box[int(uid)], folder=folder)
        return "OK"

    def _move(self, rest: str) -> str:
        told = self._copy(rest)
        if told == "OK":
            del self.box[int(shlex.split(rest)[0])]
        return told

    def _store(self, rest: str) -> str:
        self.deleted = int(rest.split(maxsplit=1)[0])
        return "OK"

    def _expunge(self, _: str) -> str:
        self.box.pop(self.deleted, None)
        return "OK"

    def _close(self, _: str) -> str:
        return "OK"

    def _logout(self, _: str) -> str:
        self._say("* BYE")
        return "OK"


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    imap: ImapServer
    context: ssl.SSLContext

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True), address

    def handle_error(self, request, client_address) -> None:
        """A client that goes is no fault."""


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Runs a server with an empty INBOX."""
    authority = trustme.CA()
    listener = _Listener(("127.0.0.1", 0), _Session)
    listener.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(listener.context)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    listener.imap = ImapServer(listener.server_address[1], trusted)
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield listener.imap
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)
