"""Read what people have written for their agents: AGENTS.md, CLAUDE.md, Cursor and Windsurf rules.

Each item of a list becomes an insight of type rule (https://agents.md; https://docs.cursor.com/context/rules). Nothing of it is
followed before a person accepts it: what adopts a file's rules at once is `import-rules`, and that is a person's decision.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

from compoundry.importers.kinds import Bad, Item, LeftOut, Taken
from compoundry.text.rulefiles import Unread, rules_in

NAME = "rules"
_ENDINGS = (".md", ".mdc", ".markdown", ".txt", ".cursorrules", ".windsurfrules", ".clinerules")


def named_like_one(name: str) -> bool:
    """Tell by its name whether a file holds rules.

    >>> named_like_one("AGENTS.md"), named_like_one(".cursorrules"), named_like_one("memory.jsonl")
    (True, True, False)
    """
    return name.lower().endswith(_ENDINGS)


def items(raw: bytes, name: str) -> Iterator[Item]:
    """Give each rule of a file, with its line."""
    try:
        document = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Item(1, len(raw), Bad("the file is no text in UTF-8"))
        return
    seen = Counter[str]()
    for one in rules_in(document):
        if isinstance(one, Unread):
            yield Item(one.line, len(raw), LeftOut(one.why))
            continue
        content = _sentence(one.when, one.do, one.unless)
        id = "rules:" + hashlib.sha256(f"{name}\0{content}".encode()).hexdigest()[:32]
        seen[id] += 1
        id = id if seen[id] == 1 else f"{id}-{seen[id]}"
        artifact = {"file": name, "line": one.line, **({"section": one.section} if one.section else {})}
        evidence = [{"excerpt": content, "artifact": artifact}]
        yield Item(one.line, len(raw), Taken({"id": id, "content": content, "type": "rule", "source": name, "evidence": evidence}))


def _sentence(when: str, do: str, unless: str) -> str:
    """Put a rule together again.

    >>> _sentence("a test fails", "Stop", "")
    'When a test fails, stop.'
    """
    told = f"When {when}, {do[:1].lower()}{do[1:]}" if when else do
    return f"{told}, unless {unless}." if unless else f"{told}."
