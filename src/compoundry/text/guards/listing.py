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
    values.revised,
    changes.ended,
    changes.done,
    changes.moved,
    changes.preference,
    changes.reversed_parts,
    changes.instruction,
)


def findings(c: Compared) -> list[Finding]:
    """List all differences between two sentences, the gravest first; none means the same fact.

    >>> from compoundry.text.guards.finding import spoken
    >>> [f.guard for f in findings(spoken("Dana has 2 cats in Rome", "Dana had 3 cats in Rome"))]
    ['quantity', 'tense']
    """
    found = [finding for guard in GUARDS for finding in guard(c)]
    return sorted(found, key=lambda f: (f.guard not in changes.OUTWEIGHING, not f.hard, f.guard))
