"""Belief on columns says of each insight what the rules say of it alone, spelled out piece by piece."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compoundry.columns import columns_of
from compoundry.model import Evidence, Insight
from compoundry.text.belief import Policy, confidence, half_life, heard, weigh, weigh_all
from tests.text.test_belief import START, insight, pieces, seen, types

POLICY = Policy(retrieved=0.3, floor=0.1)
NOW = START + timedelta(days=420)
read = st.builds(seen, st.integers(0, 400), st.just("agent"), st.sampled_from([0.5, 1.0]), st.just("retrieved"))
described = st.builds(
    lambda log, kind, pinned: insight(*log, type=kind, pinned=pinned), st.lists(pieces | read, max_size=12), types, st.booleans()
)
workspaces = st.lists(described, max_size=8).map(lambda found: [replace(one, id=f"i{n}") for n, one in enumerate(found)])


class Word:
    """Say for or against an insight, as loud as the rules let a piece of evidence be."""

    def __init__(self, piece: Evidence) -> None:
        verdict = piece.kind in ("reviewed", "outcome")
        said = 2 * piece.weight - 1 if verdict else piece.weight
        self.against = piece.kind == "contradicted" or said < 0
        self.reviewer = piece.kind == "reviewed" and not self.against
        self.told = piece.kind == "observed"
        self.source = "" if self.reviewer else piece.source
        self.weight = abs(said) * (POLICY.review if self.reviewer else POLICY.retrieved if piece.kind == "retrieved" else 1.0)
        self.counts = self.weight > 0 or piece.kind in ("observed", "confirmed")


Moment = tuple[datetime, list[Word], list[Word]]


def moments(one: Insight) -> Iterator[Moment]:
    """Yield each moment with what was said for and against the insight, the strongest observation and other word of each source."""
    said: dict[datetime, dict[tuple[bool, str, bool], Word]] = defaultdict(dict)
    for word, at in ((Word(piece), piece.at) for piece in one.evidence if piece.at <= NOW):
        key = word.against, word.source, not word.told
        known = said[at].get(key)
        if word.counts and (known is None or known.weight < word.weight):
            said[at][key] = word
    for at, words in sorted(said.items()):
        if words:
            ordered = [words[key] for key in sorted(words)]
            yield at, [w for w in ordered if not w.against], [w for w in ordered if w.against]


def gains(told: Sequence[Moment]) -> dict[int, float]:
    """Return what each word adds, by its id: the loudest first observation all of it, others a part, repeats less each time."""
    found: dict[int, float] = {}
    era: list[list[Word]] = []
    for place, (_, pro, contra) in enumerate(told):
        era.append(pro)
        if contra or place == len(told) - 1:
            opening = next((first for words in era if (first := [w for w in words if w.told])), [])
            loudest = max(opening, key=lambda w: w.weight, default=None)
            before: dict[str, int] = defaultdict(int)
            for word in [*opening, *(w for words in era for w in words if w not in opening)]:
                share = POLICY.corroboration * POLICY.repeat ** before[word.source]
                found[id(word)] = word.weight * (1.0 if word is loudest or word.reviewer else share)
                before[word.source] += 1
            era = []
    return found


def alone(one: Insight) -> tuple[float, datetime | None, float]:
    """Return trust, last support and half-life of one insight, moment by moment."""
    base = half_life(one.type, POLICY)
    trust, grown, backed, denied = 0.0, 1.0, 0.0, 0.0
    since: datetime | None = None
    told = list(moments(one))
    gained = gains(told)

    def lasts() -> float:
        odds = (POLICY.prior + backed) / (POLICY.prior + POLICY.denial * denied)
        return base * min(POLICY.longest, grown * odds)

    for at, pro, contra in told:
        days = (at - since).total_seconds() / 86_400 if since else 0.0
        fresh = (1 + (2 ** (1 / POLICY.tail) - 1) * days / lasts()) ** -POLICY.tail
        if pro:
            strongest, gap = max(w.weight for w in pro), min(1.0, days / (base * grown))
            backed += strongest * gap**POLICY.practice
            grown = min(POLICY.longest, grown * (1 + POLICY.growth * strongest * gap**POLICY.spacing))
            for word in pro:
                trust = 1 - (1 - trust) * (1 - gained[id(word)])
            since = at
        if contra:
            for word in contra:
                trust *= 1 - POLICY.review * word.weight
            strongest = max(w.weight for w in contra)
            denied += strongest * fresh**POLICY.surprise
            grown **= 1 - (1 - POLICY.lapse) * strongest
    return trust, since, lasts()


@given(described)
@settings(max_examples=300, deadline=None)
def test_what_is_weighed_is_what_the_rules_say(one: Insight) -> None:
    trust, since, lasts = alone(one)
    found = weigh(one, NOW, POLICY)
    if since is None:
        assert found is None
        return
    assert found
    assert found.trust == pytest.approx(trust)
    assert found.half_life_days == pytest.approx(lasts)
    assert found.since == since


@given(workspaces, st.integers(0, 900))
@settings(deadline=None)
def test_many_are_believed_as_each_is_alone(found: list[Insight], day: int) -> None:
    now = START + timedelta(days=day)
    together = weigh_all(columns_of(found), now, POLICY)
    at = together.at(int(now.timestamp() * 1e6))
    for place, one in enumerate(found):
        assert together.one(place) == weigh(one, now, POLICY)
        assert at[place] == pytest.approx(confidence(one, now, POLICY), abs=1e-12)


@given(workspaces, st.sampled_from([0.0, 0.4, 1.0]))
@settings(deadline=None)
def test_many_are_heard_as_each_is_alone(found: list[Insight], part: float) -> None:
    columns, trust = columns_of(found), {"crm": part}
    together = weigh_all(replace(columns, evidence=columns.evidence.heard(trust)), NOW, POLICY)
    for place, one in enumerate(found):
        assert together.one(place) == weigh(heard(one, trust), NOW, POLICY)
