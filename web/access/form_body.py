"""The form of a request, with bounds on all of it. One that breaks off before its end is no form.

Most forms are small, and come whole before they are looked at: that takes a third of the time, and no temporary file.
Larger ones, and those that do not say how large they are, are read piece by piece.
"""

from __future__ import annotations

import functools
import io
from contextlib import aclosing
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

# Several photos, as phones send them.
_WHOLE_BYTES = 4_000_000
_BROKEN = "The form cannot be read, or it broke off on the way."


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What a form may hold.

    Attributes:
        files: How many files.
        fields: How many other fields.
        field_bytes: How many bytes one of these.
    """

    files: int
    fields: int
    field_bytes: int


async def read_form(request: Request, bounds: Bounds) -> FormData:
    """The form of a request; an empty one where its body is none.

    Raises:
        HTTPException: 400 for a form that cannot be read, breaks off, or holds more than it may.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        return await request.form(max_files=bounds.files, max_fields=bounds.fields, max_part_size=bounds.field_bytes)
    boundary = options.get(b"boundary")
    if not boundary:
        raise HTTPException(400, _BROKEN)
    length = request.headers.get("content-length", "")
    try:
        if length.isdecimal() and int(length) <= _WHOLE_BYTES:
            return FormData(_Whole(bounds).parsed(boundary, await request.body()))
        async with aclosing(request.stream()) as stream:
            parser = _Pieces(
                request.headers,
                stream,
                max_files=bounds.files,
                max_fields=bounds.fields,
                max_part_size=bounds.field_bytes,
            )
            form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from None
    except FormParserError:
        raise HTTPException(400, _BROKEN) from None
    if not parser.is_ended:
        await form.close()
        raise HTTPException(400, _BROKEN)
    return form


class _InMemory(io.BytesIO):
    """Bytes as a file; by this attribute Starlette knows that reading them waits for nothing."""

    _rolled = False


class _Pieces(MultiPartParser):
    """Starlette's, which also knows whether the end came."""

    is_ended = False

    def on_end(self) -> None:
        self.is_ended = True


@dataclass(slots=True)
class _Whole:
    """The parts of a form that came whole."""

    bounds: Bounds
    items: list[tuple[str, str | UploadFile]] = field(default_factory=list)
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _name: bytes = b""
    _pieces: list[bytes] = field(default_factory=list)
    _files: int = 0
    _is_ended: bool = False

    def parsed(self, boundary: bytes, body: bytes) -> list[tuple[str, str | UploadFile]]:
        """Fields and files, in their order.

        Raises:
            FormParserError: It is none.
            HTTPException: It breaks off, or holds more than it may.
        """
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_part_data": self._on_data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )
        parser.write(body)
        parser.finalize()
        if not self._is_ended:
            raise HTTPException(400, _BROKEN)
        return self.items

    def _begin(self) -> None:
        self._headers, self._pieces = {}, []

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name = data[start:end].lower()

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._headers[self._name] = data[start:end]

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        # the names of files are not remembered
        read = _names.__wrapped__ if b"filename" in disposition else _names
        name, filename = read(disposition)
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        if filename is None:
            self._add_field(name, body)
        else:
            self._add_file(name, filename, body)

    def _add_field(self, name: str, body: bytes) -> None:
        if len(body) > self.bounds.field_bytes:
            raise HTTPException(400, "One of the fields is too long.")
        if len(self.items) - self._files >= self.bounds.fields:
            raise HTTPException(400, f"Too many fields: {self.bounds.fields} are the most.")
        self.items.append((name, _text(body)))

    def _add_file(self, name: str, filename: str, body: bytes) -> None:
        if self._files >= self.bounds.files:
            raise HTTPException(400, f"Too many files: {self.bounds.files} are the most.")
        self._files += 1
        headers = Headers(raw=list(self._headers.items()))
        self.items.append((name, UploadFile(_InMemory(body), size=len(body), filename=filename, headers=headers)))

    def _all(self) -> None:
        self._is_ended = True


@functools.lru_cache(maxsize=256)
def _names(disposition: bytes) -> tuple[str, str | None]:
    """Name of the field, and of the file where it is one.

    Raises:
        HTTPException: It has no name.
    """
    _, options = parse_options_header(disposition)
    if b"name" not in options:
        raise HTTPException(400, _BROKEN)
    filename = options.get(b"filename")
    return _text(options[b"name"]), None if filename is None else _text(filename)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")
