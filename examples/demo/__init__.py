"""A small web of four invented competitors over six weeks, with the truth about every change in `plan.toml`."""

from examples.demo.plan import (
    FIRST_WEEK,
    LAST_WEEK,
    Change,
    Outage,
    Redesign,
    Script,
    collected_at,
    iso_week,
    load_script,
)
from examples.demo.site import DemoSite, Request
from examples.demo.workspace import write_workspace_files

__all__ = [
    "FIRST_WEEK",
    "LAST_WEEK",
    "Change",
    "DemoSite",
    "Outage",
    "Redesign",
    "Request",
    "Script",
    "collected_at",
    "iso_week",
    "load_script",
    "write_workspace_files",
]
