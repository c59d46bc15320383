"""Reads a mail as a sighting: who says that they sent it, what they wrote, and the files with it.

A mail is whatever a stranger chose to send. It is bounded before it is parsed, its HTML is turned into text and never
shown, and nothing in it is followed.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.headerregistry import HeaderRegistry
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from detente.errors import SubmissionError
from detente.fields import competitor_fields, leading_fields, submission_of
from detente.sightings import Submission, Upload
from detente.workspace import Competitor

_MAILS = uuid.UUID("c2f1f4b5-6a0e-4e0c-8a6e-0d1b0b7a5f62")
_MAX_HEADER_BYTES = 262_144
_MAX_HEADER_CHARS = 2_000
_MAX_RESULT_CHARS = 8_000
_MAX_BOUNDARIES = 40
_MAX_PARTS = 200
_MAX_LINES = 1_000_000
_MAX_HTML = 2_000_000
_MAX_SIGNATURE_LINES = 15

_RE_FWD = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|antw|tr|rv)(?:\[\d+\])?\s*:)+", re.I)
_SAYS_NOTHING = frozenset(("", "sighting", "report", "field report", "fyi", "no subject", "(no subject)", "none", "hi"))
_BLOCKS = "address,article,blockquote,br,dd,div,dl,dt,h1,h2,h3,h4,h5,h6,hr,li,ol,p,pre,section,table,tr,ul"
_NOT_SHOWN = "script,style,head,title,template,noscript,svg,object,iframe"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail as a sighting.

    Attributes:
        sender: The one address in From, in lower case; a claim, unless it was proved.
        proved_domains: Domains whose DKIM signature our own server found good.
        submission: What it says, with the `key: value` lines at its top understood.
        plain: The same with these lines left in the text: for lines that turn out to be none.
        uploads: The files with it, within the limits.
        left_out: Files that were too many or too large.
    """

    sender: str
    proved_domains: frozenset[str]
    submission: Submission
    plain: Submission
    uploads: tuple[Upload, ...]
    left_out: int

    @property
    def is_proved(self) -> bool:
        """Whether the sender's own domain, or one above it, signed the mail."""
        domain = self.sender.rpartition("@")[2]
        return any(domain == proved or domain.endswith(f".{proved}") for proved in self.proved_domains)


def max_bytes(files: int, file_bytes: int) -> int:
    """Bytes of the largest mail that is read: its files in base64, and some text."""
    return files * file_bytes * 7 // 5 + 2_000_000


def read_mail(
    raw: bytes,
    competitors: Iterable[Competitor],
    *,
    authserv_id: str = "",
    files: int,
    file_bytes: int,
    takes: Callable[[Upload], bool] = lambda _: True,
) -> Mail:
    """Reads a mail.

    Args:
        raw: The mail, as RFC 5322 has it.
        competitors: Those that are known.
        authserv_id: Name under which our own server writes Authentication-Results; empty: none does.
        files: How many files are taken at most.
        file_bytes: Bytes of one file at most.
        takes: Whether a file can be taken otherwise; the mail is, without the others.

    Raises:
        SubmissionError: It cannot be read, was sent by a machine, has no one sender, or says nothing.
    """
    message = _parsed(raw, max_bytes(files, file_bytes))
    sender = _sender(message)
    if _header(message, "Auto-Submitted").casefold().partition(";")[0].strip() not in ("", "no"):
        raise _refused("was sent by a machine (Auto-Submitted), such as an absence notice")
    plain, html, found = _parts(message)
    uploads = [one for one in found if 0 < len(one.body) <= file_bytes and takes(one)][:files]
    left_out = len(found) - len(uploads)
    text = _without_signature(plain.strip()) or _text_of(html[:_MAX_HTML])
    subject = _RE_FWD.sub("", _header(message, "Subject")).strip()
    known = tuple(competitors)
    said, rest = leading_fields(text)
    if not rest and not subject:
        said, rest = {}, text  # a sentence that began like a field
    common = {"sighting_id": _id(sender, message, raw), "sent_at": _sent_at(message)}
    tail = f"[{left_out} of the mail's files were not taken: too large, empty, or too many]" if left_out else ""
    named = said.pop("competitor", None)
    fields = competitor_fields(named, known) if named else _competitor_in(subject, known)
    return Mail(
        sender=sender,
        proved_domains=_proved_domains(message, authserv_id) if authserv_id else frozenset(),
        submission=submission_of({**common, **said, **fields, "text": _composed(subject, rest, tail)}),
        plain=submission_of({**common, "text": _composed(subject, text, tail)}),
        uploads=tuple(uploads),
        left_out=left_out,
    )


