"""Make stored text safe to print: what agents wrote must not steer a terminal."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]")
_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_UNSEEN_IN_JSON = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def line(text: str) -> str:
    r"""Put text on one line, without escape sequences, control characters and marks that turn the writing direction.

    >>> line("a \x1b[31mred\x1b[0m\nword \x9b2J\u202e!")
    'a red word !'
    """
    return _UNSEEN.sub("", _SPACES.sub(" ", _ESCAPES.sub("", text)))


def page(text: str) -> str:
    """Keep the lines of a text, each made safe."""
    return "\n".join(line(one) for one in text.split("\n"))


def json(text: str) -> str:
    """Escape what JSON allows and terminals may obey; such characters only stand inside strings."""
    return _UNSEEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
