"""Read what a rule commands and what it forbids, so that rules that can't both be followed are found in whatever words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from compoundry.text.lexicon import PARTLY, PREPOSITIONS, SLIGHT, SMALL
from compoundry.text.words import cut, lemma, sense

_CLAUSE: Final = re.compile(
    r"[.;:!]\s+|,\s+(?:and|but|then|so)\s+|\s+(?:but|and)\s+(?=(?:do not|don't|never|avoid|always)\b)"
    r"|,\s+(?=(?:do not|don't|never|avoid)\b)",
    re.IGNORECASE,
)
_FORBIDS: Final = re.compile(
    r"^(?:please\s+)?(?:do not|don['’]t|never|avoid|refrain from|(?:(?:you|we) )?(?:(?:must|should) (?:not|never)|(?:must|should)n['’]t))"
    r"\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_COMMANDS: Final = re.compile(
    r"^(?:(?:please|always|just|then|(?:(?:you|we) )?(?:must|should)(?: always)?|make sure to|remember to|be sure to)\s+)?(?P<rest>.+)$",
    re.IGNORECASE,
)
_RATHER: Final = re.compile(r"^(?P<first>.+?)\s+(?:over|instead of|rather than)\s+(?P<second>.+)$", re.IGNORECASE)
_CONDITION: Final = frozenset(("when", "whenever", "if", "where", "while"))
_ADJUNCT: Final = PREPOSITIONS | _CONDITION | frozenset(("because", "so", "that", "which", "who", "to", "and", "or"))
_USING: Final = frozenset(("use", "prefer", "choose", "adopt", "favor", "employ", "utilize", "pick", "leverage"))
_EMPTY: Final = frozenset(("be", "do", "have", "make", "get", "use", "let", "go", "try", "keep", "put", "set", "take"))
_TURNING: Final = frozenset(("above", "after", "before", "below", "during", "inside", "outside", "since", "with", "within"))

Force = Literal["firm", "mild", "soft"]


@dataclass(frozen=True, slots=True)
class Command:
    """Hold one thing that is to be done, or isn't: the verb, what it is done to, and under what circumstances, all by sense.

    `turning` are the words that place it before or after something. What is to be avoided is a mild ban, and what something else
    is preferred to a soft one.
    """

    forbids: bool
    verb: str
    what: tuple[str, ...]
    circumstances: frozenset[str]
    turning: frozenset[str]
    force: Force = "firm"


def commands(do: str, *, when: str = "") -> list[Command]:
    """List what a rule commands and forbids; what holds only in part (`only`, `unless`) says too little and is left out.

    >>> [(c.forbids, c.verb, c.what, sorted(c.circumstances)) for c in commands("Keep the history; don't squash when you merge")]
    [(False, 'keep', ('history',), []), (True, 'squash', (), ['merge'])]
    >>> [(c.forbids, c.verb, c.what) for c in commands("Prefer tabs over spaces")]
    [(False, 'use', ('tab',)), (True, 'use', ('space',))]
    """
    return [found for clause in _CLAUSE.split(do.rstrip(".!")) for found in _read(clause.strip(), when)]


def excluded(one: Sequence[Command], other: Sequence[Command]) -> bool:
    """Tell whether one commands what the other forbids.

    What is forbidden must be as general as what is commanded, or more so: no squashing when you merge forbids to squash commits
    before merging, and no classes in tests doesn't forbid classes.

    >>> told = ["Always squash commits before merging", "Keep the commit history as it is; don't squash when you merge"]
    >>> excluded(*map(commands, told))
    True
    >>> excluded(commands("Use classes"), commands("Don't use classes in tests")), excluded(commands("Use tabs"), commands("Avoid tabs"))
    (False, True)
    """
    pairs = [(a, b) for mine, theirs in ((one, other), (other, one)) for a in mine if not a.forbids for b in theirs if b.forbids]
    return any(_breaks(command, ban) for command, ban in pairs)


def _breaks(command: Command, ban: Command) -> bool:
    if command.verb != ban.verb or command.force == "soft" or not ban.turning <= command.turning:
        return False
    if ban.force != "firm" and command.circumstances != ban.circumstances:
        return False  # what is avoided in general may be right where it says so
    if not ban.what:
        told = command.circumstances | frozenset(command.what)
        return ban.verb not in _EMPTY and bool(ban.circumstances) and ban.circumstances <= told and ban.force != "soft"
    return command.what == ban.what and ban.circumstances <= command.circumstances


def _read(clause: str, when: str) -> Iterator[Command]:
    forbidden = _FORBIDS.match(clause)
    plain = forbidden or _COMMANDS.match(clause)
    if plain is None or PARTLY & {w.lower() for w in cut(plain["rest"])}:
        return
    rest, avoid = plain["rest"], clause.casefold().startswith("avoid ")
    if forbidden and _RATHER.match(rest):
        return
    if forbidden:
        noun = avoid and not rest.split(" ")[0].endswith("ing")
        yield from _one(f"use {rest}" if noun else rest, when, forbids=True, force="mild" if avoid else "firm")
    elif parted := _RATHER.match(rest):
        verb = rest.split(" ")[0]
        yield from _one(parted["first"], when, forbids=False)
        yield from _one(f"{verb} {parted['second']}", when, forbids=True, force="soft")
    else:
        yield from _one(rest, when, forbids=False)


def _one(told: str, when: str, *, forbids: bool, force: Force = "firm") -> Iterator[Command]:
    words = [w for w in cut(told) if w.lower() not in SLIGHT and w.lower() != "instead"]
    if not words or words[0].lower() in SMALL or not words[0][0].isalpha():
        return
    low = [w.lower() for w in words]
    verb = "use" if lemma(low[0]) in _USING else sense(low[0])
    end = next((n for n in range(1, len(low)) if low[n] in _ADJUNCT or not low[n][0].isalnum()), len(low))
    what = tuple(sense(w) for w in low[1:end] if w not in SMALL)
    around = [*low[end:], *(w.lower() for w in cut(when))]
    circumstances = frozenset(sense(w) for w in around if w not in SMALL and w[0].isalnum() and w not in _CONDITION)
    yield Command(forbids, verb, what, circumstances, _TURNING & frozenset(around), force)
