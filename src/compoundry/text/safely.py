"""Write stored text into tables and pages so that it stays text: no formula, no markup, no escape sequence."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+.!|~$^-])")
_QUOTE: Final = "'"


def cell(value: str) -> str:
    """Write text as a cell of a spreadsheet: what would begin a formula gets a quote before it.

    >>> cell('=HYPERLINK("http://x")'), cell("plain")
    ('\\'=HYPERLINK("http://x")', 'plain')
    """
    plain = _CONTROL.sub("", value)
    begins = plain.lstrip(" \n")
    return _QUOTE + plain if begins.startswith(_FORMULA) or (plain.startswith(_QUOTE) and plain[1:].startswith(_FORMULA)) else plain


def uncell(value: str) -> str:
    """Take the quote off again that `cell` put before a formula.

    >>> uncell(cell("-1 degree")), uncell("'tis")
    ('-1 degree', "'tis")
    """
    return value[1:] if value.startswith(_QUOTE) and value[1:].lstrip(" \n'").startswith(_FORMULA) else value


def visible(value: str) -> str:
    r"""Leave out what steers a terminal or a page: control characters, and marks that turn the writing direction.

    >>> visible("a\x1b[31m b\u202e c")
    'a[31m b c'
    """
    return _CONTROL.sub("", value)


def row(values: Iterable[str], *, quoted: Sequence[str] = ('"', ",", "\n", "\r", ";")) -> str:
    """Write cells as a line of CSV (RFC 4180).

    >>> row(["a,b", "=1+1"])
    '"a,b",\\'=1+1'
    """
    safe = [cell(value) for value in values]
    return ",".join('"' + one.replace('"', '""') + '"' if any(sign in one for sign in quoted) else one for one in safe)


def markdown(value: str) -> str:
    r"""Write text into a line of Markdown: whatever it holds, it is shown as it is.

    >>> markdown("<b>*hi*</b> -->")
    '&lt;b&gt;\\*hi\\*&lt;/b&gt; \\-\\-&gt;'
    """
    line = " ".join(_CONTROL.sub("", value).split())
    escaped = _MARKUP.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return escaped.replace("http", "ht&#116;p").replace("www\\.", "ww&#119;\\.")
