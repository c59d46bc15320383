"""The bare endpoint: the body of a request made durable, and nothing else; and the same with the form parsed first.

Run as `python -m bench.accepting.bare FOLDER PORT`. It writes aside, fsyncs, links, fsyncs the folder and answers 201:
what any inbox of files must do before it may say that nothing will be lost. The second one knows the fields by then,
as every endpoint of a form must before it can check anything; it checks nothing.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def durable(folder: Path, body: bytes) -> None:
    """Writes the bytes under a name of their own, so that they are there after a power cut."""
    name = uuid.uuid4().hex
    aside, kept = folder / "aside" / name, folder / "new" / name
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.link(aside, kept)
    aside.unlink()
    above = os.open(kept.parent, os.O_RDONLY)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def app(folder: Path) -> Starlette:
    """The application of one route."""
    for name in ("aside", "new"):
        (folder / name).mkdir(parents=True, exist_ok=True)

    async def accept(request: Request) -> Response:
        await run_in_threadpool(durable, folder, await request.body())
        return Response(b"{}", 201, media_type="application/json")

    async def accept_parsed(request: Request) -> Response:
        async with request.form() as form:
            parts = [await part.read() if isinstance(part, UploadFile) else part.encode() for part in form.values()]
        await run_in_threadpool(durable, folder, b"".join(parts))
        return Response(b"{}", 201, media_type="application/json")

    return Starlette(
        routes=[Route("/bare", accept, methods=["POST"]), Route("/parsed", accept_parsed, methods=["POST"])]
    )


if __name__ == "__main__":
    uvicorn.run(app(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
