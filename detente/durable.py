"""What has been written stays, whatever happens to the machine a moment later."""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Waits until a file's bytes, or the names in a folder, are on the disk.

    Raises:
        OSError: The disk refused, or there is no such file or folder.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
