"""Read the rules of a file that people have written for their agents: AGENTS.md, CLAUDE.md, Cursor rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from compoundry.text.lessons import lesson
from compoundry.text.playbook import BEGIN, END, LEADS, WAITING, unclean

_FRONT: Final = re.compile(r"\A---\n(?P<head>.*?)\n---\n", re.DOTALL)
_BULLET: Final = re.compile(r"^(?P<indent>\s*)(?:[-*+]|\d+[.)])\s+(?P<text>.+)$")
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<text>.+)$")
_MARKS: Final = re.compile(r"[*_`]{1,3}(?P<text>[^*_`]+)[*_`]{1,3}")
_OURS: Final = re.compile(
    r"^\*\*(?P<lead>When|Before|After|Once)\*\* (?P<when>.+?): (?P<do>.+?)(?:, \*\*unless\*\* (?P<unless>.+))?\.$"
    r"|^(?P<always>.+), \*\*unless\*\* (?P<but>.+)\.$"
)
_BECAUSE: Final = re.compile(r"^\s+Because .*\(confidence \d\.\d\d\b.*\)$")
_LONGEST, _SHORTEST = 600, 8


@dataclass(frozen=True, slots=True)
class Written:
    """Hold one rule of a file: its parts, the line it begins on, the heading above it, and whether somebody has agreed to it."""

    when: str
    do: str
    unless: str
    line: int
    section: str
    reviewed: bool = True


@dataclass(frozen=True, slots=True)
class Unread:
    """Say which line could not be taken as a rule, and why."""

    line: int
    text: str
    why: str


def rules_in(document: str) -> list[Written | Unread]:
    """Return the rules of a document, one for each list item, and what could not be taken as one.

    What stands in code blocks and what Compoundry itself has written between its markers is left out without a word.
    A Cursor rule's `globs` become the condition of its rules. A playbook that Compoundry has written is read as it was:
    its conditions and exceptions, and which of its rules nobody has reviewed yet.

    >>> rules_in("## Style\\n- Use tabs.\\n- If a test fails, stop.")[1].when
    'a test fails'
    """
    head, body, skipped = _front(document)
    scope = f"you work on {head['globs']}" if head.get("globs") else ""
    return list(_items(body, skipped, scope))


def _front(document: str) -> tuple[dict[str, str], str, int]:
    found = _FRONT.match(document)
    if not found:
        return {}, document, 0
    pairs = (line.partition(":") for line in found["head"].splitlines())
    head = {name.strip(): value.strip().strip("\"'[]") for name, colon, value in pairs if colon and value.strip().strip("\"'[]")}
    return head, document[found.end() :], found.group().count("\n")


def _items(body: str, skipped: int, scope: str) -> Iterator[Written | Unread]:
    section, coding, ours = "", False, False
    for n, line in enumerate(_joined(body), skipped + 1):
        coding ^= line.lstrip().startswith(("```", "~~~"))
        ours = (ours or BEGIN in line) and END not in line
        if coding or ours or not line.strip():
            continue
        if heading := _HEADING.match(line):
            section = _bare(heading["text"])
        elif item := _BULLET.match(line):
            yield _item(item["text"].strip(), n, section, scope)


def _joined(body: str) -> list[str]:
    """Join a list item with the indented lines that go on with it; the lines stay as many."""
    lines = body.splitlines()
    last = -1
    for n, line in enumerate(lines):
        if _BECAUSE.match(line) and last >= 0:
            lines[n] = ""
        elif _BULLET.match(line):
            last = n
        elif last >= 0 and line.startswith((" ", "\t")) and line.strip() and not line.lstrip().startswith(("```", "~~~", "#")):
            lines[last] += " " + line.strip()
            lines[n] = ""
        elif line.strip():
            last = -1
    return lines


def _item(text: str, line: int, section: str, scope: str) -> Written | Unread:
    plain = _bare(text)
    if not _SHORTEST <= len(plain) <= _LONGEST:
        return Unread(line, plain[:80], "too short to be a rule" if len(plain) < _SHORTEST else "longer than a rule may be")
    if plain.endswith(":"):
        return Unread(line, plain, "it only announces a list")
    if ours := _OURS.match(text):
        return _written_by_us(ours, line, section)
    reviewed = section != WAITING
    if found := lesson(plain):
        when = " and ".join(part for part in (scope, found.when) if part)
        return Written(when, _capital(found.do), found.unless, line, section, reviewed)
    return Written(scope, _capital(plain.rstrip(".")), "", line, section, reviewed)


def _written_by_us(found: re.Match[str], line: int, section: str) -> Written:
    lead, when, do, unless = (found[name] or "" for name in ("lead", "when", "do", "unless"))
    if not lead:
        do, unless = found["always"], found["but"]
    when = f"{lead.lower()} {when}" if lead.lower() in LEADS else when
    return Written(unclean(when), unclean(do), unclean(unless), line, section, section != WAITING)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    """Take the marks of Markdown off.

    >>> _bare("**Always** use `make test`.")
    'Always use make test.'
    """
    return " ".join(unclean(_MARKS.sub(lambda m: m["text"], text)).split())
