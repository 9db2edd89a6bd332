"""Write the ways to ask how something is done as one."""

import re
from collections.abc import Sequence

HOW = "how-to"
_ASKED = (
    r"how (?:do|does|can|could|should|would|to)(?: (?:i|you|we|one|someone|people|a person))?(?: go about)?",
    r"(?:what|which) (?:is|are) (?:the |some |a |some of the |any )?(?:best |good |better |possible )?(?:ways?|methods?) (?:to|of|for)",
    r"what (?:can|should|could|would|do) (?:i|you|we|one) do to",
    r"is there (?:a|any|some) (?:good )?way (?:i can|to|of|for)",
    r"is it possible to",
)
_WORDS = {w: w for w in (HOW, "what", "who", "why", "when", "where", "how")} | {"which": "what", "whom": "who", "whose": "who"}
_HOW = re.compile(rf"(?:{'|'.join(_ASKED)})(?= |$)")


def fold(words: Sequence[str]) -> list[str]:
    """Write how-questions with one word for how; what isn't one stays as it is.

    >>> fold("How can I fix a leak ?".split()), fold("What is the best way to fix a leak ?".split())
    (['how-to', 'fix', 'a', 'leak', '?'], ['how-to', 'fix', 'a', 'leak', '?'])
    >>> fold("She knows how".split()), fold("What is the fastest way to Rome ?".split())[:4]
    (['She', 'knows', 'how'], ['What', 'is', 'the', 'fastest'])
    """
    if "?" not in words:
        return list(words)
    start = max((n + 1 for n, word in enumerate(words[:-1]) if word in ("?", ".", ":")), default=0)
    found = _HOW.match(" ".join(words[start:]).lower())
    if not found:
        return list(words)
    return [*words[:start], HOW, *words[start + found.group().count(" ") + 1 :]]


def kind(words: Sequence[str]) -> str:
    """Say what a question asks for: its question word, `what-do`, or `whether`; nothing for a statement.

    >>> kind("What is it ?".split()), kind("What does it do ?".split()), kind("Is it new ?".split()), kind(["It", "is"])
    ('what', 'what-do', 'whether', '')
    """
    if "?" not in words:
        return ""
    low = [word.lower() for word in words]
    asked = next((word for word in low if word in _WORDS), "whether")
    does = asked == "what" and low[low.index("?") - 1] in ("do", "does")
    return "what-do" if does else _WORDS.get(asked, asked)
