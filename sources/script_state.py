"""Finds the JSON values that a page carries in its scripts: data blocks, framework state, assigned literals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = [
    "MAX_CHARS",
    "PASSING_KEYS",
    "PRICE_HINTS",
    "RELEASE_HINTS",
    "Place",
    "ScriptState",
    "State",
    "Written",
    "attribute_value",
    "load",
    "script_state",
    "state_in",
]

MAX_CHARS: Final = 2_000_000
"""Characters that are looked at in all scripts of a page together."""
MAX_NODES: Final = 40_000
MAX_DEPTH: Final = 60

PRICE_HINTS: Final = ("rice", "ricing", "mount", "onthly", "cents")
"""A script that holds none of these tells no price."""
RELEASE_HINTS: Final = ("elease", "ersion", "hangelog", "ublished")
"""A script that holds none of these tells no release."""
PASSING_KEYS: Final = frozenset(
    (
        "at", "time", "timestamp", "now", "build", "buildId", "build_id", "token", "nonce", "session", "sessionId",
        "session_id", "csrf", "csrfToken", "csrf_token", "xsrf", "requestId", "request_id", "traceId", "trace_id",
    )
)  # fmt: skip
"""Keys whose values servers make anew for every answer: no reader may take a fact from what stands right under one."""

_JSON_TYPES: Final = re.compile(r"application/(?:[\w.-]+\+)?json", re.I)
_ASSIGNED: Final = re.compile(r"""=\s*(?:(?P<parse>JSON\.parse\(\s*)(?=["'])|(?=[\[{]\s*["'\w$\[{/]))""")
_KEYED: Final = re.compile(
    r"""\b(?P<name>\w{0,20}(?:[Pp]lans|[Tt]iers|[Pp]ackages|[Pp]ricing|[Ss]ubscriptions)|releases|changelog)\s*:\s*(?=\[\s*\{)"""
)
# What every literal that is read begins with; nothing in most scripts does.
_LIST: Final = re.compile(r"\[\s*\{")
_ASSIGNED_IN_BYTES: Final = re.compile(_ASSIGNED.pattern.encode())
_KEYED_IN_BYTES: Final = re.compile(_KEYED.pattern.encode())
_LIST_IN_BYTES: Final = re.compile(_LIST.pattern.encode())
_HINTS_IN_BYTES: Final = tuple(hint.encode() for hint in (*PRICE_HINTS, *RELEASE_HINTS))
_PASSING: Final = re.compile(rf'"(?:{"|".join(sorted(PASSING_KEYS))})"\s*:\s*(?:"[^"\\]*"|\d+)'.encode())
_JSON_TAG: Final = re.compile(rb"""\btype\s*=\s*["']?application/(?:[\w.-]+\+)?json""", re.I)
_NAME: Final = re.compile(r"""([A-Za-z_$][\w$.]{0,60})(?:\[["']([\w$]{1,40})["']\])?\s*$""")
_PUSHED: Final = re.compile(r'__next_f\.push\(\[1,\s*(?=")')
_ROW: Final = re.compile(rb"\n*([0-9a-f]{1,8}):(?:T([0-9a-f]{1,8}),|(?=([\[{]))|)")
_TOKEN: Final = re.compile(
    r"\s+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
    r"|(?P<mark>[\[\]{},:])"
    r"""|(?P<text>"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'|`(?:[^`\\$]++|\$(?!\{))*+`)"""
    r"|(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?)(?![\w.$])"
    r"|(?P<word>[A-Za-z_$][\w$]*)(?=\s*[,:}\]])"
    r"|(?P<truth>![01])"
)
_SINGLE: Final = re.compile(r'\\(?:(\')|(.))|(["\n])', re.S)
_MAX_ATTEMPTS: Final = 300
_SHORTEST: Final = 20
_CONTAINERS: Final = (dict, list)
_STREAM: Final = "self.__next_f.push("
_LONGEST_ATTRIBUTE: Final = 100_000
_LONGEST_LITERAL: Final = 300_000
_LITERAL_COST: Final = 4  # a character of a literal takes so many times longer than one that is only looked through

Place = tuple[str | int, ...]
"""Keys and positions that lead from a state's value to a part of it."""


class Written(str):
    """A JSON number as it is written, NaN and 1e400 among them; strings of JSON are plain `str`."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(strict=False, parse_float=Written, parse_int=Written, parse_constant=Written)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """One JSON value of a page.

    Attributes:
        value: dict, list, str, `Written`, bool or None.
        name: Where it was found: `script#__NEXT_DATA__`, `script window.plans`, `script __next_f[4]`.
        node: The element whose attribute holds it; None for a script's.
    """

    value: object
    name: str
    node: LexborNode | None = None

    def place(self, path: Place) -> str:
        """The JSON path of a part of the value."""
        return self.name + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


@dataclass(kw_only=True, slots=True)
class ScriptState:
    """The JSON values of a page's scripts, in document order.

    Attributes:
        states: What was found.
        notes: What was cut, in words.
    """

    states: list[State] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _chars: int = 2 * MAX_CHARS  # once to find values, once to read them
    _nodes: int = MAX_NODES

    def spend(self, chars: int) -> bool:
        """Take characters from what may be looked at; False, with a note, once there are none left."""
        if self._chars < chars:
            self._say(
                f"scripts hold more than the {MAX_CHARS:,} characters that are looked at; their rest was left out"
            )
            return False
        self._chars -= chars
        return True

    def containers(self, state: State) -> Iterator[tuple[Place, dict[str, object] | list[object]]]:
        """Every object and list of a state with its path, in order, as many and as deep as are looked at."""
        if not isinstance(state.value, dict | list):
            return
        stack: list[tuple[Place, dict[str, object] | list[object]]] = [((), state.value)]
        while stack:
            path, value = stack.pop()
            if self._nodes <= 0 or len(path) > MAX_DEPTH:
                self._say("script state is larger or deeper than is read; its rest was left out")
                if self._nodes <= 0:
                    return
                continue
            self._nodes -= 1
            yield path, value
            if isinstance(value, dict):
                stack += [((*path, k), v) for k, v in reversed(value.items()) if isinstance(v, _CONTAINERS)]
            else:
                count = len(value)
                stack += [
                    ((*path, count - n), v) for n, v in enumerate(reversed(value), 1) if isinstance(v, _CONTAINERS)
                ]

    def _say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def load(text: str) -> object:
    """The value of a JSON text, its numbers `Written`; of a key that is there twice, the last one counts.

    Raises:
        ValueError: It is broken, or nested deeper than can be read.
    """
    try:
        value: object = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def script_state(tree: LexborHTMLParser, hints: tuple[str, ...]) -> ScriptState:
    """The JSON values of the page's scripts: data blocks of a JSON type but JSON-LD, assigned literals, pushed rows.

    A literal of JavaScript is read where it is one of JSON but for unquoted keys, single quotes, trailing commas and
    comments; one that would have to be worked out (a call, a sum) is passed over.

    Args:
        tree: The page.
        hints: Words of which a script must hold one to be looked at.
    """
    found = ScriptState()
    pushed: list[str] = []
    blocks = 0
    for node in tree.css("script"):
        text = node.text()
        if len(text) < _SHORTEST:
            continue
        attributes = node.attributes
        kind = attributes.get("type") or ""
        if "ld+json" in kind:
            continue
        is_block = _JSON_TYPES.match(kind) is not None
        streamed = text.startswith(_STREAM)  # of which each script holds a piece
        if not (streamed or is_block or _ASSIGNED.search(text) or _LIST.search(text)):
            continue
        if not (streamed or any(hint in text for hint in hints)):
            continue
        if not found.spend(len(text)):
            break
        if is_block:
            blocks += 1
            _block(found, text, attributes.get("id"), blocks)
        elif streamed:
            pushed += _pushed(text)
        else:
            _literals(found, text)
    if pushed:
        _rows(found, pushed, [hint.encode() for hint in hints])
    return found


def state_in(tag: bytes, content: bytes) -> bytes:
    """What a reader may look at in a script; empty for most scripts.

    Args:
        tag: The script's opening tag.
        content: What stands between its tags.
    """
    if len(content) < _SHORTEST:
        return b""
    if content.startswith(_STREAM.encode()):
        return content
    is_block = _JSON_TAG.search(tag)
    assigns = not is_block and _ASSIGNED_IN_BYTES.search(content)
    if not (is_block or assigns or _LIST_IN_BYTES.search(content)):
        return b""
    if not any(hint in content for hint in _HINTS_IN_BYTES):
        return b""
    if is_block:
        # In JSON a quotation mark within a string is escaped: these are members, and no part of a text.
        return _PASSING.sub(b"", content)
    return content if assigns or _KEYED_IN_BYTES.search(content) else b""


def attribute_value(text: str) -> object:
    """The JSON value, or plain literal of JavaScript, that an attribute holds; None for anything else."""
    text = text.strip()
    if text[:1] not in ("{", "[") or len(text) > _LONGEST_ATTRIBUTE:
        return None
    return _literal(text, 0)[0]


def _block(found: ScriptState, text: str, ident: str | None, number: int) -> None:
    name = f"script#{ident}" if ident else f"script[type=json][{number}]"
    try:
        value = load(text)
    except ValueError:
        return
    if ident == "__NUXT_DATA__" and isinstance(value, list):
        value = _revived(value)
    found.states.append(State(value=value, name=name))


def _revived(values: list[object]) -> object:
    """Nuxt's flat list, in which every number within an object or a list is the place of the value that is meant."""
    left = MAX_NODES

    def revive(index: object, depth: int) -> object:
        nonlocal left
        left -= 1
        if not isinstance(index, Written) or not index.isdigit() or len(index) > 7 or left < 0 or depth > MAX_DEPTH:
            return None
        value = values[int(index)] if int(index) < len(values) else None
        if isinstance(value, dict):
            return {key: revive(part, depth + 1) for key, part in value.items()}
        if isinstance(value, list):
            if value and isinstance(value[0], str) and not isinstance(value[0], Written):  # ["Reactive", 7]
                return revive(value[1], depth + 1) if len(value) == 2 else None
            return [revive(part, depth + 1) for part in value]
        return value

    return revive(Written("0"), 0)


def _literals(found: ScriptState, text: str) -> None:
    """Literals that a script assigns; then the lists of plans or releases that it holds or returns elsewhere."""
    spans: list[tuple[int, int]] = []
    attempts = 0
    for pattern in (_ASSIGNED, _KEYED):
        position = 0
        while (match := pattern.search(text, position)) and attempts < _MAX_ATTEMPTS:
            start = position = match.end()
            if any(one <= match.start() < other for one, other in spans):
                continue
            attempts += 1
            name = match["name"] if pattern is _KEYED else _assigned_name(text, match.start())
            if name is None:
                continue
            value, end = _parsed(text, start) if pattern is _ASSIGNED and match["parse"] else _literal(text, start)
            if not found.spend(_LITERAL_COST * (end - start)):
                return
            if isinstance(value, dict | list):
                found.states.append(State(value=value, name=f"script {name}"))
                spans.append((start, end))
                position = end


def _assigned_name(text: str, end: int) -> str | None:
    match = _NAME.search(text[max(0, end - 110) : end])
    return match[2] or match[1] if match else None


def _parsed(text: str, start: int) -> tuple[object, int]:
    """The value of a `JSON.parse("…")`, and where it ends."""
    token = _TOKEN.match(text, start)
    if token is None or token["text"] is None:
        return None, start
    try:
        return load(json.loads(_as_json(token["text"]), strict=False)), token.end()
    except (ValueError, TypeError):
        return None, token.end()


def _literal(text: str, start: int) -> tuple[object, int]:
    """The object or list that begins here, and where it ends; None where it cannot be read."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        plain, end = _as_plain_json(text, start)
    if plain is None:
        return None, end
    try:
        return load(plain), end
    except ValueError:
        return None, end


def _as_plain_json(text: str, start: int) -> tuple[str | None, int]:
    """A literal of JavaScript as JSON; None where a value would have to be worked out. A bare name becomes null."""
    parts: list[str] = []
    depth = 0
    position = start
    while (token := _TOKEN.match(text, position)) and position - start < _LONGEST_LITERAL:
        position = token.end()
        kind = token.lastgroup
        written = token[0]
        if kind is None:
            continue
        if kind == "mark":
            if written in "]}":
                depth -= 1
                if parts and parts[-1] == ",":
                    parts.pop()
            elif written in "[{":
                depth += 1
            parts.append(written)
            if depth == 0:
                return "".join(parts), position
        elif kind == "text":
            parts.append(_as_json(written))
        elif kind == "truth":
            parts.append("true" if written == "!0" else "false")
        elif text[position : position + 20].lstrip()[:1] == ":" and parts and parts[-1] in "{,":
            parts.append(f'"{written}"')
        else:
            parts.append(written if kind == "number" or written in ("true", "false", "null") else "null")
    return None, position


def _as_json(quoted: str) -> str:
    """A string literal of JavaScript as one of JSON."""
    if quoted[0] == '"':
        return quoted
    return (
        '"'
        + _SINGLE.sub(
            lambda m: "'" if m[1] else f"\\{m[2]}" if m[2] else "\\n" if m[3] == "\n" else '\\"', quoted[1:-1]
        )
        + '"'
    )


def _pushed(text: str) -> Iterator[str]:
    """The strings that a script pushes for React's server components."""
    for match in _PUSHED.finditer(text):
        try:
            piece, _ = _DECODER.raw_decode(text, match.end())
        except ValueError:
            continue
        if isinstance(piece, str):
            yield piece


def _rows(found: ScriptState, pushed: list[str], hints: list[bytes]) -> None:
    """The JSON rows of what was pushed, piece by piece, for React's server components."""
    stream = "".join(pushed).encode("utf-8", "replace")  # the length of a text row counts bytes
    position = 0
    while match := _ROW.match(stream, position):
        if match[2]:
            position = match.end() + int(match[2], 16)
            continue
        end = stream.find(b"\n", match.end())
        end = len(stream) if end < 0 else end
        position = end + 1
        if not match[3] or not any(stream.find(hint, match.end(), end) >= 0 for hint in hints):
            continue
        try:
            value = load(stream[match.end() : end].decode("utf-8", "replace"))
        except ValueError:
            continue
        found.states.append(State(value=value, name=f"script __next_f[{match[1].decode()}]"))
