"""A case as a PDF report with its marking on every page, by WeasyPrint, which is installed with `tocsin[pdf]`."""

from __future__ import annotations

from typing import Any

import jinja2

from tocsin.errors import UsageError
from tocsin.share.formats import CaseExporter, Shared, library
from tocsin.share.outline import outline

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ o.title }}</title>
<meta name="author" content="{{ producer }}"><style>
@page { size: A4; margin: 22mm 20mm 20mm;
  @top-center { content: "{{ o.marking }}"; font: bold 10pt sans-serif }
  @bottom-center { content: "{{ o.marking }}"; font: bold 10pt sans-serif }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif } }
body { font: 10pt/1.45 sans-serif } h1 { font-size: 17pt } h2 { font-size: 12pt; break-after: avoid }
p, li { overflow-wrap: anywhere; orphans: 2; widows: 2 } .meta { color: #444; font-size: 8.5pt }
</style></head><body><h1>{{ o.title }}</h1>{% for line in o.meta %}<p class="meta">{{ line }}</p>{% endfor %}
{% for part in o.parts %}<h2>{{ part.heading }}</h2>
{% if part.is_list %}<ul>{% for line in part.lines %}<li>{{ line }}</li>{% endfor %}</ul>
{% else %}{% for line in part.lines %}<p>{{ line }}</p>{% endfor %}{% endif %}{% endfor %}</body></html>"""


def html(shared: Shared) -> str:
    """The page that the PDF is made of: every text escaped, nothing to fetch."""
    made = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(_PAGE)
    return made.render(o=outline(shared), producer=shared.producer)


def pdf(shared: Shared) -> bytes:
    """The report as PDF. Raises `UsageError` where WeasyPrint or the Pango library it needs is not installed."""
    weasyprint = _weasyprint()
    refusing = weasyprint.urls.URLFetcher(allowed_protocols=())
    made: bytes = weasyprint.HTML(string=html(shared), url_fetcher=refusing).write_pdf()
    return made


def _weasyprint() -> Any:
    try:
        return library("weasyprint", "pdf")
    except OSError as error:  # its binding finds no Pango
        raise UsageError(
            f"a PDF needs the system's Pango library: {error}",
            hint="on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error


PDF = CaseExporter(
    "pdf",
    "application/pdf",
    ".pdf",
    (
        ("ids and versions of objects", "not shown; the record of the release has them"),
        ("relationships", "only attributions are shown, as who says what"),
        ("granular markings", "a line shows the marking of its object, a page that of the case"),
    ),
    pdf,
)
