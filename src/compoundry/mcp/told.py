"""Tell agents what was found in few words: one line each, with the id that other tools take."""

from collections.abc import Sequence
from datetime import datetime

from compoundry.model import Candidate, Evidence, Insight, Pattern, Rule, Run
from compoundry.service.explaining import Chain, Story
from compoundry.service.recalling import Recalled
from compoundry.store.journal import Entry
from compoundry.text.playbook import condition

_STORED = 600


def recalled(found: Sequence[Recalled]) -> str:
    """Tell what is known."""
    if not found:
        return "Nothing is known about that."
    return "\n".join(
        f"- {words(one.insight.content)} ({standing(one.insight)}, fits {one.score:.2f}, id {one.insight.id})" for one in found
    )


def standing(insight: Insight) -> str:
    """Tell how far an insight is believed, and since when."""
    gone = "" if insight.standing == "active" else f"{insight.standing}, "
    return f"{gone}believed {insight.confidence:.2f}, {day(insight.observed_at)}"


def story(told: Story) -> str:
    """Tell why an insight is as it is."""
    lines = [f"{words(told.insight.content)} ({standing(told.insight)})"]
    lines += [f"It lives on as: {words(told.survivor.content)} (id {told.survivor.id})"] if told.survivor else []
    lines += [_evidence(piece) for piece in told.insight.evidence[-10:]]
    lines += [f"- merged here: {words(one.content)} (id {one.id})" for one in told.merged_here[:10]]
    lines += [f"- {entry.kind}: {words(entry.reason.text)} (run {run})" for run, entry in told.decisions[-10:]]
    lines += [f"- {asked.status} question: {words(asked.reason.text)} (id {asked.id})" for asked in told.candidates[:10]]
    lines += [f"- part of the pattern: {words(p.label)} (id {p.id})" for p in told.patterns[:5]]
    lines += [f"- stands behind the rule: {words(r.do)} (id {r.id})" for r in told.rules[:5]]
    return "\n".join(lines)


def chain(told: Chain) -> str:
    """Tell where a pattern or a rule comes from."""
    lines = [rule(one) for one in told.rules]
    lines += [pattern(told.pattern)] if told.pattern else []
    lines += [f"- insight: {words(one.content)} ({standing(one)}, id {one.id})" for one in told.insights[:20]]
    lines += [f"- {entry.kind}: {words(entry.reason.text)} (run {run})" for run, entry in told.decisions[-10:]]
    return "\n".join(lines)


def rule(found: Rule) -> str:
    """Tell a rule."""
    when = f"{words(condition(found.when))}: " if found.when else ""
    unless = f", unless {words(found.unless)}" if found.unless else ""
    said = words(found.polished.rstrip(".")) or f"{when}{words(found.do)}{unless}"
    because = f" Because {words(found.because)}." if found.because else ""
    used = f", helped {found.helped}, harmed {found.harmed}" if found.helped or found.harmed else ""
    waits = ", not reviewed yet" if found.status == "candidate" else "" if found.status == "active" else f", {found.status}"
    return f"- {said}.{because} (confidence {found.confidence:.2f}{used}{waits}, id {found.id})"


def pattern(found: Pattern) -> str:
    """Tell a pattern."""
    return f"- {words(found.label)} ({found.kind}, {found.support} times, {found.trend}, {found.status}, id {found.id})"


def run(found: Run) -> str:
    """Tell how a run is doing."""
    what = found.job_type + ("" if found.act == "run" else f" {found.act}") + (", dry" if found.dry_run else "")
    count = found.counts
    counted = f"{count.scanned} scanned, {count.affected} affected, {count.created} created, {count.errors} errors"
    wrong = f"; {words(str(found.error.get('message', '')))}" if found.error else ""
    at = f", {found.stage} {found.processed} of {found.total}" if found.state == "running" else ""
    return f"- run {found.id} ({what}): {found.state}{at}; {counted}{wrong}"


def changes(found: Sequence[tuple[int, Entry]], *, more: bool) -> str:
    """Tell what a run decided."""
    lines = [f"{position}. {entry.kind} {entry.subject}: {words(entry.reason.text)}" for position, entry in found]
    lines += [f"There are more; ask with after={found[-1][0]}."] if more else []
    return "\n".join(lines) or "It changes nothing."


def candidate(asked: Candidate, insights: Sequence[Insight]) -> str:
    """Tell what waits for a decision, with the sentences that it is about."""
    lines = [f"- {asked.kind} {asked.id} (version {asked.version}, score {asked.score:.2f}): {words(asked.reason.text)}"]
    lines += [f"  - {words(one.content)} ({standing(one)}, id {one.id})" for one in insights[:6]]
    return "\n".join(lines)


def words(text: str) -> str:
    r"""Put stored text on one line, and cut what is very long.

    >>> words("one\n two")
    'one two'
    """
    line = " ".join(text.split())
    return line if len(line) <= _STORED else line[: _STORED - 1] + "…"


def day(at: datetime) -> str:
    """Write a day."""
    return at.date().isoformat()


def _evidence(piece: Evidence) -> str:
    quoted = f": “{words(piece.excerpt)}”" if piece.excerpt else ""
    return f"- evidence, {day(piece.at)}: {piece.kind} by {words(piece.source) or 'somebody'}{quoted}"
