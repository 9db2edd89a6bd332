"""Take a sentence apart that tells what to do: when, do, unless."""

import re
from dataclasses import dataclass
from typing import Final

_WHEN: Final = re.compile(
    r"^(?:when(?:ever)?|if|before|after|once)\b\s*(?P<when>[^,;]{4,200})[,;]\s*(?:then\s+)?(?P<do>.{4,})$", re.IGNORECASE
)
_ORDERS: Final = r"(?:always|never|do not|don't|make sure|remember to|avoid|use|prefer|check|ask)"
_REVERSED: Final = re.compile(rf"^(?P<do>{_ORDERS}\b.{{3,}}?)\s+(?:when(?:ever)?|if)\s+(?P<when>.{{4,200}})$", re.IGNORECASE)
_PLAIN: Final = re.compile(r"^(?P<do>(?:always|never|do not|don't|make sure|remember to|avoid)\b.{4,})$", re.IGNORECASE)
_UNLESS: Final = re.compile(r"^(?P<do>.+?),?\s+(?:unless|except when|except if)\s+(?P<unless>.{4,})$", re.IGNORECASE)
_LONGEST = 400


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
    >>> lesson("Never deploy on a Friday unless the on-call engineer agrees.")
    Lesson(when='', do='Never deploy on a Friday', unless='the on-call engineer agrees')
    >>> lesson("Dana prefers email.") is None
    True
    """
    plain = " ".join(sentence.split()).rstrip(".!")
    if len(plain) > _LONGEST:
        return None
    for form in (_WHEN, _REVERSED, _PLAIN):
        if found := form.match(plain):
            parts = found.groupdict()
            do, unless = _split_unless(parts["do"])
            return Lesson(_with_word(plain, form, parts.get("when", "")), do, unless)
    return None


def _split_unless(do: str) -> tuple[str, str]:
    found = _UNLESS.match(do)
    return (found["do"].strip(), found["unless"].strip()) if found else (do.strip(), "")


def _with_word(plain: str, form: re.Pattern[str], when: str) -> str:
    """Keep `before` and `after`, which are part of the meaning."""
    first = plain.split(" ", 1)[0].casefold()
    return f"{first} {when}" if form is _WHEN and first in ("before", "after", "once") else when.strip()
