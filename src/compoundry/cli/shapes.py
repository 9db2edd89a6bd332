"""Put nouns into tables and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from compoundry.cli import sparks
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Body, Candidate, Change, Disposition, Insight, Pattern, Rule, Run, Snapshot, Story
from compoundry.counting import counted
from compoundry.errors import Invalid

_SHORT = 100


def ended(run: Run) -> Shown:
    """Show a run that was waited for; a failed one ends the command with 1."""
    return Shown(run.body, (sentence(run), *_notes(run), *_next(run)), exit=1 if run.status == "failed" else 0)


def run(run: Run) -> Shown:
    """Show how a run is doing."""
    return Shown(run.body, (sentence(run), *_notes(run)))


def _notes(run: Run) -> tuple[str, ...]:
    return tuple(note.text for note in run.notes)


def sentence(run: Run) -> str:
    """Say in one line how a run is doing.

    >>> sentence(Run("r1", "metrics", 1, "completed", True, insights_scanned=3, duration_ms=42))
    'metrics (dry run) r1: completed in 0.04 s; 3 scanned, 0 would be affected, 0 candidates would be created'
    """
    what = f"{run.job_type}{'' if run.act == 'run' else ' ' + run.act}{' (dry run)' if run.dry_run else ''} {run.id}: {run.status}"
    if run.status == "failed":
        return f"{what}; {run.error_details.get('type', 'unknown')}: {run.error_details.get('message', '')}"
    if run.status != "completed":
        return what
    would = "would be " if run.dry_run else ""
    asked = counted(run.candidates_created, "candidate")
    done = f"{run.insights_scanned} scanned, {run.insights_affected} {would}affected, {asked} {would}created"
    took = f" in {run.duration_ms / 1_000:.2f} s" if run.duration_ms is not None else ""
    return f"{what}{took}; {done}" + (f", {counted(run.errors, 'error')}" if run.errors else "")


def _next(run: Run) -> tuple[str, ...]:
    if run.status == "failed" and run.act == "run":
        return (f"again: compoundry retry {run.id}",)
    if run.status != "completed" or not (run.insights_affected or run.candidates_created):
        return ()
    act = "do it" if run.dry_run else "take it back"
    verb = "apply" if run.dry_run else "revert"
    return (f"see: compoundry changes {run.id}    {act}: compoundry {verb} {run.id}",)


def runs(found: Sequence[Run]) -> Shown:
    """List runs."""
    columns = ("id", "job", "act", "dry run", "status", "scanned", "affected", "created", "errors", "started")
    rows = [(r.id, r.job_type, r.act, "yes" if r.dry_run else "no", r.status, *_counts(r), moment(r.started_at)) for r in found]
    return listed(found, Table(columns, rows, "no runs yet; trigger one with: compoundry run consolidation"))


def _counts(run: Run) -> tuple[str, str, str, str]:
    return str(run.insights_scanned), str(run.insights_affected), str(run.candidates_created), str(run.errors)


def changes(found: Sequence[Change]) -> Shown:
    """List what a run decided."""
    rows = [(str(c.position), c.change, c.subject, c.why.code, c.why.text) for c in found]
    return listed(found, Table(("position", "change", "id", "reason", "why"), rows, "no changes"))


def dispositions(found: Sequence[Disposition]) -> Shown:
    """List what became of insights."""
    return listed(found, Table(("id", "outcome", "because"), [(d.insight, d.outcome, d.because) for d in found], "none"))


def insights(found: Sequence[Insight]) -> Shown:
    """List insights."""
    rows = [
        (i.id, i.type, ", ".join(e.name for e in i.entities), f"{i.confidence:.2f}", day(i.observed_at or i.created_at), i.content)
        for i in found
    ]
    return listed(
        found,
        Table(
            ("id", "type", "about", "confidence", "day", "content"), rows, "no insights; bring some in with: compoundry import FILE.jsonl"
        ),
    )


def recalled(found: Sequence[Insight]) -> Shown:
    """List what was recalled."""
    rows = [(i.id, f"{i.body['score']:.2f}", f"{i.confidence:.2f}", day(i.observed_at or i.created_at), i.content) for i in found]
    return listed(found, Table(("id", "fits", "confidence", "day", "content"), rows, "nothing known fits"))


def insight(found: Insight) -> Shown:
    """Show one insight with its evidence."""
    about = ", ".join(f"{e.name} ({e.type})" for e in found.entities) or "nobody in particular"
    gone = (
        f", now part of {found.merged_into}"
        if found.merged_into
        else f", superseded by {found.superseded_by}"
        if found.superseded_by
        else ""
    )
    believed = f"confidence {found.confidence:.2f} ({found.confidence_level})"
    facts = f"{found.type} about {about}; {found.standing}{gone}; {believed}; {moment(found.observed_at)}"
    rows = [(e.kind, moment(e.at), e.source, short(e.excerpt)) for e in found.evidence]
    since = found.body.get("metadata", {}).get("reworded_at")
    note = (f"put into these words by hand on {str(since)[:10]}; its evidence stays as it was seen",) if since else ()
    return Shown(found.body, (found.content, facts, *note, Table(("evidence", "at", "source", "excerpt"), rows, "no evidence")))


def story(told: Story) -> Shown:
    """Show an insight, and below it what was decided about it."""
    shown = insight(told.insight)
    stays = (f"it lives on in {told.survivor.id}: {told.survivor.content}",) if told.survivor else ()
    parts = [f"{one.id} was merged into it: {one.content}" for one in told.merged_here]
    decisions = Table(
        ("run", "change", "id", "why"), [(d.job_run_id, d.change, d.subject, d.why.text) for d in told.decisions], "no decisions"
    )
    asked = [("candidate", c["id"], c["status"], c["reason"]["text"]) for c in told.candidates]
    seen = [("last " + d["job_type"], d["job_run_id"], d["outcome"], d["because"]) for d in told.last_seen_by]
    used = [("pattern", p["id"], p["status"], p["label"]) for p in told.patterns] + [
        ("rule", r["id"], r["status"], r["do"]) for r in told.rules
    ]
    apart = [("kept apart", n["id"], n["relation"], f"{n['content']} — {n['why']['text']}") for n in told.kept_apart]
    about = Table(("what", "id", "status", "says"), [*seen, *asked, *apart, *used], "no job has seen it yet")
    return Shown(told.body, (*shown.parts, *stays, *parts, decisions, about))


def chain(told: Body) -> Shown:
    """Show where a pattern or a rule comes from: insights, pattern, rules, and every version."""
    typical = list(told["pattern"]["typical"]) if "pattern" in told else []
    first = sorted(told["insights"], key=lambda one: typical.index(one["id"]) if one["id"] in typical else len(typical))
    rows = [("typical insight" if one["id"] in typical else "insight", one["id"], one["standing"], one["content"]) for one in first]
    rows += [("pattern", told["pattern"]["id"], told["pattern"]["status"], told["pattern"]["label"])] if "pattern" in told else []
    rows += [("rule", one["id"], one["status"], one["do"]) for one in told["rules"]]
    history = [(d["job_run_id"], d["change"], d["why"]["text"], _edited(d["edits"])) for d in told["decisions"]]
    about = Table(("what", "id", "status", "says"), rows)
    return Shown(told, (about, Table(("run", "change", "why", "what changed"), history, "no history")))


def _edited(edits: Sequence[Body]) -> str:
    names = {name for edit in edits if edit["before"] is not None for name in (edit["after"] or {})}
    return ", ".join(sorted(names))


def candidates(found: Sequence[Candidate]) -> Shown:
    """List what waits for a person."""
    rows = [(c.id, c.kind, c.status, f"{c.score:.2f}", c.reason.text, " | ".join(short(i.content) for i in c.insights[:2])) for c in found]
    return listed(found, Table(("id", "kind", "status", "score", "why", "insights"), rows, "nothing waits for a decision"))


def candidate(found: Candidate) -> Shown:
    """Show one candidate with its insights."""
    said = f"{found.kind} {found.id}: {found.status}, score {found.score:.2f}"
    rows = [(i.id, day(i.observed_at), f"{i.confidence:.2f}", i.content) for i in found.insights]
    return Shown(found.body, (said, found.reason.text, Table(("id", "day", "confidence", "content"), rows, "its insights are gone")))


def decided(found: Candidate) -> Shown:
    """Show what was decided about a candidate."""
    return Shown(found.body, (f"{found.kind} {found.id}: {found.status}", f"take it back: compoundry revert {found.job_run_id}"))


def many(done: Body) -> Shown:
    """Show what became of candidates that were accepted together."""
    rows = [(one["id"], "accepted", one["job_run_id"], "") for one in done["accepted"]]
    rows += [(one["id"], "refused", "", one["message"]) for one in done["refused"]]
    return Shown(done, (Table(("id", "what", "run", "why"), rows, "nothing waits from that score on"),))


def patterns(found: Sequence[Pattern]) -> Shown:
    """List patterns."""
    rows = [(p.id, p.kind, p.status, str(p.support), p.trend, p.label) for p in found]
    return listed(
        found,
        Table(
            ("id", "kind", "status", "support", "trend", "pattern"),
            rows,
            "no patterns yet; look for them with: compoundry run pattern_detection",
        ),
    )


def rules(found: Sequence[Rule]) -> Shown:
    """List rules."""
    rows = [(r.id, r.status, f"{r.confidence:.2f}", r.when, r.do, r.unless, r.because) for r in found]
    columns = ("id", "status", "confidence", "when", "do", "unless", "because")
    return listed(found, Table(columns, rows, "no rules yet; make them with: compoundry run playbook_synthesis"))


def metrics(found: Sequence[Snapshot], metric: str | None = None) -> Shown:
    """Show the newest figures, or one of them, each with the way it took over the snapshots; Invalid for one there isn't."""
    flat = [figures(s.figures) for s in found]
    newest = {name: value for name, value in (flat[-1] if flat else {}).items() if not name.startswith("change.")}
    if metric and newest:
        known = sorted({name.partition(".")[0] for name in newest})
        newest = {name: value for name, value in newest.items() if name == metric or name.startswith(f"{metric}.")}
        if not newest:
            raise Invalid(f"the newest snapshot has no figure {metric!r}; it has {', '.join(known)}")
        flat = [{name: value for name, value in one.items() if name in newest} for one in flat]
        found = [replace(s, figures=one) for s, one in zip(found, flat, strict=True)]
    rows = [(name, f"{value:g}", sparks.line([f[name] for f in flat if name in f])) for name, value in newest.items()]
    since = f"{counted(len(found), 'snapshot')}, from {moment(found[0].at)} to {moment(found[-1].at)}" if found else ""
    shown = listed(found, Table(("metric", "value", "over time"), rows, "no snapshots yet; take one with: compoundry run metrics"))
    return Shown(shown.body, (*shown.parts, since) if since else shown.parts)


def figures(found: Mapping[str, float | Mapping[str, float]], prefix: str = "") -> dict[str, float]:
    """Flatten figures.

    >>> figures({"open": 2, "by_type": {"fact": 1}})
    {'open': 2, 'by_type.fact': 1}
    """
    flat: dict[str, float] = {}
    for name, value in found.items():
        flat |= figures(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


Listed = Run | Change | Disposition | Insight | Candidate | Pattern | Rule | Snapshot


def listed(found: Sequence[Listed], table: Table) -> Shown:
    """Show a list, as JSON the way the API does."""
    return Shown({"data": [one.body for one in found]}, (table,))


def moment(at: datetime | None) -> str:
    """Write a time for people and for sorting."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


def day(at: datetime | None) -> str:
    """Write a day."""
    return at.date().isoformat() if at else ""


def short(text: str) -> str:
    """Cut a long text."""
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
