"""Find what is wrong: what is there twice, what contradicts, what is old, what rests on one voice alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from compoundry.audit.view import Place, Store
from compoundry.job import Advise, Archive, Believe, Merge, Notice, Plan, Propose, Supersede, View
from compoundry.jobs import consolidation, decay_sweep, pattern_detection, playbook_synthesis
from compoundry.model import Insight, Reason

Kind = Literal["duplicate", "contradiction", "update", "question", "stale", "single_source"]

TITLES: Final[Mapping[Kind, str]] = {
    "duplicate": "Said more than once",
    "contradiction": "Contradicting each other",
    "update": "Overtaken by something newer",
    "question": "Perhaps the same: a person would be asked",
    "stale": "Faded: nothing has confirmed it for long",
    "single_source": "Rules that rest on one voice alone",
}
_ASKED: Final[Mapping[str, Kind]] = {"merge": "question", "update": "update", "contradiction": "contradiction"}
_FADED = 0.3
_EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """Quote a sentence of the file: its line, what it says, about whom, when, from whom."""

    line: int
    content: str
    about: tuple[str, ...]
    day: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong with some sentences, and why; of duplicates, the first sentence is the one to keep."""

    kind: Kind
    sentences: tuple[Sentence, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Count the sentences of a file, and how many of them have a date, a source, somebody they are about."""

    sentences: int
    dated: int
    sourced: int
    about_somebody: int
    people_and_things: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Hold what an audit found; `patterns` is what recurs in the file, `notes` is what the jobs had to add."""

    figures: Figures
    findings: tuple[Finding, ...]
    patterns: tuple[str, ...]
    notes: tuple[str, ...]

    def of(self, kind: Kind) -> list[Finding]:
        """Return the findings of a kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    @property
    def redundant(self) -> int:
        """Count the sentences that could go without losing a fact."""
        return sum(len(finding.sentences) - 1 for finding in self.of("duplicate"))


def audited(store: Store, now: datetime, told: Callable[[str], None] = lambda stage: None) -> Audit:
    """Run the jobs' plans on a file's view, with their default settings, and say what they would do."""
    view, quote = store.view, _quoting(store)
    told("comparing")
    compared = consolidation.plan(view, consolidation.Policy(), now)
    told("looking for what recurs")
    recurring = pattern_detection.plan(view, pattern_detection.Policy(), now)
    patterns = tuple(change.pattern for change in recurring.changes if isinstance(change, Notice))
    told("reading rules")
    ruled = playbook_synthesis.plan(replace(view, patterns=patterns), playbook_synthesis.Policy(budget=_EVERYTHING), now)
    told("weighing age")
    faded = decay_sweep.plan(view, decay_sweep.Policy(cap=1.0, ask=0), now)
    found = [
        *_duplicates(compared, quote),
        *_overtaken(compared, quote),
        *_asked(compared, quote),
        *_stale(faded, store.places, quote),
        *_lonely(ruled, view, quote),
    ]
    notes = tuple(note.text for note in (*compared.notes, *recurring.notes, *ruled.notes))
    return Audit(_figures(store), tuple(found), tuple(pattern.label for pattern in patterns), notes)


Quote = Callable[[str], Sentence]


def _quoting(store: Store) -> Quote:
    insights = {insight.id: insight for insight in store.view.insights}

    def quote(id: str) -> Sentence:
        insight, place = insights[id], store.places[id]
        day = f"{insight.observed_at:%Y-%m-%d}" if place.dated else ""
        return Sentence(place.number, insight.content, tuple(e.name for e in insight.entities), day, insight.source)

    return quote


def _duplicates(plan: Plan, quote: Quote) -> Iterator[Finding]:
    groups: dict[str, list[Merge]] = defaultdict(list)
    for merge in (change for change in plan.changes if isinstance(change, Merge)):
        groups[merge.into].append(merge)
    for into, merges in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield Finding("duplicate", (quote(into), *(quote(merge.insight) for merge in merges)), _said(m.reason for m in merges))


def _overtaken(plan: Plan, quote: Quote) -> Iterator[Finding]:
    for change in plan.changes:
        if isinstance(change, Supersede):
            yield Finding("update", (quote(change.by), quote(change.insight)), change.reason.text)


def _asked(plan: Plan, quote: Quote) -> Iterator[Finding]:
    asked = [change.candidate for change in plan.changes if isinstance(change, Propose)]
    for candidate in sorted(asked, key=lambda one: (-one.score, one.id)):
        if kind := _ASKED.get(candidate.kind):
            yield Finding(kind, tuple(quote(id) for id in candidate.subjects), candidate.reason.text)


def _stale(plan: Plan, places: Mapping[str, Place], quote: Quote) -> Iterator[Finding]:
    """Name what is believed too little by now; what has no date can't be told to be old."""
    for change in plan.changes:
        match change:
            case Archive(id) | Believe(id) if places[id].dated and _gone(change):
                yield Finding("stale", (quote(id),), change.reason.text)


def _gone(change: Archive | Believe) -> bool:
    return isinstance(change, Archive) or change.after < _FADED <= change.before


def _lonely(plan: Plan, view: View, quote: Quote) -> Iterator[Finding]:
    """Name the rules that only one source supports: what an agent would follow because somebody once wrote it."""
    insights = {insight.id: insight for insight in view.insights}
    for change in plan.changes:
        if isinstance(change, Advise):
            behind = [insights[id] for id in change.rule.evidence]
            if len(_voices(behind)) == 1:
                yield Finding("single_source", tuple(quote(i.id) for i in behind), "One source says so, and nobody else.")


def _voices(insights: Iterable[Insight]) -> set[str]:
    return {evidence.source for insight in insights for evidence in insight.evidence}


def _said(reasons: Iterable[Reason]) -> str:
    return " ".join(dict.fromkeys(reason.text for reason in reasons))


def _figures(store: Store) -> Figures:
    places = store.places.values()
    return Figures(
        sentences=len(places),
        dated=sum(place.dated for place in places),
        sourced=sum(place.sourced for place in places),
        about_somebody=sum(bool(insight.entities) for insight in store.view.insights),
        people_and_things=len({entity.id for insight in store.view.insights for entity in insight.entities}),
    )
