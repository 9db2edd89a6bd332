"""Take a sentence apart that tells what to do: when, do, unless."""

import re
from dataclasses import dataclass
from typing import Final

from compoundry.text.lexicon import ARTICLES, AUXILIARIES, IRREGULAR, ORDERS, ORDERS_OR_NOUNS, SMALL
from compoundry.text.words import lemma

_WHEN: Final = re.compile(
    r"^(?:when(?:ever)?|if|before|after|once)\b\s*(?P<when>(?:\([^()]{0,200}\)|[^,;()]|,(?=\d)){4,200}?)(?:,(?!\d)|;)\s*(?:then\s+)?(?P<do>.{4,})$",
    re.IGNORECASE,
)
_ORDERS: Final = r"(?:always|never|do not|don't|make sure|remember to|avoid|use|prefer|check|ask)"
_REVERSED: Final = re.compile(rf"^(?P<do>{_ORDERS}\b.{{3,}}?)\s+(?:when(?:ever)?|if)\s+(?P<when>.{{4,200}})$", re.IGNORECASE)
_TRAILING: Final = re.compile(r"^(?P<do>.{3,}?),?\s+(?:when(?:ever)?|if)\s+(?P<when>.{4,200})$", re.IGNORECASE)
_WHOLE: Final = re.compile(r"^(?P<do>.{4,})$")
_LABEL: Final = re.compile(
    r"^(?:lessons?(?: learned| learnt)?|learned|note(?: to self)?|tip|rule|reminder|takeaway)\s*[:–—-]\s+", re.IGNORECASE
)
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
_URGES: Final = frozenset(
    ("must", "mustn't", "should", "shouldn't", "shall", "need", "have", "ought", "to", "not", "never", "always", "do", "don't")
)
_POLITE: Final = frozenset(("please", "just", "first", "also"))
_INDIRECT: Final = frozenset(("that", "what", "which", "how", "who", "where", "whether"))
_BINDS: Final = frozenset(
    ("only", "even", "as", "what", "see", "ask", "check", "know", "decide", "tell", "determine", "verify", "out", "sure")
)
_AFTER_NEVER: Final = frozenset(("again", "mind", "know", "understand", "ever", "once", "enough"))
_THINKS: Final = frozenset(("know", "think", "mind", "understand", "recall", "seem"))
_STATES: Final = frozenset(
    ("happy", "glad", "great", "nice", "good", "ready", "late", "early", "available", "fun", "true", "better", "worth", "welcome")
)
_BASES: Final = frozenset(("embed", "exceed", "proceed", "succeed", "alias"))  # verbs whose end is no ending
_DOES: Final = frozenset(("be", "do", "have"))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Hold the parts of a lesson; `when` is empty for one that always holds."""

    when: str
    do: str
    unless: str = ""


def lesson(sentence: str, *, told: bool = False) -> Lesson | None:
    """Return the parts of a sentence that tells what to do, or None for one that doesn't.

    Where somebody has `told` that it is a lesson, it may also begin with a label, with `must` or `should`, or plainly with a verb that
    commands, and end with its condition.

    >>> lesson("When the export job times out, restart the queue worker first.")
    Lesson(when='the export job times out', do='restart the queue worker first', unless='')
    >>> lesson("If a refund is over $1,000, ask Marta first.").when
    'a refund is over $1,000'
    >>> lesson("Never deploy on a Friday unless the on-call engineer agrees.")
    Lesson(when='', do='Never deploy on a Friday', unless='the on-call engineer agrees')
    >>> lesson("Dana prefers email.") is None, lesson("Never mind the weather.") is None
    (True, True)
    >>> lesson("Don't touch the threshold for now.") is None
    True
    >>> lesson("Lesson learned: restart the worker if the export hangs.", told=True)
    Lesson(when='the export hangs', do='restart the worker', unless='')
    """
    plain = " ".join(sentence.split()).rstrip(".!")
    plain = _LABEL.sub("", plain) if told else plain
    if len(plain) > _LONGEST or plain.endswith(":") or _PASSING.search(plain):
        return None
    for form in (_WHEN, _REVERSED, _PLAIN):
        if found := form.match(plain):
            parts = found.groupdict()
            when, do = _widened(parts.get("when", ""), parts["do"])
            if form is _REVERSED and _bound(do):
                when, do = "", plain
            if do.casefold() in _BLANK or (not _orders(do) if form is _WHEN else _states(do)):
                return None
            do, unless = _split_unless(do)
            return Lesson(_with_word(plain, form, when), do, unless)
    return _told(plain) if told else None


def _told(plain: str) -> Lesson | None:
    """Take a sentence apart that is told to be a lesson: an order, and perhaps its condition at the end."""
    if not _commands(plain) or plain.endswith("?"):
        return None
    found = _TRAILING.match(plain)
    if found is None or _bound(found["do"]) or re.search(r"[.;:]\s| unless ", plain):
        found = _WHOLE.match(plain)
    if found is None:
        return None
    do, unless = _split_unless(found["do"])
    return Lesson(found.groupdict().get("when", "").strip(), do, unless)


def _bound(do: str) -> bool:
    """Tell whether the word before a condition belongs to it: only when, see if."""
    return do.split()[-1].casefold() in _BINDS


def _commands(plain: str) -> bool:
    """Tell an order from what begins with the same word: Test the export; not: Test runs took an hour.

    >>> told = ("Rotate keys", "Must not deploy on Fridays", "You should test exports", "Test the export", "Test runs took an hour")
    >>> [_commands(one) for one in told], _commands("Restart times are long"), _commands("You never know")
    ([True, True, True, True, False], False, False)
    """
    words = [word.strip(",:;") for word in plain.replace("’", "'").split()]
    low = [word.casefold() for word in words]
    at = int(low[:1] in (["you"], ["we"]))
    urged = at
    while urged < len(low) and low[urged] in _URGES | _POLITE:
        urged += 1
    if urged >= len(low) or (urged == at if at else low[0] in ("need", "have", "to")):
        return False
    verb, after = low[urged], [*words[urged + 1 : urged + 3], "", ""]
    if verb in ORDERS_OR_NOUNS and _URGES.isdisjoint(low[at:urged]):
        named = len(after[0]) > 1 and after[0][0].isupper() and not after[1].endswith("s")
        return named or after[0] in _AFTER_A_VERB or after[0] in ("it", "them")
    says = _SAYS_SO.intersection(word.casefold() for word in after[:2])
    return verb in ORDERS | ORDERS_OR_NOUNS and after[0] != "of" and (not says or after[0] in _INDIRECT)


def _states(do: str) -> bool:
    """Tell what only states something from an order: Always a pleasure; Never mind; Don't know why.

    >>> [_states(do) for do in ("Always a pleasure", "Never mind the rain", "Never tested", "Always test", "Don't know why")]
    [True, True, True, False, True]
    """
    first, *rest = [word.strip(",:;").casefold() for word in do.replace("’", "'").split()]
    if first == "do" and rest[:1] == ["not"]:
        first, rest = "don't", rest[1:]
    word = rest[0] if rest else ""
    if first == "don't":
        return word in _THINKS
    if first not in ("always", "never"):
        return False
    told = word in SMALL - _DOES - _POLITE or word in _STATES or (first == "never" and word in _AFTER_NEVER)
    return told or (word not in _BASES and lemma(word) != word and (word in IRREGULAR or word.endswith(("s", "ed", "ing"))))


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
