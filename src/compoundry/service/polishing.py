"""Let a language model find better words for rules, and hold it to their evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compoundry.errors import Invalid, NotFound
from compoundry.model import Caller, Reason, Rule
from compoundry.service.app import App
from compoundry.service.recording import recorded
from compoundry.store import insights
from compoundry.store.database import clock
from compoundry.store.effects import Effect
from compoundry.store.findings import RULES
from compoundry.store.journal import Entry
from compoundry.store.lineage import gathered
from compoundry.text.encoder import Talker
from compoundry.text.polishing import INSTRUCTIONS, objection, one_line, question

MOST_AT_ONCE = 20
_Answer = tuple[Rule, str, str]


@dataclass(frozen=True, slots=True)
class Polished:
    """Say which rules have better words now, which words were refused and why, and the run that can take them back."""

    done: Sequence[Mapping[str, str]]
    refused: Sequence[Mapping[str, str]]
    run: str | None


def polish(app: App, caller: Caller, *, most: int = 10) -> Polished:
    """Ask the language model for better words of rules that have none yet, the surest first.

    Its words are refused when they have a number, a name or a claim that the evidence lacks. What was taken is a run that can be
    reverted. Raises Invalid when no language model is configured, Unavailable when it can't be used.
    """
    caller.need("record.write")
    if app.chat is None:
        raise Invalid("no language model is configured; set COMPOUNDRY_CHAT to MODEL@URL of an OpenAI-compatible server")
    done, refused = list[_Answer](), list[_Answer]()
    for rule, evidence in _waiting(app, caller, min(most, MOST_AT_ONCE)):
        words, why = _asked(app.chat, rule, evidence)
        (refused if why else done).append((rule, words, why))
    run = _kept(app, caller, app.chat.name, [(rule, words) for rule, words, _ in done]) if done else None
    return Polished(
        [{"id": rule.id, "words": words} for rule, words, _ in done],
        [{"id": rule.id, "words": words, "why": why} for rule, words, why in refused],
        run,
    )


def _waiting(app: App, caller: Caller, most: int) -> list[tuple[Rule, list[str]]]:
    with app.database.read() as connection:
        every = RULES.page(connection, caller.workspace_id)
        rules = [r for r in every if r.status in ("active", "candidate") and not r.polished and r.source != "imported"][:most]
        cited = gathered(connection, caller.workspace_id, [id for rule in rules for id in rule.evidence])
    return [(rule, [cited[id].content for id in rule.evidence if id in cited]) for rule in rules]


def _asked(model: Talker, rule: Rule, evidence: Sequence[str]) -> tuple[str, str]:
    words = one_line(model.answer(INSTRUCTIONS, question(rule, evidence), most_tokens=120))
    return words, objection(words, rule, evidence)


def _kept(app: App, caller: Caller, model: str, found: Sequence[tuple[Rule, str]]) -> str | None:
    """Write the words down where the rule is still the one that was asked about."""
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        now, entries = clock(connection), []
        for asked, words in found:
            try:
                rule = RULES.one(connection, caller.workspace_id, asked.id)
            except NotFound:
                continue
            if (rule.when, rule.do, rule.unless, rule.polished) == (asked.when, asked.do, asked.unless, ""):
                why = Reason("polished", f"{model} found better words, and its evidence has each of them", {"model": model, "after": words})
                entries.append(Entry("polish", rule.id, why, (Effect("rule", rule.id, {"polished": ""}, {"polished": words}),)))
        if not entries:
            return None
        return recorded(app, connection, caller, "playbook_synthesis", entries[0].subject, entries, now).id
