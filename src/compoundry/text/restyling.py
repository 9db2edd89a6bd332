"""Tell whether two rules are told in the same words: what differs is style, never what is to be done."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from compoundry.text.lexicon import SMALL
from compoundry.text.words import cut, lemma, plain

_LEADING: Final = re.compile(
    r"^(?:(?:when|whenever|if)\s+)?(?P<lead>before|after|once)?\s*(?P<when>(?:\([^()]*\)|[^,;()]|,(?=\d))+)(?:,(?!\d)|;)\s*(?P<do>.+)$",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(r"^(?P<do>.+?),?\s+(?P<lead>)(?:when|whenever|if)\s+(?P<when>.+)$", re.IGNORECASE)
_TRAILING_TIME: Final = re.compile(r"^(?P<do>.+?),?\s+(?P<lead>before|after|once)\s+(?P<when>.+)$", re.IGNORECASE)
_LEADS: Final = re.compile(r"(?:when|whenever|if|before|after|once)\b", re.IGNORECASE)
_UNLESS: Final = re.compile(r"^(?P<rest>.+?),?\s+unless\s+(?P<unless>.+)$", re.IGNORECASE)
_MINUS: Final = re.compile(r"(?<!\w)-(?=[\d.])")
_SIGN: Final = re.compile(r"[^\w\s.,;:!'\"()-]|_|(?<!\w)-+(?=[A-Za-z])|\b[A-Z]{2,}\b")
_JOINED: Final = re.compile(r"[,;:]|\b(?:and|or|but|then)\b", re.IGNORECASE)
_ARTICLES: Final = frozenset(("a", "an", "the"))
_STYLE: Final = _ARTICLES | frozenset(("please", "then"))
_ALIKE: Final = {"when": "if", "whenever": "if"}


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hold the telling words of each part in their order; whether the condition leads, and whether `do` joins several things."""

    when: tuple[str, ...]
    do: tuple[str, ...]
    unless: tuple[str, ...]
    leading: bool
    joins: bool


def difference(one: str, other: str) -> str:
    """Say what two rules tell in other words or in another order; empty where they differ only in style.

    Style are articles, `please`, `when` or `if`, punctuation, contractions, inflection, a condition that stands first or last, `first`
    at either end, and `the job of Acme` for `Acme's job`. Whatever else differs is a difference.

    >>> difference("When the worker hangs, restart it first.", "First restart it if workers hang!")
    ''
    >>> difference("If a refund is above $100, ask Marta.", "If a refund is below $100, ask Marta.")
    'one says above, the other below'
    >>> difference("Send the plan to Ann, and the bill to Bob.", "Send the plan to Bob, and the bill to Ann.")
    'what to do is told in another order'
    """
    if _signs(one) != _signs(other):
        return "they have other signs"
    a, b = _parts(one), _parts(other)
    parts = (("the condition", a.when, b.when), ("what to do", a.do, b.do), ("the exception", a.unless, b.unless))
    mine, theirs = (Counter(word for words in (p.when, p.do, p.unless) for word in words) for p in (a, b))
    if mine != theirs:
        return f"one says {_named(mine - theirs)}, the other {_named(theirs - mine)}"
    if changed := next((name for name, x, y in parts if x != y), ""):
        return f"{changed} is told in another order"
    if a.leading != b.leading and (a.joins or b.joins):
        return "the condition stands elsewhere, where it may hold for something else"
    return ""


def _named(left: Counter[str]) -> str:
    return ", ".join(sorted(left)) or "nothing in its place"


def _signs(sentence: str) -> list[str]:
    """List the signs that are no punctuation: those of money, of comparison, of code; words in capitals, too.

    >>> _signs("Ask IT to run rm -rf for $5.")
    ['IT', '-', '$']
    """
    return _SIGN.findall(plain(sentence))


def _parts(sentence: str) -> _Parts:
    text = plain(sentence).strip(" \"'.!")
    excepted = _UNLESS.match(text)
    rest, unless = (excepted["rest"], excepted["unless"]) if excepted else (text, "")
    leading = _LEADING.match(rest) if _LEADS.match(rest) else None
    found = leading or _TRAILING.match(rest) or _TRAILING_TIME.match(rest)
    when, do = (f"{found['lead'] or ''} {found['when']}", found["do"]) if found else ("", rest)
    return _Parts(_telling(when), _telling(do), _telling(unless), bool(leading), bool(_JOINED.search(do)))


def _telling(part: str) -> tuple[str, ...]:
    """List the words of a part that aren't style, each in its plain form.

    >>> _telling("the export jobs of Northwind won't start first"), _telling("stay below -5")
    (('first', 'northwind', 'export', 'job', 'will', 'not', 'start'), ('stay', 'below', 'minus', '5'))
    """
    words = _owned([word for word in cut(_MINUS.sub("minus ", part)) if word[0].isalnum()])
    if len(words) > 1 and words[-1] == "first" and words[-2] not in _ARTICLES:
        words = ["first", *words[:-1]]
    low = [word.lower() for n, word in enumerate(words) if word.lower() not in _STYLE or (word == "A" and n)]
    return tuple(_ALIKE.get(word, lemma(word)) for word in low)


def _owned(words: Sequence[str]) -> list[str]:
    """Put the name of an owner first: the job of Acme → Acme the job.

    >>> _owned(["check", "the", "export", "job", "of", "Acme", "Foods", "first"])
    ['check', 'Acme', 'Foods', 'the', 'export', 'job', 'first']
    """
    made = list(words)
    for at in (n for n, word in enumerate(words) if word == "of"):
        end = next((n for n in range(at + 1, len(words)) if not words[n][0].isupper()), len(words))
        start = at
        while start and words[start - 1].lower() not in SMALL:
            start -= 1
        start -= start > 0 and words[start - 1].lower() in _ARTICLES
        if end > at + 1 and start < at and words[start].lower() in _ARTICLES:
            made[start:end] = [*words[at + 1 : end], *words[start:at]]
    return made
