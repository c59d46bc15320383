"""Turns the bytes of a document into text that is safe to read and keep, or says why they are not text."""

from __future__ import annotations

import codecs
import re
import unicodedata
from urllib.parse import quote, urljoin, urlsplit

from charset_normalizer import from_bytes

from detente.errors import ReaderError
from detente.records import Document

__all__ = ["MAX_TEXT", "clean_lines", "clean_text", "decode", "media_kind", "safe_link", "sniff"]

MAX_TEXT = 5_000_000
"""Characters of text that readers look at; a longer document is refused as a whole, not cut."""

MAX_LINK = 2_000
"""Characters of a URL; what is longer is no link that anybody would follow."""

_LINE_BREAKS = re.compile(r"[\t\n\r]")
_NO_HOST = re.compile(r"[\s<>\"'`]")
# Absolute, and with nothing in it that would have to be resolved, dropped or encoded: what most links are.
_PLAIN_LINK = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9._~%!$&()*+,=:@-]+)*/?(?:\?[A-Za-z0-9._~%=&+-]+)?(?:#[A-Za-z0-9._~%=&+-]+)?"
)
_LINK_EDGES = "".join(map(chr, range(33)))
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python's codec name -> the one to use. As browsers do, a label that promises less than what is
# commonly sent under it is read as its superset. UTF-7, punycode and the like are absent on purpose.
_CODECS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
} | {
    name: name
    for name in (
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        *(f"cp{n}" for n in (866, 874, 932, 949, *range(1250, 1259))),
        *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        "koi8-r",
        "koi8-u",
        "mac-roman",
        "mac-cyrillic",
        "gb18030",
        "big5",
        "big5hkscs",
        "euc_jp",
        "iso2022_jp",
    )
}
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8-r", "cp932", "euc_jp"]
_GUESSES += ["gb18030", "big5", "cp949"]
_NEARLY = 0.03

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w:.+-]+)""", re.I)
_DECLARED_CHARSET = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w:.+-]+)|<meta\b[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w:.+-]+)""",
    re.I,
)
_DECLARATION_BYTES = 4096