def _refused(why: str) -> SubmissionError:
    return SubmissionError({"": f"the mail {why}"})


def _parsed(raw: bytes, limit: int) -> Message:
    """The mail in its parts; what would take the parser long is refused before."""
    if len(raw) > limit:
        raise _refused(f"has {len(raw):,} bytes, and {limit:,} are the limit; send fewer or smaller files")
    if raw.startswith((b"\xd0\xcf\x11\xe0", b"PK\x03\x04")):
        raise _refused("is a file of a mail program (.msg); save it as .eml")
    end = re.search(rb"\r?\n\r?\n", raw[: _MAX_HEADER_BYTES + 4])
    if end is None and len(raw) > _MAX_HEADER_BYTES:
        raise _refused("has longer headers than any mail needs")
    if raw.lower().count(b"boundary") > _MAX_BOUNDARIES or raw.count(b"\n") > _MAX_LINES:
        raise _refused("is nested too deeply or has too many lines to be read; send the text alone")
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
    except (RecursionError, MessageError, ValueError, LookupError):
        raise _refused("is damaged and cannot be read; send it anew") from None
    if not message.keys():
        raise _refused("has no headers: it is no mail")
    return message


def _header(message: Message, name: str) -> str:
    """The first header of that name, decoded; one line without control characters, and not endless."""
    value = message.get(name)
    return _decoded(str(value)) if value is not None else ""


