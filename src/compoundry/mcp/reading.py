"""Carry out the tools that only read."""

from contextlib import suppress

from compoundry import times
from compoundry.errors import NotFound
from compoundry.mcp import asked, told
from compoundry.model import Caller
from compoundry.service import explaining, insights, knowledge, recalling, review, rulebook, runs
from compoundry.service.app import App

_NEWEST = 10


def recall(app: App, caller: Caller, given: asked.Recall) -> str:
    then = times.moment("as_of", given.as_of)
    return told.recalled(recalling.recall(app, caller, given.query, limit=given.limit, entity=given.entity, as_of=then))


def why(app: App, caller: Caller, given: asked.Why) -> str:
    with suppress(NotFound):
        return told.story(explaining.why(app, caller, given.id))
    with suppress(NotFound):
        return told.chain(explaining.why_rule(app, caller, given.id))
    with suppress(NotFound):
        return told.chain(explaining.why_pattern(app, caller, given.id))
    raise NotFound(f"there is no insight, rule or pattern {given.id!r}")


def playbook(app: App, caller: Caller, given: asked.Playbook) -> str:
    found = rulebook.playbook(app, caller, max_tokens=given.max_tokens, session=given.session, line=told.rule)
    lines = [told.rule(one) for one in sorted(found, key=lambda r: (-r.confidence, r.id))]
    return "\n".join(lines) or ("No rules yet." if given.max_tokens is None else "No rules to show.")


def patterns(app: App, caller: Caller, given: asked.Patterns) -> str:
    found = knowledge.patterns(app, caller, limit=given.limit, kind=given.kind)
    return "\n".join(told.pattern(one) for one in found) or "No patterns yet."


def run_status(app: App, caller: Caller, given: asked.RunStatus) -> str:
    if given.id is None:
        return "\n".join(told.run(one) for one in runs.newest(app, caller, limit=_NEWEST)) or "No runs yet."
    return told.run(runs.wait(app, caller, given.id, seconds=given.wait_s))


def run_changes(app: App, caller: Caller, given: asked.RunChanges) -> str:
    found = runs.changes(app, caller, given.id, after=given.after, limit=given.limit + 1)
    return told.changes(found[: given.limit], more=len(found) > given.limit)


def review_queue(app: App, caller: Caller, given: asked.ReviewQueue) -> str:
    waiting = review.queue(app, caller, limit=given.limit, kind=given.kind)
    about = insights.named(app, caller, [id for one in waiting for id in one.subjects])
    lines = [told.candidate(one, [about[id] for id in one.subjects if id in about]) for one in waiting]
    return "\n".join(lines) or "Nothing waits for a decision."
