"""Say a finding as a plain sentence, built from the sentences that it stands on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, assert_never

from compoundry.model import Fact, Insight, PatternKind
from compoundry.text.mining.gist import Gist

_PLURAL: Final = {
    "is": "are",
    "has": "have",
    "was": "were",
    "does": "do",
    "isn't": "aren't",
    "hasn't": "haven't",
    "wasn't": "weren't",
    "doesn't": "don't",
}
_NOUNS: Final = {
    "person": "people",
    "company": "companies",
    "organization": "organizations",
    "customer": "customers",
    "team": "teams",
    "product": "products",
}
_ADVERBS: Final = frozenset({"never", "always", "often", "usually", "also", "again", "really", "still", "hardly", "rarely", "sometimes"})
_LONGEST: Final = 140
_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def nouns(insights: Sequence[Insight]) -> str:
    """Name what insights are about, in the plural: `companies`, `people`, or `sources`."""
    kinds = {i.entities[0].type for i in insights if i.entities}
    return _NOUNS.get(next(iter(kinds)), "sources") if len(kinds) == 1 else "sources"


def subjects(insights: Sequence[Insight]) -> int:
    """Count whom insights are about; those about nobody count for none."""
    return len({i.entities[0].id for i in insights if i.entities})


def predicate(insight: Insight) -> str | None:
    """Return what the sentence says of its first entity; None when it doesn't begin with that name."""
    sentence = insight.content.strip().rstrip(".!")
    for name in sorted((e.name for e in insight.entities), key=len, reverse=True):
        if sentence.casefold().startswith(name.casefold() + " ") and len(sentence) > len(name) + 1:
            return sentence[len(name) + 1 :]
    return None


def plural(predicate: str) -> str:
    """Say of several what was said of one.

    >>> plural("complains that exports are slow")
    'complain that exports are slow'
    >>> plural("has too few seats")
    'have too few seats'
    """
    verb, _, rest = predicate.partition(" ")
    if verb in _ADVERBS:
        return f"{verb} {plural(rest)}".strip()
    return f"{_plural_verb(verb)} {_their(rest)}".strip()


def since(at: datetime) -> str:
    """Say since when.

    >>> since(datetime(2026, 3, 2))
    'since March 2026'
    """
    return f"since {_MONTHS[at.month - 1]} {at.year}"


def theme(what: Gist, typical: Insight, about: Sequence[Insight], support: int, first: datetime) -> str:
    """Say how many share what, since when.

    What most of them bear out is said outright; else only the phrase that they share, and the most typical sentence as one.
    """
    return _of_several(what, typical, f"{support} {nouns(about)}", f" ({since(first)})")


def habit(what: Gist, typical: Insight, support: int, first: datetime) -> str:
    """Say who does what, on how many days, since when."""
    when = f"on {support} days {since(first)}"
    if what.claim:
        return f"{what.claim} ({when})"
    told = f"“{what.topic}”" if what.topic else "The like"
    return f"{told} keeps coming up with {_name(typical)} ({when}), most typically: “{_short(_quoted(typical))}”"


def period(what: Gist, typical: Insight, about: Sequence[Insight], when: str, support: int, out_of: int) -> str:
    """Say what comes at its time; what several do is said of no single one of them."""
    mostly = f", mostly {'on' if when.endswith('days') else 'in'} {when} ({support} of {out_of} days)"
    if (many := subjects(about)) > 1:
        return _of_several(what, typical, f"{many} {nouns(about)}", mostly)
    return f"{what.claim or f'“{_short(_quoted(typical))}” or the like'}{mostly}"


def sequence(first: str, then: str, who: str, support: int, out_of: int, days: str) -> str:
    """Say what follows what."""
    return f"After “{first}”, “{then}” follows within {days} days ({support} of {out_of} {who})"


def together(one: str, other: str, who: str, support: int, out_of: int) -> str:
    """Say what goes together."""
    return f"“{one}” goes together with “{other}” ({support} of {out_of} {who} that have either)"


def says(what: Gist, typical: Insight) -> str:
    """Return what is said, with whom it is said of left open: `… moved to Lisbon`."""
    said = _said_of(what.claim, typical) if what.claim else None
    return f"… {said}" if said else _short(said_of_any(typical))


def expected(facts: Mapping[str, Fact], kind: PatternKind, typical: Insight) -> tuple[str, str]:
    """Say when a pattern matters and what to expect then, from the facts that detection has kept of it."""
    said = str(facts.get("says") or said_of_any(typical))
    topic, sure = facts.get("topic"), facts.get("sure")
    match kind:
        case "theme":
            about = facts.get("about", "sources")
            told = (
                f"that several {plural(said.removeprefix('… '))}"
                if sure
                else f"{_about(topic)}, which comes up with several, as in “{said}”"
            )
            return "" if about == "sources" else f"you plan for {about}", f"Keep in mind {told}"
        case "habit":
            told = f"that {_name(typical)} {said.removeprefix('… ')}" if sure else f"{_about(topic)}, which keeps coming up, as in “{said}”"
            return f"you plan with {_name(typical)}", f"Keep in mind {told}"
        case "sequence":
            return f"“{said}”", f"Expect “{facts.get('then', '')}” within {facts.get('when', '')} days"
        case "co_occurrence":
            return f"“{said}”", f"Look for “{facts.get('then', '')}” too"
        case "period":
            like = said if facts.get("several") else _short(_quoted(typical))
            return f"you plan for {facts.get('when', '')}", f"Expect “{like}” or the like"
        case _:
            assert_never(kind)


def said_of_any(insight: Insight) -> str:
    """Return what a sentence says, with its first entity left open."""
    said = predicate(insight)
    return f"… {said}" if said else _quoted(insight)


def _of_several(what: Gist, typical: Insight, many: str, when: str) -> str:
    said = _said_of(what.claim, typical) if what.claim else None
    if said:
        return f"{many} {plural(said)}{when}"
    told = f"“{what.topic}” comes up with {many}" if what.topic else f"{many} say the like"
    return f"{told}{when}, most typically: “{_short(said_of_any(typical))}”"


def _said_of(claim: str | None, typical: Insight) -> str | None:
    return predicate(replace(typical, content=claim)) if claim else None


def _about(topic: Fact | None) -> str:
    return f"“{topic}”" if topic else "the like"


def _name(insight: Insight) -> str:
    return insight.entities[0].name if insight.entities else insight.source or "somebody"


def _quoted(insight: Insight) -> str:
    return insight.content.strip().rstrip(".!")


def _short(text: str) -> str:
    """Cut a long quotation where a word ends.

    >>> len(_short("word " * 100)) <= 141, _short("word")
    (True, 'word')
    """
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _plural_verb(verb: str) -> str:
    if verb in _PLURAL:
        return _PLURAL[verb]
    if re.search(r"(ss|sh|ch|x|o)es$", verb):
        return verb[:-2]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    return verb[:-1] if verb.endswith("s") and not verb.endswith(("ss", "us", "is", "'s")) and verb.islower() else verb


def _their(rest: str) -> str:
    return re.sub(r"\bits\b", "their", rest)