def _decoded(value: str) -> str:
    value = value[:_MAX_HEADER_CHARS]
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(_text(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _text(body: bytes, charset: str | None) -> str:
    """The bytes as text; an unknown or wrong charset falls back on the two that most mails have."""
    for name in (charset, "utf-8"):
        try:
            return body.decode(name or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return body.decode("cp1252", "replace")


def _sender(message: Message) -> str:
    """The one address in From; two parsers must agree on it, for each of them has been fooled before."""
    values = [str(value) for value in message.get_all("From", [])]
    if len(values) == 1 and len(values[0]) <= _MAX_HEADER_CHARS:
        # some parsers of the library raise whatever a broken header leads them to
        with contextlib.suppress(MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            header: Any = HeaderRegistry()("From", values[0])
            strict = [address.addr_spec for address in header.addresses]
            lax = [address for _, address in getaddresses([values[0]])]
            if not header.defects and strict == lax and len(strict) == 1 and strict[0].count("@") == 1:
                # lower case alone: folding would make one address of two
                return str(strict[0]).lower()
    raise _refused("does not have exactly one sender in From")


def _proved_domains(message: Message, authserv_id: str) -> frozenset[str]:
    """The domains of passed DKIM signatures in the topmost Authentication-Results of our own server (RFC 8601)."""
    for value in message.get_all("Authentication-Results", []):
        statements = [part.split() for part in _uncommented(str(value)[:_MAX_RESULT_CHARS]).split(";")]
        if not statements[0] or statements[0][0].casefold() != authserv_id.casefold():
            continue
        # some servers name the signing domain (d), some the signing identity (i), which lies in it
        passed = [words[1:] for words in statements[1:] if words and words[0].casefold() == "dkim=pass"]
        stated = (word.casefold().partition("=") for words in passed for word in words)
        domains = (text.rpartition("@")[2].strip(".") for name, _, text in stated if name in ("header.d", "header.i"))
        return frozenset(domain for domain in domains if "." in domain)
    return frozenset()


def _uncommented(value: str) -> str:
    """The header without comments and quoted texts, in which a sender could write whatever they like.

    Empty where one of them does not end.
    """
    kept: list[str] = []
    depth, quoted, skip = 0, False, False
    for char in value:
        if skip:
            skip = False
        elif char == "\\" and (quoted or depth):
            skip = True
        elif quoted:
            quoted = char != '"'
        elif char == '"' and not depth:
            quoted = True
            kept.append("_")
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif not depth:
            kept.append(char)
    return "" if depth or quoted else "".join(kept)


def _id(sender: str, message: Message, raw: bytes) -> str:
    """Of sender and Message-ID: another sender cannot take the id first."""
    name = " ".join(str(message.get("Message-ID", "")).split())[:_MAX_HEADER_CHARS]
    return str(uuid.uuid5(_MAILS, f"{sender} {name or sha256(raw).hexdigest()}"))


def _sent_at(message: Message) -> datetime | None:
    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
        return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _parts(message: Message) -> tuple[str, str, list[Upload]]:
    """Plain text, HTML and files. A mail within the mail is a file: what it says was said by somebody else."""
    plain: list[str] = []
    html: list[str] = []
    files: list[Upload] = []
    for part in _leaves(message):
        kind, name = part.get_content_type(), _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "message/rfc822":
            files.append(Upload(name=name or "forwarded.eml", media_type=kind, body=_inner_mail(part)))
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        # a multipart that names no boundary is text, whatever its header promises
        if kind.startswith(("text/plain", "text/html", "multipart/")) and not is_file:
            (html if kind == "text/html" else plain).append(_text(body, _charset(part)))
        else:
            files.append(Upload(name=name or "part", media_type=kind, body=body))
    return "\n\n".join(plain), "\n".join(html), files


def _leaves(message: Message) -> Iterator[Message]:
    waiting = [message]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
        else:
            yield part
    if waiting:
        raise _refused(f"has more than {_MAX_PARTS} parts")


def _file_name(part: Message) -> str:
    try:
        return _decoded(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return "part"


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError):
        return None


def _inner_mail(part: Message) -> bytes:
    inner = part.get_payload()
    try:
        return inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return b""  # counted among the files that were not taken


def _text_of(html: str) -> str:
    """What a reader of the HTML would see, as text."""
    if not html.strip():
        return ""
    tree = LexborHTMLParser(html)
    for node in tree.css(_NOT_SHOWN):
        node.decompose()
    for node in tree.css(_BLOCKS):
        node.insert_before("\n")
    body = tree.body
    lines = (body.text(deep=True, separator="") if body else "").replace("\xa0", " ").splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()


def _without_signature(text: str) -> str:
    """The text up to the line `-- ` (RFC 3676), where what follows is short, quotes nobody, and is not all there is."""
    lines = text.replace("\r\n", "\n").split("\n")
    if "-- " in lines:
        at = lines.index("-- ")
        after = lines[at + 1 :]
        if len(after) <= _MAX_SIGNATURE_LINES and not any(line.startswith(">") for line in after) and any(lines[:at]):
            return "\n".join(lines[:at]).strip()
    return "\n".join(lines)


def _competitor_in(subject: str, competitors: Sequence[Competitor]) -> dict[str, str]:
    """The one competitor whose name or alias stands in the subject as it is written."""
    folded = subject.casefold()
    found = {
        competitor.slug
        for competitor in competitors
        for name in (competitor.name, *competitor.aliases)
        if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded)
    }
    return {"competitor": found.pop()} if len(found) == 1 else {}


def _composed(subject: str, text: str, tail: str) -> str:
    """Subject, where it says something that the text does not, text, and what is to be known of the files."""
    if subject.casefold() in _SAYS_NOTHING or subject.casefold() in text.casefold():
        subject = ""
    whole = "\n\n".join(filter(None, (subject, text, tail)))
    if not (subject or text):
        raise _refused("says nothing: write a sentence")
    return whole
