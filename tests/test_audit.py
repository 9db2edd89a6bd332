"""An audit tells what is wrong in a foreign store, honestly, and shows every word of it as text."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import written
from tests.cli.test_export import HOSTILE
from tests.cli.typed import Said, typed
from tests.importers.test_formats import GRAPHITI, HINDSIGHT_LIST, LANGGRAPH, LETTA, MEM0
from tests.made import said

STORE = [
    said("Dana prefers email over phone calls.", "Dana", day=0),
    said("Dana prefers email over phone calls", "Dana", day=3, source="crm"),
    said("Lakeside Dental operates 12 clinics.", "Lakeside", day=0),
    said("Lakeside Dental operates 21 clinics.", "Lakeside", day=90),
    said("Ben is available on Tuesdays.", "Ben", day=1),
    said("Ben is available on Thursdays.", "Ben", day=1),
    said("Bellwood needs the audit log before launch.", "Bellwood", day=2),
    said("Bellwood needs the audit log after launch.", "Bellwood", day=2),
    said("Omar is reading a book about games.", "Omar", day=-900, type="activity", confidence=0.6),
    said("When the export times out, restart the queue worker first."),
    {"content": "Nobody knows when this was said."},
]
MARKUP = (
    *('" onmouseover="alert(1)', "'><svg/onload=alert(1)>", "</style></title><script>1</script>", "<!-- ", "]]>", "&lt;b&gt;"),
    *("<iframe srcdoc='<script>1</script>'>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>"),
)
FOREIGN = {"mem0": MEM0, "hindsight": HINDSIGHT_LIST, "letta": LETTA, "langgraph": LANGGRAPH, "graphiti": GRAPHITI}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPOUNDRY_ENCODER", "hashed")
    monkeypatch.setenv("COMPOUNDRY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")


def audited(file: Path, *options: str) -> Any:
    told: Said = typed("audit", str(file), "--quick", "--json", *options)
    assert told.code == 0, told.err
    return told.json


def test_each_kind_of_trouble_is_found_and_quoted_with_its_line(tmp_path: Path) -> None:
    told = audited(written(tmp_path / "memory.jsonl", STORE))
    by_kind = {kind: [f for f in told["findings"] if f["kind"] == kind] for kind in told["counts"]}
    (twice,) = by_kind["duplicate"]
    assert {s["line"] for s in twice["sentences"]} == {1, 2}
    assert {s["line"] for f in by_kind["update"] for s in f["sentences"]} == {3, 4}
    assert {5, 6} <= {s["line"] for f in by_kind["contradiction"] + by_kind["question"] for s in f["sentences"]}
    assert [s["line"] for f in by_kind["stale"] for s in f["sentences"]] == [9]
    assert [s["line"] for f in by_kind["single_source"] for s in f["sentences"]] == [10]
    assert (told["headline"][:7], told["figures"]["redundant"]) == ("1 of 11", 1)
    assert all(finding["why"] for finding in told["findings"])


def test_an_audit_says_what_it_cannot_tell(tmp_path: Path) -> None:
    lines = [*STORE, {"content": ""}]
    caveats = " ".join(audited(written(tmp_path / "memory.jsonl", lines))["caveats"])
    for honest in ("1 could not be read", "1 sentences have no date", "no source", "words, not meaning", "English"):
        assert honest in caveats
    nothing = audited(written(tmp_path / "empty.jsonl", []))
    assert nothing["headline"] == "There is nothing in it that can be read."


@pytest.mark.parametrize("format", FOREIGN)
def test_every_format_is_audited(tmp_path: Path, format: str) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(FOREIGN[format]))
    told = audited(file)
    assert told["format"] == format
    assert told["figures"]["sentences"] == told["lines"] - sum(told["left_out"].values())


def test_rules_of_a_file_are_audited_too(tmp_path: Path) -> None:
    file = tmp_path / "AGENTS.md"
    file.write_text("- Always run the tests before you push.\n- Always run the tests before you push!\n- Never commit secrets.\n")
    told = audited(file)
    assert (told["format"], told["counts"]["duplicate"]) == ("rules", 1)


class _Tags(HTMLParser):
    """Collect what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.quoted: list[str] = []
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in.append(tag)
        if tag == "bdi":
            self.quoted.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._in[-1:] == ["bdi"]:
            self.quoted[-1] += data


def test_the_page_runs_nothing_loads_nothing_and_shows_hostile_text_as_text(tmp_path: Path) -> None:
    hostile = [
        *HOSTILE,
        '" onmouseover="alert(1)',
        "'><svg/onload=alert(1)>",
        "</style></title><script>1</script>",
        "<!-- ",
        "]]>",
        "&lt;b&gt;",
    ]
    lines = [said(f"{text} twice{end}", text, source=text) for text in hostile for end in (".", "!")]
    page = tmp_path / "report.html"
    told = audited(written(tmp_path / "<img src=x>.jsonl", lines), "--html", str(page))
    text = page.read_text()
    seen = _Tags()
    seen.feed(text)
    assert told["counts"]["duplicate"] >= len(hostile) // 2
    allowed = {"html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "ul", "ol", "li", "a", "b", "i", "em"}
    assert seen.tags <= allowed | {"span", "div", "section", "article", "bdi", "small", "details", "summary", "code"}
    assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "href", "style", "id", "role", "aria-label"}
    assert "default-src 'none'" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert any("<script>alert(1)</script> twice" in quoted for quoted in seen.quoted)


def test_a_terminal_gets_no_escape_sequence(tmp_path: Path) -> None:
    lines = [said(f"{text} twice{end}", "Eve") for text in HOSTILE for end in (".", "!")]
    out = typed("audit", str(written(tmp_path / "x.jsonl", lines)), "--quick").out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_page_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    file = written(tmp_path / "memory.jsonl", STORE)
    assert typed("audit", str(file), "--quick", "--html", str(tmp_path / "no" / "folder.html")).code == 2
