# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A report that people read: a page in HTML that needs nothing else, and the same as PDF.

A report is plain data: ``{"title", "facts", "verdict", "cards", "sections"}``; sections have ``text``, ``tables`` and
``plots``. The file report.py of a subject makes its report. Everything in it is text: HTML is in the template alone,
which escapes what it is given.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidInput
from . import plots

Report = Mapping[str, Any]


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = (), mark: int = -1
) -> dict[str, Any]:
    """A table of texts. ``numbers`` are the columns of numbers, ``mark`` the one of words that the page marks."""
    return {
        "caption": caption,
        "head": list(head),
        "rows": [["" if cell is None else str(cell) for cell in row] for row in rows],
        "numbers": list(numbers),
        "mark": mark,
    }


def html(report: Report, template: str, fixed: bool = False) -> str:
    """Write the page. ``template`` is the text of the Jinja2 template; ``fixed`` is for print: pictures, no colours of
    the reader's own.

    Raises InvalidInput if a library is missing.
    """
    try:
        import jinja2
        import markupsafe
    except ImportError as error:
        raise InvalidInput("html: jinja2 is not installed on this host; run this on the controller") from error

    def picture(plot: Mapping[str, Any]) -> Any:
        drawn = plots.draw(plot, fixed)
        if not fixed:
            title = markupsafe.escape(plot["alt"])
            opened = drawn.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
            return markupsafe.Markup(opened)
        data = base64.b64encode(drawn.encode()).decode()
        return markupsafe.Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, plot["alt"])

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    colors = {
        scheme: {name: pair[index] for name, pair in plots.COLORS.items()}
        for index, scheme in enumerate(("light", "dark"))
    }
    page = environment.from_string(template)
    return page.render(report=report, picture=picture, colors=colors, fixed=fixed) + "\n"


def pdf(report: Report, template: str) -> bytes:
    """Write the PDF, of A4 pages. Raises InvalidInput if WeasyPrint is missing or cannot work."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise InvalidInput(
            f"pdf: WeasyPrint cannot be used ({str(error).partition(chr(10))[0]}); pip install weasyprint and the "
            "Pango libraries that it needs (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0), or leave pdf out and print the page from a browser"
        ) from error

    # Everything is in the page: nothing is fetched, whatever a name in it looks like.
    inline_only = weasyprint.urls.URLFetcher(allowed_protocols={"data"})
    page = weasyprint.HTML(string=html(report, template, fixed=True), url_fetcher=inline_only)
    # Tags say what is a heading, a table and a picture's text, for those who have it read to them.
    document: bytes = page.write_pdf(pdf_tags=True, pdf_identifier=False)
    return document


def section(
    identifier: str,
    title: str,
    text: Sequence[str] = (),
    tables: Sequence[Mapping[str, Any]] = (),
    plots: Sequence[Mapping[str, Any]] = (),
    long: bool = False,
) -> dict[str, Any]:
    """A part of a report. ``long`` tables are folded on a screen."""
    return {
        "id": identifier,
        "title": title,
        "text": list(text),
        "tables": list(tables),
        "plots": list(plots),
        "long": long,
    }
