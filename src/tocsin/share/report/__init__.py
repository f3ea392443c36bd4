"""One self-contained HTML page that shows a scan: no script, no outside request, readable on paper and phone."""

from tocsin.share.report.page import HTML, render

__all__ = ["HTML", "render"]
