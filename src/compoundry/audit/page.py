"""Write an audit as one HTML page: no script, nothing loaded, every word of the file shown as text and nothing else."""

import html
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Final

from compoundry.audit.findings import TITLES, Audit, Finding, Kind, Sentence
from compoundry.audit.report import Report
from compoundry.text import safely

_SHOWN = 12
_LEDES: Final[dict[Kind, str]] = {
    "duplicate": "Every word of one has its match in the other, and no number, date, name or negation tells them apart.",
    "contradiction": "Both can't hold. An agent that recalls them gets whichever comes first.",
    "update": "A later sentence gives another value for the same thing.",
    "question": "Near, but not surely the same. These are never merged without a person.",
    "stale": "Believed at first, and not confirmed since: by now it is more likely outdated than not worth asking about.",
    "single_source": "An instruction with a single source is a rule that anybody could have planted. Confirm it, or don't follow it.",
}


def page(report: Report) -> str:
    """Return the page."""
    audit, policy = report.audit, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    name = _text(report.file)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">',
            f"<title>Memory audit: {name}</title>\n<style>{_style()}</style>\n</head>\n<body>\n<main>",
            f'<header><p class="eyebrow">Memory audit</p>\n<h1>{_text(report.headline)}</h1>',
            f"<p>{name}, read as {_text(report.format)}, {report.day}</p></header>",
            *_tiles(audit),
            *_meters(report),
            *(part for kind in TITLES for part in _section(kind, audit.of(kind))),
            *_patterns(audit),
            *_honest(report),
            "</main>\n</body>\n</html>\n",
        )
    )


def _tiles(audit: Audit) -> Iterator[str]:
    yield '<ul class="tiles">'
    for kind, title in TITLES.items():
        count = len(audit.of(kind))
        yield f'<li><a class="{"some" if count else "none"}" href="#{kind}"><b>{count:,}</b><span>{title}</span></a></li>'
    yield "</ul>"


def _meters(report: Report) -> Iterator[str]:
    figures = report.audit.figures
    yield '<div class="meter" role="group" aria-label="What the file says of its sentences">'
    for name, part in (
        ("unique sentences", figures.sentences - report.audit.redundant),
        ("with a date", figures.dated),
        ("with a source", figures.sourced),
        ("about somebody", figures.about_somebody),
    ):
        share = part / figures.sentences if figures.sentences else 0.0
        yield f'<div><span>{name}</span><i><b style="width:{share:.1%}"></b></i><em>{share:.0%}</em></div>'
    yield "</div>"


def _section(kind: Kind, found: list[Finding]) -> Iterator[str]:
    yield f'<section id="{kind}"><h2>{TITLES[kind]}</h2>'
    if not found:
        yield '<p class="fine">None found.</p></section>'
        return
    yield f"<p>{_LEDES[kind]}</p>"
    yield from (_card(finding) for finding in found[:_SHOWN])
    if more := found[_SHOWN:]:
        yield f"<details><summary>{len(more):,} more</summary>"
        yield from (_card(finding) for finding in more)
        yield "</details>"
    yield "</section>"


def _card(finding: Finding) -> str:
    kept = ' class="kept"' if finding.kind == "duplicate" else ""
    items = "".join(f"<li{'' if n else kept}>{_sentence(one)}</li>" for n, one in enumerate(finding.sentences))
    return f'<article><ol>{items}</ol><p class="why">{_text(finding.why)}</p></article>'


def _sentence(one: Sentence) -> str:
    about = ", ".join(one.about[:5])
    facts = [f"line {one.line}", *(_text(part) for part in (one.day, about, one.source) if part)]
    return f"<bdi>{_text(one.content)}</bdi><small>{' · '.join(facts)}</small>"


def _patterns(audit: Audit) -> Iterator[str]:
    if audit.patterns:
        yield "<section><h2>What recurs</h2><p>Held against chance: this is knowledge that no single sentence states.</p>"
        yield _card_of(audit.patterns)
        yield "</section>"


def _card_of(lines: Iterable[str]) -> str:
    return f"<article><ol>{''.join(f'<li><bdi>{_text(line)}</bdi></li>' for line in lines)}</ol></article>"


def _honest(report: Report) -> Iterator[str]:
    yield '<section class="honest"><h2>What this can and can’t tell</h2><ul>'
    yield from (f"<li>{_text(note)}</li>" for note in report.caveats)
    yield "</ul><p>Nothing of your file has left this machine, and nothing in it was changed. To act on this: "
    yield "<code>compoundry workspace create mine</code>, <code>compoundry import FILE</code>, "
    yield "<code>compoundry run consolidation --dry-run</code>; "
    yield "every step can be previewed, and taken back.</p></section>"


def _style() -> str:
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


def _text(value: str) -> str:
    """Show text as text: no markup, no control characters, no change of direction."""
    return html.escape(safely.visible(value), quote=True)
