"""Tell what happens or is done, and so can be done again, from what only is so, however often it is told."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from compoundry.model import Insight
from compoundry.text.guards.finding import Told
from compoundry.text.lexicon import ARTICLES, ENDURING, OFTEN, PREPOSITIONS, SLIGHT, STANDING
from compoundry.text.sentence import Sentence, read
from compoundry.text.verdict import judge

_IS = frozenset(("is", "are", "am", "been"))
_DEEDS = frozenset(("behavior", "event", "activity", "milestone", "preference"))
_PASSED = frozenset(("not", "¬", "now", "all", "both"))
_COMPARED = 12
_OPENING = 6  # words before the verb of a plain statement: the chief technology officer of Acme
_TELLS = frozenset(
    ("ask", "believe", "claim", "complain", "feel", "find", "hear", "hope", "know", "mention", "say", "tell", "think", "want")
)
_AMISS = frozenset(("late", "early", "behind", "ahead", "short", "away"))  # ten minutes late
_FEWER = frozenset(("bit", "first", "hour", "last", "little", "lot", "minute", "one"))  # an article before these leads to no noun


def done(insights: Sequence[Insight]) -> list[bool]:
    """Tell for each insight of a group whether it says what was done or happened; else it says what somebody or something is.

    What is so (a role, a place, a number, a tool) is so once, and so is the change from it to another value: told on ten days
    they are still no habit. A passing condition (late, ill, overloaded) can come again, and so can an attitude (prefers, wants).
    Linguistics tells individual-level from stage-level predicates in the same way (Carlson 1977).
    """
    told = [Told(read(i.content, i.observed_at), i.observed_at) for i in insights]
    still = [states(i, t.sentence) for i, t in zip(insights, told, strict=True)]
    lasting = [t for t, stands in zip(told, still, strict=True) if stands][:_COMPARED]
    return [not stands and not any(_changed(old, new) for old in lasting) for new, stands in zip(told, still, strict=True)]


def states(insight: Insight, s: Sentence) -> bool:
    """Tell whether a sentence says what somebody or something is, at present and once for all.

    >>> from datetime import datetime
    >>> from compoundry.model import Entity
    >>> day = datetime(2026, 3, 2)
    >>> say = lambda text, of="person", type="fact": states(
    ...     Insight("i", text, type, (Entity("e", text.split()[0], of),), 0.7, day, day), read(text, day))
    >>> [say(text) for text in ("Marta is the CTO", "Marta works as CTO", "Marta is 42 years old", "Marta is allergic to nuts")]
    [True, True, True, True]
    >>> [say(text, "company") for text in ("Acme has 40 employees", "Acme uses AWS", "Acme is based in Oslo", "Acme is in Oslo")]
    [True, True, True, True]
    >>> [say(text) for text in ("Dana is late for standup", "Dana prefers email", "Dana moves Friday meetings", "Dana is in Oslo")]
    [False, False, False, False]
    >>> say("Dana is always the first in the office"), say("Dana signs every contract"), say("Dana leads sales", type="role_detail")
    (False, False, True)
    """
    low = s.low
    if insight.type in _DEEDS or s.asks or OFTEN & {*low, *s.senses}:
        return False
    if insight.type == "role_detail":
        return not s.past
    if (verb := next(_verbs(s, low), None)) is None:
        return False
    person = bool(insight.entities) and insight.entities[0].type == "person"
    return _is_something(s, low, verb, person=person) if low[verb] in _IS else _stands(s, low, verb)


def _changed(old: Told, new: Told) -> bool:
    return judge(*sorted((old, new), key=lambda t: t.observed_at)).relation in ("update", "contradiction")


def _verbs(s: Sentence, low: Sequence[str]) -> Iterator[int]:
    """Yield the places of a verb near the beginning that can say what is; nothing once another clause has begun."""
    for n, word in enumerate(low[: _OPENING + 1]):
        if word in ("that", "who", "which", ",", ":") or s.senses[n] in _TELLS or (n and word.endswith("ed")):
            return
        if n and (word in _IS or s.senses[n] in STANDING) and low[n - 1] not in ("to", *ARTICLES) and low[n + 1 : n + 2] != ["been"]:
            yield n


def _is_something(s: Sentence, low: Sequence[str], verb: int, *, person: bool) -> bool:
    """Tell whether what stands after `is` is a noun, a name, a number, a place of a thing, or a quality that endures."""
    after = next((n for n in range(verb + 1, len(low)) if low[n] not in SLIGHT and low[n] not in _PASSED), None)
    if after is None:
        return False
    word, then = low[after], low[after + 1] if after + 1 < len(low) else ""
    if word in ARTICLES:
        return then not in _FEWER
    if word in PREPOSITIONS:
        return word == "from" or then in ENDURING or (not person and any(s.named(n) for n in range(after + 1, min(after + 4, len(low)))))
    several = low[verb] == "are" and word.endswith("s") and not word.endswith(("ss", "us"))  # the dogs are mutts
    return several or s.named(after) or (word[0] == "#" and then not in _AMISS) or bool(ENDURING & {word, s.senses[after]})


def _stands(s: Sentence, low: Sequence[str], verb: int) -> bool:
    """Tell whether a verb that lasts has a value: has 40, works as, lives in, uses AWS."""
    after = verb + 1
    if after >= len(low) or s.past or low[verb].endswith("ing"):
        return False
    match s.senses[verb]:
        case "have":
            return s.words[after][0] == "#" or any(a == "of" and b[0] == "#" for a, b in pairwise(s.words[after : after + 5]))
        case "own":
            return True
        case "work" | "serve" | "live" | "report":
            return low[after] in ("as", "at", "for", "in", "from", "to", "with")
        case "run":
            return low[after] == "on" and after + 1 < len(low) and s.named(after + 1)
        case _:
            return any(s.named(n) or s.words[n][0] == "#" for n in range(after, min(after + 2, len(low))))
