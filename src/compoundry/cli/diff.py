"""Show what a run changes as a diff: what goes in red, what comes in green."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compoundry.cli.show import Line, Part, Shown
from compoundry.client.nouns import Body, Change, Edit

Contents = Mapping[str, str]

_NAMES = {"pattern": "label", "rule": "do", "candidate": "kind", "evidence": "excerpt", "snapshot": "at"}
_SHOWN = 5
_QUIET = {"version", "decided_at"}


def insights_in(changes: Iterable[Change]) -> list[str]:
    """Name the insights that changes are about, each once."""
    return list(dict.fromkeys(id for change in changes for edit in change.edits for id in _about(edit) if id))


def diff(changes: Sequence[Change], contents: Contents) -> Shown:
    """Show changes with the sentences that they are about."""
    parts: list[Part] = []
    for change in changes:
        parts += [Line(f"{change.change}: {change.why.text}", "bold"), *_lines(change, contents)]
    body = {"data": [change.body for change in changes], "contents": dict(contents)}
    return Shown(body, tuple(parts) or (Line("no changes", "dim"),))


def _lines(change: Change, contents: Contents) -> Iterator[Line]:
    for edit in change.edits:
        match edit.noun:
            case "insight":
                yield from _insight(edit, contents)
            case "evidence" if edit.after:
                yield Line(f"+ evidence for: {contents.get(str(edit.after.get('insight_id')), '(forgotten)')}", "green")
            case "candidate" if edit.after and "subjects" in edit.after:
                yield from _question(edit.after, contents)
            case _:
                yield from _other(edit)


def _question(asked: Body, contents: Contents) -> Iterator[Line]:
    yield Line(f"+ candidate: {asked.get('kind')}", "green")
    for id in asked["subjects"][:_SHOWN]:
        yield Line(f"  ? {contents.get(id, '(forgotten)')}")
    if (more := len(asked["subjects"]) - _SHOWN) > 0:
        yield Line(f"  … and {more} more", "dim")


def _insight(edit: Edit, contents: Contents) -> Iterator[Line]:
    before, after = edit.before or {}, edit.after or {}
    said = contents.get(edit.id, "(forgotten)")
    if not after:
        return
    if after.get("standing") in ("merged", "superseded", "archived"):
        yield Line(f"- {said}", "red")
        yield from (Line(f"+ {contents.get(id, '(forgotten)')}", "green") for id in _targets(edit))
    elif after.get("standing") == "active":
        yield Line(f"+ {said}", "green")
    else:
        yield Line(f"~ {said} ({_fields(before, after)})", "yellow")


def _other(edit: Edit) -> Iterator[Line]:
    name = _NAMES.get(edit.noun, "id")
    match edit.before, edit.after:
        case None, None:
            return
        case None, after:
            assert after is not None
            yield Line(f"+ {edit.noun}: {after.get(name, edit.id)}", "green")
        case before, None:
            assert before is not None
            yield Line(f"- {edit.noun}: {before.get(name, edit.id)}", "red")
        case before, after:
            assert before is not None
            assert after is not None
            if told := _fields(before, after):
                yield Line(f"~ {edit.noun} {edit.id} ({told})", "yellow")


def _fields(before: Body, after: Body) -> str:
    changed = ((name, before.get(name), after[name]) for name in after if name not in _QUIET and before.get(name) != after[name])
    return ", ".join(f"{name} {_short(old)} → {_short(new)}" for name, old, new in changed)


def _short(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "nothing" if value is None else str(value)[:60]


def _about(edit: Edit) -> list[str]:
    """Name the insights whose sentences are shown with an edit."""
    after = edit.after or {}
    match edit.noun:
        case "insight":
            return [edit.id, *_targets(edit)]
        case "evidence":
            return [str(after.get("insight_id", ""))]
        case "candidate":
            return [str(id) for id in after.get("subjects", ())[:_SHOWN]]
        case _:
            return []


def _targets(edit: Edit) -> list[str]:
    """Name the insight that takes the place of another."""
    after = edit.after or {}
    return [str(after[name]) for name in ("merged_into", "superseded_by") if after.get(name)]
