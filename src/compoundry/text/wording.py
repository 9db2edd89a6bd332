"""Say a finding as a plain sentence, built from the sentences that it stands on."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from compoundry.model import Insight

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
_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def nouns(insights: Sequence[Insight]) -> str:
    """Name what insights are about, in the plural: `companies`, `people`, or `sources`."""
    kinds = {i.entities[0].type for i in insights if i.entities}
    return _NOUNS.get(next(iter(kinds)), "sources") if len(kinds) == 1 else "sources"


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


def several(insights: Sequence[Insight], typical: Insight, support: int, first: datetime) -> str:
    """Say a theme: how many say what, since when."""
    said = predicate(typical)
    if said is None:
        return f"{support} {nouns(insights)} {since(first)}: “{_quoted(typical)}”"
    return f"{support} {nouns(insights)} {plural(said)}, or the like ({since(first)})"


def again(typical: Insight, support: int, first: datetime) -> str:
    """Say a habit: who does what, on how many days, since when."""
    return f"{_quoted(typical)} — seen on {support} days {since(first)}"


def after(first: Insight, then: Insight, support: int, out_of: int, days: str) -> str:
    """Say a sequence."""
    return f"After “{_of_any(first)}”, “{_of_any(then)}” follows within {days} days ({support} of {out_of})"


def also(one: Insight, other: Insight, support: int, out_of: int) -> str:
    """Say what goes together."""
    return f"“{_of_any(one)}” goes together with “{_of_any(other)}” ({support} of {out_of} that have either)"


def at_its_time(typical: Insight, when: str, support: int, out_of: int) -> str:
    """Say a period."""
    return f"{_quoted(typical)} — mostly {'on' if when.endswith('days') else 'in'} {when} ({support} of {out_of})"


def _of_any(insight: Insight) -> str:
    said = predicate(insight)
    return f"… {said}" if said else _quoted(insight)


def _quoted(insight: Insight) -> str:
    return insight.content.strip().rstrip(".!")


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
