"""Take a sentence apart that tells what to do: when, do, unless."""

import re
from dataclasses import dataclass
from typing import Final

from compoundry.text.lexicon import ARTICLES, AUXILIARIES, SMALL

_WHEN: Final = re.compile(
    r"^(?:when(?:ever)?|if|before|after|once)\b\s*(?P<when>(?:\([^()]{0,200}\)|[^,;()]|,(?=\d)){4,200}?)(?:,(?!\d)|;)\s*(?:then\s+)?(?P<do>.{4,})$",
    re.IGNORECASE,
)
_ORDERS: Final = r"(?:always|never|do not|don't|make sure|remember to|avoid|use|prefer|check|ask)"
_REVERSED: Final = re.compile(rf"^(?P<do>{_ORDERS}\b.{{3,}}?)\s+(?:when(?:ever)?|if)\s+(?P<when>.{{4,200}})$", re.IGNORECASE)
_PLAIN: Final = re.compile(r"^(?P<do>(?:always|never|do not|don't|make sure|remember to|avoid)\b.{4,})$", re.IGNORECASE)
_UNLESS: Final = re.compile(r"^(?P<do>.+?),?\s+(?:unless|except when|except if)\s+(?P<unless>.{4,})$", re.IGNORECASE)
_PASSING: Final = re.compile(r"\b(?:I|I'll|I'm|I've|me|my|for now|today|tonight|tomorrow|this week|next week)\b")  # said once, to somebody
_BLANK: Final = frozenset(("todo", "to do", "none", "to be done", "nothing", "to be defined"))
_LONGEST = 400
_EXPLAINS: Final = re.compile(r"(?:especially|such as|including|particularly|for example|like|e\.g\.)\b", re.IGNORECASE)
_SAYS_SO: Final = AUXILIARIES | frozenset(("can", "may", "will", "could", "would", "should", "must", "might"))
_AFTER_A_VERB: Final = ARTICLES | frozenset(("all", "any", "each", "every", "that", "whether"))  # Restart the worker; not: Tom the
_OUGHT: Final = frozenset(("should", "must", "need", "can", "have", "always", "never"))
_OPENING: Final = frozenset(("do", "don't", "never", "always", "please", "just", "first", "then", "be", "not"))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold the parts of a lesson; `when` is empty for one that always holds."""

    when: str
    do: str
    unless: str = ""


def lesson(sentence: str) -> Lesson | None:
    """Return the parts of a sentence that tells what to do, or None for one that doesn't.

    >>> lesson("When the export job times out, restart the queue worker first.")
    Lesson(when='the export job times out', do='restart the queue worker first', unless='')
    >>> lesson("If a refund is over $1,000, ask Marta first.").when
    'a refund is over $1,000'
    >>> lesson("Never deploy on a Friday unless the on-call engineer agrees.")
    Lesson(when='', do='Never deploy on a Friday', unless='the on-call engineer agrees')
    >>> lesson("Dana prefers email.") is None
    True
    >>> lesson("Don't touch the threshold for now.") is None
    True
    """
    plain = " ".join(sentence.split()).rstrip(".!")
    if len(plain) > _LONGEST or plain.endswith(":") or _PASSING.search(plain):
        return None
    for form in (_WHEN, _REVERSED, _PLAIN):
        if found := form.match(plain):
            parts = found.groupdict()
            when, do = _widened(parts.get("when", ""), parts["do"])
            if do.casefold() in _BLANK or (form is _WHEN and not _orders(do)):
                return None
            do, unless = _split_unless(do)
            return Lesson(_with_word(plain, form, when), do, unless)
    return None


def _widened(when: str, do: str) -> tuple[str, str]:
    """Leave with the condition what only explains it.

    >>> _widened("several steps are needed", "especially where tools need an id, confirm the id first")
    ('several steps are needed, especially where tools need an id', 'confirm the id first')
    """
    more, comma, rest = do.partition(", ")
    if when and comma and _EXPLAINS.match(more):
        return f"{when}, {more}", rest
    return when, do


def _orders(do: str) -> bool:
    """Tell whether words say what to do, and not what somebody did.

    >>> [_orders(do) for do in ("restart the worker", "you should wait", "her family had to move", "Tom was out", "is there a gap?")]
    [True, True, False, False, False]
    """
    words = do.split()
    first, second = words[0].strip(",:"), words[1].casefold() if len(words) > 1 else ""
    if first.casefold() in ("you", "we"):
        return second in _OUGHT
    if first.casefold() in _OPENING:
        return True
    if second in _SAYS_SO or first.casefold() in SMALL:
        return False
    named = first[:1].isupper() and second not in _AFTER_A_VERB
    told = named or not first.replace("-", "").isalpha() or first.endswith(("ed", "ing", "'s"))
    return not told and not do.endswith("?")


def _split_unless(do: str) -> tuple[str, str]:
    found = _UNLESS.match(do)
    return (found["do"].strip(), found["unless"].strip()) if found else (do.strip(), "")


def _with_word(plain: str, form: re.Pattern[str], when: str) -> str:
    """Keep `before` and `after`, which are part of the meaning."""
    first = plain.split(" ", 1)[0].casefold()
    return f"{first} {when}" if form is _WHEN and first in ("before", "after", "once") else when.strip()
