"""Hand out playbooks one by one: the team's, and one for each entity that rules are about."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from compoundry.errors import NotFound
from compoundry.model import Caller, Entity, Rule
from compoundry.service.app import App
from compoundry.store.database import Connection
from compoundry.store.findings import RULES
from compoundry.store.lineage import gathered
from compoundry.text import playbook as pages

TEAM = "team"


@dataclass(frozen=True, slots=True)
class Playbook:
    """Hold the active rules of a team, or those about one entity, written as Markdown."""

    id: str
    title: str
    rules: int
    content: str
    created_at: datetime | None
    entity: Entity | None = None


def listed(app: App, caller: Caller) -> list[Playbook]:
    """List the playbooks: the team's first, then one for each entity with rules, by name."""
    caller.need("insight.stream", "record.read")
    with app.database.read() as connection:
        active = [rule for rule in RULES.everything(connection, caller.workspace_id) if rule.status == "active"]
        about = _about(connection, caller.workspace_id, active)
    mine = [_playbook(entity.id, entity.name, rules, entity) for entity, rules in about.items()]
    return [_playbook(TEAM, "Team playbook", active), *sorted(mine, key=lambda p: (p.title, p.id))]


def one(app: App, caller: Caller, id: str) -> Playbook:
    """Return one playbook, or raise NotFound."""
    found = next((playbook for playbook in listed(app, caller) if playbook.id == id), None)
    if found is None:
        raise NotFound(kind="playbook")
    return found


def _about(connection: Connection, workspace_id: int, rules: Sequence[Rule]) -> Mapping[Entity, list[Rule]]:
    """Sort rules by the entities that their evidence is about."""
    known = gathered(connection, workspace_id, list({id for rule in rules for id in rule.evidence}))
    found: dict[Entity, list[Rule]] = defaultdict(list)
    for rule in rules:
        for entity in dict.fromkeys(entity for id in rule.evidence if id in known for entity in known[id].entities):
            found[entity].append(rule)
    return found


def _playbook(id: str, title: str, rules: Sequence[Rule], entity: Entity | None = None) -> Playbook:
    written = pages.markdown(rules)
    newest = max((rule.created_at for rule in rules), default=None)
    return Playbook(id, title, len(rules), written, newest, entity)
