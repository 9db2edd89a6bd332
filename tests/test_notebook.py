"""A notebook shows runs, patterns, rules and the graph, and what agents wrote stays text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compoundry import Workspace
from tests.made import NOTES

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """Give an embedded workspace in which somebody wrote markup."""
    with Workspace.open(tmp_path / "notebook.db", encoder="hashed") as opened:
        opened.add_all(NOTES)
        for n, name in enumerate(("Acme", "Bolt", "Cove", "Dune")):
            opened.add(f"{name} says {HOSTILE} breaks the export.", entities=[name], observed_at=f"2026-03-0{n + 1}T09:00:00Z")
        opened.add(f"When {HOSTILE} shows up, call Dana first.", entities=["Dana"])
        yield opened


def test_a_plan_is_shown_change_by_change(ws: Workspace) -> None:
    shown = ws.run("consolidation", dry_run=True)._repr_html_()
    assert "consolidation (dry run)</b> completed" in shown
    assert "<td>merge</td>" in shown


def test_markup_of_agents_stays_text(ws: Workspace) -> None:
    ran = [ws.run(job) for job in ("consolidation", "pattern_detection", "playbook_synthesis")]
    shown = [run._repr_html_() for run in ran]
    shown += [ws.patterns()._repr_html_(), ws.rules()._repr_html_(), ws.playbook()._repr_html_(), ws.graph()._repr_html_()]
    assert "&lt;script&gt;" in "".join(shown)
    for html in shown:
        assert {tag.casefold() for tag in re.findall(r"<(\w+)", html)} <= {"p", "b", "table", "thead", "tbody", "tr", "th", "td", "iframe"}


def test_what_is_shown_is_still_a_list_and_text(ws: Workspace) -> None:
    ws.run("playbook_synthesis")
    rules, page = ws.rules(), ws.playbook()
    assert isinstance(rules, list)
    assert page.startswith("# Playbook")
    assert page == str(page)
    assert {rule.id for rule in page.rules} == {rule.id for rule in rules}
    assert "sandbox" in ws.graph()._repr_html_()
