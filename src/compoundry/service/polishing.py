"""Let a language model find better words for rules, and hold it to their evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from compoundry.errors import Invalid, NotFound
from compoundry.model import Caller, Reason, Rule
from compoundry.service.app import App
from compoundry.service.recording import recorded
from compoundry.store import insights
from compoundry.store.database import Connection, clock
from compoundry.store.effects import Effect
from compoundry.store.findings import RULES
from compoundry.store.journal import Entry, about
from compoundry.store.lineage import gathered
from compoundry.text.agreement import spoken
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
    """Ask the language model for better words of rules that have none yet, the surest first, about each at most once.

    Its words are refused unless they say the same in the same words, in another style at most; that is kept with the rule's history,
    and only another model, or another wording of the rule, is asked about it again. What was taken is a run that can be reverted.
    Raises Invalid when no language model is configured, Unavailable when it can't be used.
    """
    caller.need("record.write")
    if app.chat is None:
        raise Invalid("no language model is configured; set COMPOUNDRY_CHAT to MODEL@URL of an OpenAI-compatible server")
    done, refused = list[_Answer](), list[_Answer]()
    for rule, evidence in _waiting(app, caller, app.chat.name, min(most, MOST_AT_ONCE)):
        words, why = _asked(app.chat, rule, evidence)
        (refused if why else done).append((rule, words, why))
    run = _kept(app, caller, app.chat.name, done, refused) if done or refused else None
    return Polished(
        [{"id": rule.id, "words": words} for rule, words, _ in done],
        [{"id": rule.id, "words": words, "why": why} for rule, words, why in refused],
        run if done else None,
    )


def _waiting(app: App, caller: Caller, model: str, most: int) -> list[tuple[Rule, list[str]]]:
    with app.database.read() as connection:
        every = RULES.page(connection, caller.workspace_id)
        plain = (r for r in every if r.status in ("active", "candidate") and not r.polished and r.source != "imported")
        rules = list(islice((r for r in plain if not _refused(connection, caller, r, model)), most))
        cited = gathered(connection, caller.workspace_id, [id for rule in rules for id in rule.evidence])
    return [(rule, [cited[id].content for id in rule.evidence if id in cited]) for rule in rules]


def _refused(connection: Connection, caller: Caller, rule: Rule, model: str) -> bool:
    """Tell whether this model was asked about these very words of a rule, and its answer refused."""
    told = (entry for _, entry in about(connection, caller.workspace_id, rule.id) if entry.kind == "refuse")
    return any((entry.reason.facts["model"], entry.reason.facts["of"]) == (model, spoken(rule)) for entry in told)


def _asked(model: Talker, rule: Rule, evidence: Sequence[str]) -> tuple[str, str]:
    words = one_line(model.answer(INSTRUCTIONS, question(rule, evidence), most_tokens=120))
    return words, objection(words, rule, evidence)


def _kept(app: App, caller: Caller, model: str, found: Sequence[_Answer], refused: Sequence[_Answer]) -> str | None:
    """Write the words down where the rule is still the one that was asked about, and what was refused beside them."""
    with app.database.write() as connection:
        insights.lock(connection, caller.workspace_id)
        now, entries = clock(connection), []
        for asked, words, _ in found:
            try:
                rule = RULES.one(connection, caller.workspace_id, asked.id)
            except NotFound:
                continue
            if (rule.when, rule.do, rule.unless, rule.polished) == (asked.when, asked.do, asked.unless, ""):
                why = Reason("polished", f"{model} found better words, and its evidence has each of them", {"model": model, "after": words})
                entries.append(Entry("polish", rule.id, why, (Effect("rule", rule.id, {"polished": ""}, {"polished": words}),)))
        for asked, words, lacks in refused:
            why = Reason("refused", f"words of {model} were refused: {lacks}", {"model": model, "words": words, "of": spoken(asked)})
            entries.append(Entry("refuse", asked.id, why, ()))
        if not entries:
            return None
        return recorded(app, connection, caller, "playbook_synthesis", entries[0].subject, entries, now).id
