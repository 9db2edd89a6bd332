"""Read patterns, rules and the playbook, and say how they worked, in process."""

from datetime import datetime

from compoundry.library.opened import Opened
from compoundry.library.shown import Listed, Page
from compoundry.model import Pattern, Rule
from compoundry.pictures import notebook
from compoundry.service import explaining, knowledge, playbooks, polishing, review, rulebook
from compoundry.service.explaining import Chain
from compoundry.service.playbooks import Playbook
from compoundry.service.polishing import Polished
from compoundry.service.rulebook import Imported, Lift
from compoundry.store.outcomes import Outcome
from compoundry.text import playbook


class Ruling(Opened):
    """Read and judge what was found."""

    def patterns(self, *, limit: int = 50, as_of: datetime | None = None, **filters: str | None) -> Listed[Pattern]:
        """List what recurs, or did at a time; `filters` are kind, status and trend."""
        return Listed(knowledge.patterns(self._app, self._caller, limit=limit, as_of=as_of, **filters), notebook.patterns)

    def rules(self, *, limit: int = 50, status: str | None = None, as_of: datetime | None = None) -> Listed[Rule]:
        """List rules, or what they were at a time, the surest first."""
        return Listed(knowledge.rules(self._app, self._caller, limit=limit, status=status, as_of=as_of), notebook.rules)

    def playbook(self, format: str = "markdown", *, max_tokens: int | None = None, session: str = "") -> Page:
        """Return what agents should do: `markdown`, an `agents` block for AGENTS.md, or a `skill`.

        `max_tokens` keeps the surest rules whose page fits; `session` names who will follow it, needed where rules are held out.
        """
        found = rulebook.playbook(self._app, self._caller, max_tokens=max_tokens, session=session, format=format)
        return Page(playbook.written(found, format), found)

    def playbooks(self) -> list[Playbook]:
        """List the playbooks: the team's, and one for each entity that rules are about."""
        return playbooks.listed(self._app, self._caller)

    def playbook_of(self, id: str) -> Playbook:
        """Return one of them by its id; NotFound when there is none."""
        return playbooks.one(self._app, self._caller, id)

    def report(self, rule: str, outcome: str, *, session: str = "", note: str = "") -> Rule:
        """Say what following a rule led to: helped, harmed or not_applicable."""
        return rulebook.report(self._app, self._caller, rule, outcome, session=session, note=note)

    def reported(self, rule: str, *, limit: int = 50) -> list[Outcome]:
        """List what was reported of a rule, newest first."""
        return rulebook.reported(self._app, self._caller, rule, limit=limit)

    def lift(self, rule: str) -> Lift:
        """Return how much more often things went well with a rule than without it."""
        return rulebook.lift_of(self._app, self._caller, rule)

    def import_rules(self, document: str, *, name: str = "a file") -> Imported:
        """Take over the rules of a file, such as AGENTS.md, as active ones; what is known already is left alone."""
        return rulebook.import_rules(self._app, self._caller, document, name=name)

    def polish(self, *, most: int = 10) -> Polished:
        """Ask the language model for better words of rules that have none yet; refused where the evidence lacks a word of them."""
        return polishing.polish(self._app, self._caller, most=most)

    def why_rule(self, id: str) -> Chain:
        """Return where a rule comes from: insights, pattern, and its history."""
        return explaining.why_rule(self._app, self._caller, id)

    def why_pattern(self, id: str) -> Chain:
        """Return what a pattern stands on, and which rules stand on it."""
        return explaining.why_pattern(self._app, self._caller, id)

    def rename(self, pattern: str, label: str) -> Pattern:
        """Give a pattern better words; jobs leave them alone from then on."""
        return review.rename(self._app, self._caller, pattern, label)
