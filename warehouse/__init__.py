"""What is known: DuckDB, its archive, its tables, and the published files that everyone reads.

`warehouse.open(folder)` gives notebooks a read-only connection.
"""

from warehouse.archive import Archive
from warehouse.database import Warehouse
from warehouse.load import CompetitorRow
from warehouse.publish import Published, newest
from warehouse.read import Rows, ask, export, open  # noqa: A004
from warehouse.readings import ReadingRows, Unread
from warehouse.sightings import Incoming

__all__ = [
    "Archive",
    "CompetitorRow",
    "Incoming",
    "Published",
    "ReadingRows",
    "Rows",
    "Unread",
    "Warehouse",
    "ask",
    "export",
    "newest",
    "open",
]
