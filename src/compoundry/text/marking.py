"""Mark the words in which two sentences differ, for people to see."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from compoundry.text.words import sense

_PART = re.compile(r"\w[\w'’.-]*\w|\w|[^\w]+")


def marked(sentence: str, other: str) -> list[tuple[str, bool]]:
    """Cut a sentence into parts, each with whether it differs from the other; the parts together are the sentence.

    >>> marked("Dana likes green tea.", "Dana liked tea")
    [('Dana likes ', False), ('green', True), (' tea.', False)]
    """
    mine, theirs = _PART.findall(sentence), _PART.findall(other)
    matcher = SequenceMatcher(None, _senses(mine), _senses(theirs), autojunk=False)
    same = {block.a + n for block in matcher.get_matching_blocks() for n in range(block.size)}
    words = [n for n, part in enumerate(mine) if part[0].isalnum()]
    differs = {place for n, place in enumerate(words) if n not in same}
    return _joined([(part, n in differs) for n, part in enumerate(mine)])


def _senses(parts: Sequence[str]) -> list[str]:
    return [sense(part.replace("-", "")) for part in parts if part[0].isalnum()]


def _joined(parts: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Put neighbours of one kind together."""
    joined: list[tuple[str, bool]] = []
    for text, differs in parts:
        if joined and joined[-1][1] == differs:
            joined[-1] = joined[-1][0] + text, differs
        else:
            joined.append((text, differs))
    return joined