# (offset, bytes, what it is)
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "a PDF"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"PK\x03\x04", "a zip archive (or an Office document)"),
    (0, b"PK\x05\x06", "a zip archive (or an Office document)"),
    (0, b"PK\x07\x08", "a zip archive (or an Office document)"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (0, b"\x89PNG\r\n", "a PNG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"II*\x00", "a TIFF image"),
    (0, b"MM\x00*", "a TIFF image"),
    (0, b"\x00\x00\x01\x00", "an icon"),
    (8, b"WEBP", "a WebP image"),
    (8, b"WAVE", "a sound file"),
    (4, b"ftyp", "a video or AVIF/HEIC image"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"OggS", "a sound file"),
    (0, b"ID3", "a sound file"),
    (0, b"\x7fELF", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xfe\xed\xfa", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\xce\xfa\xed\xfe", "a program"),
    (0, b"\x00asm", "a program"),
    (0, b"wOFF", "a font"),
    (0, b"wOF2", "a font"),
    (0, b"OTTO\x00", "a font"),
    (0, b"\x00\x01\x00\x00", "a font"),
    (0, b"SQLite format 3\x00", "a database"),
    (0, b"PAR1", "a Parquet file"),
)
# Two letters that a text may begin with as well: only with binary bytes soon after them.
_WEAK_MAGIC = ((b"MZ", "a program"), (b"BM", "a bitmap image"))
_SAMPLE = 8192
_TEXT_CONTROLS = b"\t\n\r\f\x1b"
_CONTROLS = bytes(n for n in range(32) if n not in _TEXT_CONTROLS) + b"\x7f"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Dropped: soft hyphen, zero-width spaces, direction marks, annotation marks, language tags: they mean nothing to a
# reader of the text and would let two equal texts differ. The joiners U+200C and U+200D stay: scripts and emoji need
# them.
_DROPPED = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
# Shown: controls, and what turns the direction of the text round it.
_SHOWN = "\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069"
_ODD = re.compile(f"[\x00\ud800-\udfff{_DROPPED}{_SHOWN}]")
_IS_SHOWN = re.compile(f"[{_SHOWN}]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

_PROLOG = re.compile(
    r"\s*(?:<\?.{0,2000}?\?>\s*|<!--.{0,20000}?-->\s*|<!doctype\s[^>\[]{0,500}(?:\[.{0,5000}?\]\s*)?>\s*)*", re.I | re.S
)
_FIRST_TAG = re.compile(r"<([A-Za-z][\w:.-]*)")
_JSON_START = re.compile(r"""\{\s*["}]|\[\s*[{\["\]]""")
_BLOCK_TAG = re.compile(r"<(?:html|head|body|div|section|article|main|h[1-6]|p|ul|ol|table|dl)\b[^>]*>", re.I)
_MARKDOWN = re.compile(r"^#{1,6} \S|^[^\s].*\n(?:={3,}|-{3,})\s*$|^\s{0,3}[-*+] \S|\]\(|\*\*\S|^```", re.M)


def decode(document: Document) -> str:
    """The document's text, whatever its Content-Type claims.

    The encoding is taken from the byte order mark, else the charset of the HTTP header, else the `<meta>` or XML
    declaration, else it is guessed. A declared encoding that the bytes contradict is passed over; UTF-8 with a few
    broken bytes stays UTF-8 with replacement characters. Line ends become newlines; NUL and lone surrogates become
    U+FFFD.

    Args:
        document: Bytes as they came.

    Returns:
        At most `MAX_TEXT` characters.

    Raises:
        ReaderError: The bytes are not text (PDF, archive, image, program, …), or too many.
    """
    body = document.body
    what = _binary_kind(body)
    if what:
        raise ReaderError(f"not parsed: {document.url} is {what}, not text; watch a page that holds the text itself")
    if len(body) > 4 * MAX_TEXT:
        raise ReaderError(_too_long(document))
    text = _to_text(body, document.content_type)
    if len(text) > MAX_TEXT:
        raise ReaderError(_too_long(document))
    # A decoder gives no lone surrogates. Looking for one character is quick, for two of them it is not.
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def sniff(document: Document) -> str:
    """Kind of the document by its content: see `media_kind`.

    Raises:
        ReaderError: As `decode`.
    """
    return media_kind(decode(document), content_type=document.content_type)


def media_kind(text: str, *, content_type: str | None = None) -> str:
    """Kind of a text by what it holds; the Content-Type only decides between Markdown and plain text.

    Returns:
        `html`, `rss`, `atom`, `xml`, `json_feed`, `json`, `markdown`, `text`, or `empty`.
    """
    start = text.lstrip("\ufeff \t\n\r\f")
    head = start[:20_000]
    if not head:
        return "empty"
    if _JSON_START.match(head):
        return "json_feed" if "jsonfeed.org/version" in head else "json"
    if head.startswith("<"):
        return _markup_kind(start)
    if len(_BLOCK_TAG.findall(head)) >= 3 and "</" in head and not re.search(r"^#{1,6} \S", head, re.M):
        return "html"
    if "markdown" in (content_type or "").lower() or _MARKDOWN.search(head):
        return "markdown"
    return "text"


def clean_text(text: str) -> str:
    """One line of text that can be stored and shown anywhere.

    White space of every kind folds to single spaces. Control characters, and those that turn the direction of the
    text round (U+202A–U+202E, U+2066–U+2069), are shown as `⟨U+202E⟩`; other invisible characters are dropped, except
    the two joiners; NUL and lone surrogates become U+FFFD.
    """
    text = " ".join(text.split())
    # Nothing that is dropped or shown is printable.
    return text if text.isprintable() else " ".join(_ODD.sub(_shown, text).split())


def clean_lines(text: str) -> str:
    """Like `clean_text`, with lines kept: no blank line at either end, never two in a row."""
    lines: list[str] = []
    for line in _LINE_END.sub("\n", text).split("\n"):
        cleaned = clean_text(line)
        if cleaned or (lines and lines[-1]):
            lines.append(cleaned)
    return "\n".join(lines).rstrip("\n")


def safe_link(href: str | None, base: str) -> str | None:
    """The link as an absolute http(s) URL, or None for everything that must not become a link.

    Relative links are resolved against the URL that was fetched; a page's `<base href>` is not believed. A user name
    in the URL, a backslash, another scheme (`javascript:`, `data:`, `file:`) or no host give None. Characters that
    could end an attribute or a line are percent-encoded.

    Args:
        href: As the page writes it.
        base: URL of the page.
    """
    if not href or len(href) > MAX_LINK:
        return None
    if _PLAIN_LINK.fullmatch(href):
        return href
    href = _LINE_BREAKS.sub("", href.strip(_LINK_EDGES))
    if not href or "\\" in href:
        return None
    try:
        parts = urlsplit(urljoin(base, href))
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    if _ODD.search(parts.netloc) or _NO_HOST.search(parts.netloc):
        return None
    safe = "/:?#[]@!$&()*+,;=%~-._"
    rest = quote(_UNSTORABLE.sub("\ufffd", parts._replace(scheme="", netloc="").geturl()), safe=safe)
    link = f"{parts.scheme}://{parts.netloc}{rest}"
    return link if len(link) <= MAX_LINK else None


def _too_long(document: Document) -> str:
    size = len(document.body) / 1e6
    return f"not parsed: {document.url} holds {size:.1f} MB, over the {MAX_TEXT // 1_000_000} MB of text that is read"


def _binary_kind(body: bytes) -> str | None:
    """What the bytes are, where they are not text; None for text."""
    for offset, magic, what in _MAGIC:
        if body.startswith(magic, offset):
            return what
    stripped = body[:1024].lstrip()
    if stripped.startswith(b"%PDF-"):
        return "a PDF"
    if any(body.startswith(mark) for mark, _ in _BOMS):
        return None
    sample = body[:_SAMPLE]
    if _wide_encoding(sample):
        return None
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    for letters, what in _WEAK_MAGIC:
        if body.startswith(letters) and b"\x00" in body[:64]:
            return what
    # A page may hold a few stray control characters; one in ten is no text in any encoding.
    return "a binary file" if controls > 8 and controls * 10 > len(sample) else None


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of Western text is NUL."""
    if len(sample) < 8 or b"\x00" not in sample:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _to_text(body: bytes, content_type: str | None) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = []
    header = _HEADER_CHARSET.search(content_type or "")
    if header:
        declared.append(_codec(header.group(1)))
    meta = _DECLARED_CHARSET.search(body, 0, _DECLARATION_BYTES)
    if meta:
        named = _codec((meta.group(1) or meta.group(2)).decode("ascii"))
        # The declaration could be read as ASCII, so it cannot be UTF-16 or UTF-32.
        declared.append("utf-8" if named and named.startswith(("utf-16", "utf-32")) else named)
    for codec in declared:
        believed = _believed(body, codec) if codec else None
        if believed is not None:
            return believed
    return _guessed(body)


def _codec(label: str) -> str | None:
    """The codec to use for a label; None for one that is unknown, or that no honest page is written in."""
    try:
        return _CODECS.get(codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None


def _believed(body: bytes, codec: str) -> str | None:
    """The text in a declared encoding; None where the bytes contradict it."""
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        pass
    if codec != "utf-8":
        return None
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - broken
    return text if broken * 4 <= good else None


def _guessed(body: bytes) -> str:
    wide = _wide_encoding(body[:_SAMPLE])
    text = _believed(body, wide or "utf-8")
    if text is not None:
        return text
    # Guessing costs time per byte, and only lines with other than ASCII bytes tell anything.
    telling = b"\n".join(line[:500] for line in body[:400_000].splitlines() if not line.isascii())[:4096]
    matches = from_bytes(telling, cp_isolation=_GUESSES)
    best = matches.best()
    # A few accents alone tell little, and Western pages are the most common: they win where it is nearly even.
    western = (
        any(each.encoding == "cp1252" and each.chaos <= best.chaos + _NEARLY for each in matches) if best else True
    )
    return body.decode("cp1252" if western or best is None else best.encoding, "replace")


def _markup_kind(start: str) -> str:
    prolog = _PROLOG.match(start)
    tag = _FIRST_TAG.match(start, prolog.end() if prolog else 0)
    name = tag.group(1).lower() if tag else ""
    if name in ("rss", "rdf:rdf"):
        return "rss"
    if name in ("feed", "atom:feed"):
        return "atom"
    if start[:5].lower() == "<?xml" and name != "html":
        return "xml" if not re.match(r"<!doctype\s+html", start[:2000].split("?>", 1)[-1].lstrip(), re.I) else "html"
    return "html"


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\x00" or unicodedata.category(character) == "Cs":
        return "\ufffd"
    return f"⟨U+{ord(character):04X}⟩" if _IS_SHOWN.match(character) else ""
