"""Show runs, patterns and rules as tables in a notebook; everything that agents wrote is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from compoundry.model import Pattern, Rule, Run
from compoundry.store.journal import Entry

MOST_CHANGES = 50


def run(found: Run, changes: Sequence[Entry]) -> str:
    """Show how a run ended and what it did, or, for a dry run, what it would do."""
    what = found.job_type + ("" if found.act == "run" else f" {found.act}") + (" (dry run)" if found.dry_run else "")
    count = found.counts
    counted = f"{count.scanned} scanned, {count.affected} affected, {count.created} created, {count.errors} errors"
    wrong = f"<p>{escape(str((found.error or {}).get('message', '')))}</p>" if found.error else ""
    rows = [(n, change.kind, change.subject, change.reason.text) for n, change in enumerate(changes[:MOST_CHANGES])]
    left = len(changes) - MOST_CHANGES
    more = f"<p>… and {left} more changes: run.changes lists all</p>" if left > 0 else ""
    head = f"<p><b>{escape(what)}</b> {escape(found.state)}: {counted}</p>"
    return head + wrong + table(("", "change", "about", "why"), rows) + more


def patterns(found: Sequence[Pattern]) -> str:
    """Show patterns."""
    rows = [(p.label, p.kind, p.support, p.trend, p.status) for p in found]
    return table(("pattern", "kind", "support", "trend", "status"), rows)


def rules(found: Sequence[Rule]) -> str:
    """Show the rules of a playbook: when, do, unless, because."""
    rows = [(r.when, r.do, r.unless, r.because, f"{r.confidence:.2f}", r.status) for r in found]
    return table(("when", "do", "unless", "because", "confidence", "status"), rows)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Draw a table.

    >>> table(("a",), [("<b>",)])
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
