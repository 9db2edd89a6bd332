"""List all that the guards find."""

from collections.abc import Callable

from compoundry.text.guards import changes, grammar, values, wording
from compoundry.text.guards.finding import Compared, Finding

GUARDS: tuple[Callable[[Compared], list[Finding]], ...] = (
    values.quantity,
    values.date,
    wording.denial,
    wording.wording,
    grammar.person,
    grammar.question,
    grammar.order,
    grammar.preposition,
    grammar.tense,
    grammar.number,
    grammar.joint,
    grammar.amount,
    values.revised,
    changes.ended,
    changes.done,
    changes.moved,
    changes.preference,
    changes.reversed_parts,
    changes.instruction,
    changes.repeated,
)
_GRAVEST_FIRST = (
    "quantity", "date", "name", "opposite", "exclusive", "negation", "person", "question", "exchange", "modality", "name_added",
    "other_words", "quantity_added", "date_added", "restriction", "negation_moved", "joint", "amount", "preposition", "roles", "pronoun",
    "tense", "number", "date_vaguer",
)  # fmt: skip
_GRAVITY = {guard: n for n, guard in enumerate(_GRAVEST_FIRST)}


def findings(c: Compared) -> list[Finding]:
    """List all differences between two sentences, the gravest first; none means the same fact.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.guard for f in findings(spoken("Dana has 2 cats in Rome", "Dana had 3 cats in Rome"))]
    ['quantity', 'tense']
    """
    found = [finding for guard in GUARDS for finding in guard(c)]
    return sorted(found, key=lambda f: (f.guard not in changes.OUTWEIGHING, not f.hard, _GRAVITY.get(f.guard, 0), f.guard))
