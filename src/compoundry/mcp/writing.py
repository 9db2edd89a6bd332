"""Carry out the tools that change something; each can be taken back, but for remembering."""

from compoundry.mcp import asked, told
from compoundry.model import Caller
from compoundry.service import insights, review, rulebook, runs
from compoundry.service.app import App
from compoundry.service.intake import read

_ACTS = {"apply": runs.apply, "revert": runs.revert, "cancel": runs.cancel, "retry": runs.retry}


def remember(app: App, caller: Caller, given: asked.Remember) -> str:
    about = [{"name": name} for name in given.entities]
    line = {**given.model_dump(include={"content", "type", "confidence"}), "entities": about, "source": given.source or caller.name}
    (learned,) = insights.learn(app, caller, [read(line)])
    return f"Remembered (id {learned.id})."


def report(app: App, caller: Caller, given: asked.Report) -> str:
    if given.outcome in ("confirmed", "contradicted"):
        found = insights.reinforce(app, caller, given.id, kind=given.outcome, excerpt=given.note)
        return f"{told.words(found.content)} ({told.standing(found)})"
    return told.rule(rulebook.report(app, caller, given.id, given.outcome, session=given.session, note=given.note))


def run_job(app: App, caller: Caller, given: asked.RunJob) -> str:
    return told.run(runs.trigger(app, caller, given.job, dry_run=given.dry_run))


def run_act(app: App, caller: Caller, given: asked.RunAct) -> str:
    return told.run(_ACTS[given.act](app, caller, given.id))


def decide(app: App, caller: Caller, given: asked.Decide) -> str:
    if given.decision == "reject":
        found, run = review.reject(app, caller, given.id, version=given.version, note=given.note)
    else:
        found, run = review.accept(
            app, caller, given.id, version=given.version, keep=given.keep, only=given.only, content=given.content, note=given.note
        )
    return f"The {found.kind} {found.id} is {found.status} (run {run.id}; revert takes it back)."
