"""What is known can be seen as a graph, as JSON and as a picture that runs nothing."""

from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from compoundry.app import Parts
from compoundry.errors import Invalid, NotFound
from compoundry.model import Caller, Candidate, CandidateKind, Reason
from compoundry.pictures.graph import drawn
from compoundry.pictures.layout import placed
from compoundry.service import graph, playbooks, review
from compoundry.service.recording import recorded
from compoundry.store.effects import Effect
from compoundry.store.journal import Entry
from compoundry.store.rows import to_row
from tests.made import DAY, NOTES, learn, run, said
from tests.server import BASE, new_key, serving

HOSTILE = '</title><script>alert(1)</script><img src=x onerror=alert(1)>" onload="alert(1)'


def ask(parts: Parts, caller: Caller, kind: CandidateKind, *subjects: str) -> None:
    """Put an open question before people."""
    asked = Candidate(f"{kind}-{subjects[0]}", kind, subjects, Reason("test", "a test asks"), 0.9, DAY)
    effect = Effect("candidate", asked.id, None, to_row(asked))
    with parts.app.database.write() as connection:
        recorded(parts.app, connection, caller, "consolidation", asked.id, [Entry("propose", asked.id, asked.reason, (effect,))], DAY)


def test_insights_hang_on_what_they_are_about_and_on_each_other(parts: Parts, caller: Caller, stranger: Caller) -> None:
    ids = [one.id for one in learn(parts, caller, [*NOTES[3:9], {"content": "Backups run at night."}])]
    ask(parts, caller, "update", ids[0], ids[1])
    ask(parts, caller, "merge", ids[2], ids[3], ids[4])
    found = graph.graph(parts.app, caller)
    kinds = {node.id.split(":")[0] for node in found.nodes if node.name == "Backups run at night."}
    assert kinds == {"ki"}
    assert {edge.predicate for edge in found.edges} == {"about", "related_to", "contradicts"}
    assert {(e.source, e.target) for e in found.edges if e.predicate == "contradicts"} == {(f"ei:{ids[0]}", f"ei:{ids[1]}")}
    assert {e.source for e in found.edges if e.predicate == "related_to"} == {f"ei:{ids[2]}", f"ei:{ids[3]}"}
    known = {node.id for node in found.nodes}
    assert all({edge.source, edge.target} <= known for edge in found.edges)
    assert graph.graph(parts.app, stranger).nodes == []
    assert graph.graph(parts.app, caller, limit=2).left_out == len(ids) - 2
    with pytest.raises(Invalid):
        graph.graph(parts.app, caller, limit=0)


class Seen(HTMLParser):
    """Note every element with its attributes, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_picture_runs_nothing_and_needs_no_network(parts: Parts, caller: Caller) -> None:
    learn(parts, caller, [said(HOSTILE, HOSTILE[:60]), *NOTES])
    page = drawn(graph.graph(parts.app, caller))
    seen = Seen()
    seen.feed(page)
    assert {tag for tag, _ in seen.elements}.isdisjoint({"script", "img", "iframe", "link", "object", "embed", "form", "base"})
    assert not [name for _, attributes in seen.elements for name in attributes if name.startswith("on") or name in ("style", "src")]
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in seen.elements)
    assert HOSTILE in seen.text
    assert ("meta", "default-src 'none'") in [(tag, (a.get("content") or "")[:18]) for tag, a in seen.elements]
    assert "url(" not in page
    assert "@import" not in page
    assert page == drawn(graph.graph(parts.app, caller)), "the same graph is drawn the same"


def test_what_is_joined_stands_closer_than_what_is_not() -> None:
    at = placed(20, [(n, n + 1) for n in range(0, 20, 2)])
    joined = [abs(at[n] - at[n + 1]).sum() for n in range(0, 20, 2)]
    apart = [abs(at[n] - at[(n + 7) % 20]).sum() for n in range(0, 20, 2)]
    assert sum(joined) < sum(apart) / 2
    assert ((at >= 0) & (at <= 1)).all()


def test_the_team_and_each_entity_have_a_playbook(parts: Parts, caller: Caller, stranger: Caller) -> None:
    learn(parts, caller, NOTES)
    run(parts, caller, "playbook_synthesis")
    for asked in review.queue(parts.app, caller, kind="rule"):
        review.accept(parts.app, caller, asked.id)
    team, northwind = playbooks.listed(parts.app, caller)
    assert (team.id, northwind.title) == ("team", "Northwind")
    assert "Restart the queue worker first" in playbooks.one(parts.app, caller, northwind.id).content
    assert [one.rules for one in playbooks.listed(parts.app, stranger)] == [0]
    with pytest.raises(NotFound):
        playbooks.one(parts.app, stranger, northwind.id)


def test_existing_clients_read_the_graph_and_the_playbooks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/graph.db"
    key = new_key(url, scopes="record.write,insight.stream")
    with serving(url) as served, httpx2.Client(base_url=served.url + BASE, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http:
        http.post("/insights", json=[said("Dana leads sales.", "Dana")])
        found = http.get("/graph").json()
        assert {"nodes", "edges", "context_edges", "relationship_definitions", "total_nodes", "total_edges"} <= set(found)
        assert {"id", "name", "type", "definition_slug", "primary_attribute"} <= set(found["nodes"][0])
        assert {"id", "source", "target", "label", "definition_id"} <= set(found["edges"][0])
        page = http.get("/graph", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        (team,) = http.get("/playbooks").json()["data"]
        assert http.get(f"/playbooks/{team['id']}", headers={"Accept": "text/markdown"}).text.startswith("# Playbook")
        assert http.get(f"/playbooks/{team['id']}").json()["content"].startswith("# Playbook")
        assert http.get("/playbooks/nobody").status_code == 404
