"""The frame of a report: its style, its beginning and end, text and numbers as HTML.

A page is one file and opens offline from ``file://``: nothing in it is fetched from elsewhere.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from engine.reporting.versions import versions

# Whatever a name or a note holds, nothing is fetched or sent.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; media-src data:"
STYLE = """
:root { color-scheme: light; --ink: #1f2328; --muted: #59636e; --rule: #d1d9e0; --tint: #f6f8fa; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans",
  sans-serif; }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 22px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h3 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 4px 0; }
a { color: #0a58b9; }
.muted { color: var(--muted); font-size: 14px; }
article { border-top: 1px solid var(--rule); margin-top: 40px; padding-top: 28px; }
.players { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px;
  margin: 16px 0; }
figure { margin: 0; }
.players figcaption { font-weight: 600; margin-bottom: 4px; }
audio { width: 100%; display: block; }
img { display: block; width: 100%; height: auto; margin: 16px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; margin: 8px 0; }
table.wide { width: 100%; }
caption { text-align: left; font-weight: 600; font-size: 16px; padding: 8px 0; white-space: nowrap; }
th, td { text-align: left; padding: 5px 20px 5px 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; }
th { font-weight: 500; }
thead th { font-weight: 600; border-bottom-color: var(--muted); vertical-align: bottom; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.meaning { color: var(--muted); }
td.value { overflow-wrap: anywhere; }
footer { border-top: 1px solid var(--rule); margin-top: 40px; padding-top: 28px; padding-bottom: 48px; }
@media print {
  body { font-size: 10.5pt; }
  main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .players { display: none; }
  article { break-before: page; border-top: 0; margin-top: 0; padding-top: 0; }
  img, tr, footer table { break-inside: avoid; }
  img { width: auto; max-width: 100%; max-height: 110mm; margin: 4mm 0; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  caption { font-size: 10.5pt; padding: 4px 0; }
  h2, h3, caption { break-after: avoid; }
  th, td { padding: 1px 10px 1px 0; }
  a { color: inherit; text-decoration: none; }
}
"""


def opening(title: str, below: str, style: str = "") -> str:
    """From the doctype to the opened ``main``.

    Args:
        title: of the page; escaped here.
        below: HTML under the heading.
        style: CSS beside that of every report.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
<header>
<h1>{text(title)}</h1>
{below}
</header>
<main>
"""


def closing(settings: Mapping[str, str], script: str = "") -> str:
    """From the end of ``main`` on: what held for all, versions, and the page's script."""
    return f"""</main>
<footer>
{pairs("Settings", settings) if settings else ""}
{pairs("Versions", versions())}
</footer>
{f"<script>{script}</script>" if script else ""}
</body>
</html>
"""


def pairs(caption: str, values: Mapping[str, str]) -> str:
    """A table of names and values."""
    rows = "".join(
        f'<tr><th scope="row">{text(str(name))}</th><td class="value">{text(str(value))}</td></tr>'
        for name, value in values.items()
    )
    return f"<table><caption>{text(caption)}</caption><tbody>{rows}</tbody></table>"


def number(written: str) -> str:
    """A number with a true minus sign, escaped."""
    return text(written.replace("-", "\N{MINUS SIGN}") if written != "n/a" else written)


def text(plain: str) -> str:
    """Any text as HTML; bytes of a file's name that are no text are written out."""
    return html.escape(plain.encode("utf-8", "backslashreplace").decode(), quote=True)
