"""The weekly report: gathered once from the published warehouse, then rendered as HTML, Markdown and JSON."""

from reports.weekly.gather import gather
from reports.weekly.model import WeeklyReport
from reports.weekly.render import render_html, render_json, render_markdown
from reports.weekly.write import write

__all__ = ["WeeklyReport", "gather", "render_html", "render_json", "render_markdown", "write"]
