"""Know the signs that carry meaning though they are no letters: minus, comparisons, fractions, currencies, arrows, emoji."""

import re

_ALIKE = str.maketrans({"≥": ">=", "⩾": ">=", "≤": "<=", "⩽": "<=", "≠": "!=", "≈": "~", "≃": "~", "∼": "~"})
_MINUS = re.compile(r"(^|[^\d\s]\s+)\u2212\s+(?=[\d$€£¥])")  # the sign itself, not what stands between two numbers
_DASH = re.compile(r"\b(at|to|is|was|of|by|be|as|below|above) - (?=[\d$€£¥])")
_POWER = re.compile(r"(?<=\d)(?=[\u2070\u00b9\u00b2\u00b3\u2074-\u2079])")
_FRACTION = re.compile(r"(?:(?<!\d)(\d+)\s?)?([½¼¾])")
_PARTS = {"½": ".5", "¼": ".25", "¾": ".75"}
_DRESS = re.compile(r"[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")  # how an emoji is drawn

_SYMBOL = r"[¢¬‰×÷\u20a0-\u20ab\u20ad-\u20bf\u2190-\u2bff\U0001f000-\U0001faff]"
TOKENS = (
    r"(?<![\w.,)%°'/+*-])-(?=[$€£¥]?\d)|(?<=UTC)[-+](?=\d)|(?<=GMT)[-+](?=\d)"  # a sign, no hyphen
    r"|(?<![=-])[<>]=?(?=-?[$€£¥]?\d)|(?<!\S)(?:[<>]=?|[=-]{1,2}>|<-{1,2})(?!\S)|!=|[~±](?=-?[$€£¥]?\d)|(?<!\S)[~±](?!\S)"
    rf"|{_SYMBOL}(?:\u200d{_SYMBOL})*"
)
PUNCTUATION = frozenset(",;:()?")


def spelled(sentence: str) -> str:
    """Write signs that mean the same in one way, so that they outlast compatible letters; a sentence in ASCII stays as it is.

    >>> spelled("kept at − 5°C"), spelled("2½ cups"), spelled("10² boxes"), spelled("≥ 5")
    ('kept at -5°C', '2.5 cups', '10 ² boxes', '>= 5')
    """
    if not sentence.isascii():
        told = _FRACTION.sub(lambda m: f"{m[1] or 0}{_PARTS[m[2]]}", _DRESS.sub("", sentence))
        sentence = _POWER.sub(" ", _MINUS.sub(r"\1-", told)).translate(_ALIKE)
    return _DASH.sub(r"\1 -", sentence) if " - " in sentence else sentence
