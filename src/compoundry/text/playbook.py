"""Write rules so that agents and people can use them: Markdown, a block for AGENTS.md, a skill."""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from compoundry.counting import counted
from compoundry.errors import Invalid
from compoundry.model import Rule

BEGIN: Final = "<!-- compoundry:begin -->"
END: Final = "<!-- compoundry:end -->"
WAITING: Final = "Not reviewed yet"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MARKUP: Final = str.maketrans(
    {"<": "&lt;", ">": "&gt;", "`": "'", "\\": "\\\\", "[": "\\[", "]": "\\]", "|": "\\|", "*": "\\*", "_": "\\_", "#": "\\#"}
)
_ESCAPED: Final = re.compile(r"\\([\\\[\]|*_#])")
_CHARACTERS_PER_TOKEN: Final = 4
LEADS: Final = ("before", "after", "once")
FORMATS: Final = ("markdown", "agents", "skill")


def markdown(rules: Sequence[Rule]) -> str:
    """Return the playbook as Markdown: the surest rules first, what nobody has reviewed yet apart."""
    active, waiting = (_sorted(r for r in rules if r.status == status) for status in ("active", "candidate"))
    parts = ["# Playbook"]
    parts += ["", *map(_item, active)] if active else []
    parts += ["", f"## {WAITING}", "", *map(_item, waiting)] if waiting else []
    parts += ["", "No rules to show."] if not active and not waiting else []
    return "\n".join(parts) + "\n"


def agents_block(rules: Sequence[Rule]) -> str:
    """Return the block for AGENTS.md between markers; unchanged rules keep their bytes and their order."""
    lines = [_line(rule) for rule in sorted(rules, key=lambda r: (r.created_at, r.id)) if rule.status == "active"]
    return "\n".join([BEGIN, "## Learned rules", "", *lines, END]) + "\n"


def placed(document: str, block: str) -> str:
    """Put the block into a document, in the place of the one that is there, or at its end.

    >>> placed("# Mine\\n", "B\\n")
    '# Mine\\n\\nB\\n'
    """
    start, end = document.find(BEGIN), document.find(END)
    if start < 0 or end < start:
        return document.rstrip("\n") + "\n\n" + block if document.strip() else block
    return document[:start] + block.rstrip("\n") + document[end + len(END) :]


def skill(rules: Sequence[Rule], *, name: str = "team-playbook") -> str:
    """Return a SKILL.md: frontmatter and the active rules."""
    body = "\n".join(_line(rule) for rule in _sorted(r for r in rules if r.status == "active"))
    plain = re.sub(r"[^a-z0-9-]", "-", name.casefold())
    return f"---\nname: {plain}\ndescription: Rules that this team has learned, with their evidence.\n---\n\n{body}\n"


def written(rules: Sequence[Rule], format: str) -> str:
    """Return the playbook as `markdown`, an `agents` block or a `skill`; Invalid for another format."""
    match format:
        case "markdown":
            return markdown(rules)
        case "agents":
            return agents_block(rules)
        case "skill":
            return skill(rules)
        case _:
            raise Invalid(f"format: must be one of json, {', '.join(FORMATS)}, not {format!r}")


def within_tokens(rules: Iterable[Rule], tokens: int, *, format: str = "json", line: Callable[[Rule], str] | None = None) -> list[Rule]:
    """Keep the surest rules whose text fits into a budget of tokens, some four characters each, as it is written in that format.

    What a format leaves out, as an `agents` block leaves out rules that nobody has reviewed yet, takes none of it. `json` counts what
    a prompt would hold, one line for each rule as in that block; `line` is how a face writes a rule that has a format of its own.
    """
    piece = line or (_item if format == "markdown" else _line)
    left = tokens * _CHARACTERS_PER_TOKEN - _frame(format)
    kept = []
    for rule in _sorted(rules):
        if rule.status == "active" or format not in ("agents", "skill"):
            left -= len(piece(rule)) + 1
        if left < 0:
            break
        kept.append(rule)
    return kept


def _frame(format: str) -> int:
    """Count the characters of a page around its rules."""
    match format:
        case "markdown":
            return len(f"# Playbook\n\n\n## {WAITING}\n\n")
        case "agents":
            return len(agents_block([]))
        case "skill":
            return len(skill([]))
        case _:
            return 0


def condition(when: str) -> str:
    """Begin a condition with its word: `When`, unless it has one of its own.

    >>> condition("it hangs"), condition("before a release")
    ('When it hangs', 'Before a release')
    """
    first, _, rest = when.partition(" ")
    return f"{first.capitalize()} {rest}" if first in LEADS and rest else f"When {when}"


def words(rule: Rule) -> str:
    """Return what a rule says in a file, without marks and spelling: the same for a rule that was read back."""
    return " ".join(re.findall(r"\w+", unclean(_line(rule)).replace("'", "").replace("`", "").casefold()))


def clean(text: str) -> str:
    """Make stored text safe in Markdown: one line, no markup, no control or direction characters.

    >>> clean("<b>now</b>\\n--> stop")
    '&lt;b&gt;now&lt;/b&gt; --&gt; stop'
    """
    return " ".join(_CONTROL.sub("", text).split()).translate(_MARKUP)


def unclean(text: str) -> str:
    """Read text that `clean` has made safe; what it took out doesn't come back.

    >>> unclean(clean("a < b: use [x] | *y*"))
    'a < b: use [x] | *y*'
    """
    return html.unescape(_ESCAPED.sub(r"\1", text))


def _sorted(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda r: (-r.confidence, r.created_at, r.id))


def _item(rule: Rule) -> str:
    clash = f"; contradicts {counted(len(rule.clashes), 'other')} here" if rule.clashes else ""
    used = f", helped {rule.helped}, harmed {rule.harmed}" if rule.helped or rule.harmed else ""
    rests = f", {counted(len(rule.evidence), 'insight')}" if rule.evidence else ""
    stands = f"confidence {rule.confidence:.2f}{rests}{used}{clash}"
    return f"{_line(rule)}\n  Because {clean(rule.because)} ({stands})"


def _line(rule: Rule) -> str:
    if rule.polished:
        return f"- {clean(rule.polished.rstrip('.'))}."
    when = f"{_condition(rule.when)}: " if rule.when else ""
    unless = f", **unless** {clean(rule.unless)}" if rule.unless else ""
    return f"- {when}{clean(rule.do)}{unless}."


def _condition(when: str) -> str:
    """Write a condition so that it ends at its first colon: one within it is written as what it looks like.

    >>> _condition("before a release"), _condition("the log says: disk full")
    ('**Before** a release', '**When** the log says&#58; disk full')
    """
    word, _, plain = condition(when).partition(" ")
    return f"**{word}** {clean(plain).replace(': ', '&#58; ')}"
