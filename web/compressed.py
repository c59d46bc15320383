"""Answers made smaller on their way, for pages that phones load over slow lines.

Only for pages that hold nothing secret: the length of a compressed page can tell of what stands in it beside words that
somebody else chose. So this is asked for page by page, and is no middleware over all of them.
"""

from __future__ import annotations

import gzip

from starlette.requests import Request
from starlette.responses import Response


def compressed(request: Request, response: Response) -> Response:
    """The same answer, compressed by gzip where the browser takes that."""
    response.headers.add_vary_header("Accept-Encoding")
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response
