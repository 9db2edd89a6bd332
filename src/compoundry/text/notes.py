"""Take free text apart into sentences worth keeping: those that say something about somebody who is named."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compoundry.text.lessons import lesson
from compoundry.text.lexicon import AUXILIARIES, SMALL, rows

LONGEST, FEWEST_WORDS, MOST_WORDS = 600, 3, 80
_TITLE: Final = 50
_BULLET: Final = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)]|#{1,6}|>+|\[[ xX]\])\s+")
_SPEAKER: Final = re.compile(r"^([^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2}):\s+(?=\S)")
_END: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_a-z])")
_ABBREVIATED: Final = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Co|Corp|No|vs|e\.g|i\.e|approx|ca)|\b[A-Z])\.$")
_LONGEST_ABBREVIATION: Final = 8
_WORD: Final = re.compile(r"[^\W_](?:[\w&'’.-]*[^\W_])?")
_CLASS: Final = {row[0]: frozenset(row[1:]) for row in rows("notes")}
_PAST: Final = frozenset(form for row in rows("irregular") for form in row[1:])
_ORDINARY: Final = frozenset(word for table in ("kinds", "synonyms", "opposites", "irregular") for row in rows(table) for word in row)
_NOT_NAMES: Final = SMALL | _ORDINARY | _CLASS["opening"] | _CLASS["pointing"] | _CLASS["titles"]
_COMMON_ENDINGS: Final = ("ing", "ly", "tion", "ment", "ness", "ity")


@dataclass(frozen=True, slots=True)
class Remark:
    """Hold one sentence, whom it is about, and its type."""

    content: str
    names: tuple[str, ...]
    type: str


def remarks(text: str, known: Mapping[str, str]) -> list[Remark]:
    """Return the sentences of a text that name somebody, or that tell what to do, each once and in order.

    `known` maps names in small letters to how they are written. Questions, greetings, code, and sentences that
    only make sense after another one ("She agreed.") are left out; nothing is reworded.

    >>> [(r.content, r.names, r.type) for r in remarks("Hi all! Dana prefers email. She hates calls.", {})]
    [('Dana prefers email.', ('Dana',), 'preference')]
    """
    said = list(_said(text))
    small = {word for _, sentence in said for word in _WORD.findall(sentence) if word[:1].islower()}
    found: dict[str, Remark] = {}
    for speaker, sentence in said:
        names = _names(sentence, known, small)
        first_person = bool(_CLASS["first"] & {w.casefold() for w in _WORD.findall(sentence)})
        if speaker and first_person:
            names, sentence = tuple(dict.fromkeys((speaker, *names))), f"{speaker}: {sentence}"
        elif first_person and not names:
            continue
        if names or lesson(sentence):
            found.setdefault(sentence.casefold(), Remark(sentence, names, kind(sentence)))
    return list(found.values())


def names_in(sentence: str) -> tuple[str, ...]:
    """Return the names in a sentence or a question.

    >>> names_in("Does Dana work with Acme Corp?")
    ('Dana', 'Acme Corp')
    """
    return _names(sentence, {}, {word for word in _WORD.findall(sentence) if word[:1].islower()})


def entity_type(name: str) -> str:
    """Guess what a new name stands for.

    >>> entity_type("Acme Corp"), entity_type("Dana")
    ('company', 'thing')
    """
    return "company" if name.rsplit(" ", 1)[-1].rstrip(".").casefold() in _CLASS["firms"] else "thing"


def kind(sentence: str) -> str:
    """Return the type of an insight that says this.

    >>> kind("Dana prefers email."), kind("Dana leads sales.")
    ('preference', 'fact')
    """
    return "preference" if _CLASS["tastes"] & {word.casefold() for word in _WORD.findall(sentence)} else "fact"


def sentences(text: str) -> list[str]:
    """Cut text into sentences; lists, headings and line breaks end one, abbreviations don't.

    >>> sentences("Dr. Lee met Acme Inc. on Monday. It went well!\\n- Next: demo")
    ['Dr. Lee met Acme Inc. on Monday.', 'It went well!', 'Next: demo']
    """
    return [sentence for _, sentence in _cut(text)]


def _said(text: str) -> Iterator[tuple[str, str]]:
    """Give the sentences that could be kept, each with who says it in a transcript."""
    for speaker, sentence in _cut(text):
        words = _WORD.findall(sentence)
        if not FEWEST_WORDS <= len(words) <= MOST_WORDS or len(sentence) > LONGEST or sentence.rstrip("\"'”’)").endswith("?"):
            continue
        if words[0].casefold() not in _CLASS["pointing"] | _CLASS["opening"]:
            yield speaker, sentence


def _cut(text: str) -> Iterator[tuple[str, str]]:
    for block in _blocks(text):
        spoken = _SPEAKER.match(block)
        speaker = spoken[1] if spoken and spoken[1][:1].isupper() and len(block) > spoken.end() + 12 else ""
        yield from ((speaker, sentence) for sentence in _ends(block[spoken.end() :] if speaker and spoken else block))


def _blocks(text: str) -> Iterator[str]:
    """Join wrapped lines; an empty line, a list item or a speaker begins anew, and fenced code is left out."""
    waiting: list[str] = []
    fenced = False
    for line in (*text.splitlines(), ""):
        fence = line.strip().startswith(("```", "~~~"))
        fenced ^= fence
        begins = bool(_BULLET.match(line) or _SPEAKER.match(line)) or not line.strip() or fence or _titled(waiting, line)
        if begins and waiting:
            yield " ".join(waiting)
            waiting = []
        if line.strip() and not fence and not fenced:
            waiting.append(" ".join(_BULLET.sub("", line).split()))


def _titled(waiting: Sequence[str], line: str) -> bool:
    """Tell whether the line before was a title: short, without a full stop, and this one begins anew."""
    return bool(waiting) and len(waiting[-1]) < _TITLE and waiting[-1][-1].isalnum() and line.lstrip()[:1].isupper()


def _ends(block: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(block):
        if not _ABBREVIATED.search(block, max(0, end.start() - _LONGEST_ABBREVIATION), end.start()) or _begins(block, end.end()):
            yield block[start : end.end()].strip()
            start = end.end()
    if block[start:].strip():
        yield block[start:].strip()


def _begins(block: str, at: int) -> bool:
    """Tell whether a word that is no name is capitalised there, so that even after an abbreviation a sentence begins."""
    word = _WORD.match(block, at)
    return bool(word and word[0][:1].isupper() and word[0].casefold() in _NOT_NAMES)


def _names(sentence: str, known: Mapping[str, str], small: Collection[str]) -> tuple[str, ...]:
    """Find known names first, then runs of capitalised words that are no ordinary ones."""
    words = list(_WORD.finditer(sentence))
    found: dict[str, None] = {}
    place = 0
    while place < len(words):
        length, name = _known_at(sentence, words, place, known) or _new_at(words, place, small)
        if name:
            found.setdefault(name)
        place += max(1, length)
    return tuple(found)


def _known_at(sentence: str, words: Sequence[re.Match[str]], place: int, known: Mapping[str, str]) -> tuple[int, str] | None:
    for length in range(min(5, len(words) - place), 0, -1):
        said = _bare(sentence[words[place].start() : words[place + length - 1].end()])
        name = known.get(said.casefold())
        if name and (said[:1].isupper() or name[:1].islower()) and len(name) > 1:
            return length, name
    return None


def _new_at(words: Sequence[re.Match[str]], place: int, small: Collection[str]) -> tuple[int, str]:
    """Read a name that nobody has told us: capitalised, no acronym, and at the start of a sentence only where a verb follows."""
    length = 0
    while place + length < len(words) and _capital(words[place + length][0], small) and (length == 0 or _joined(words, place + length)):
        length += 1
    if not length or (place == 0 and length == 1 and not _acts(words, 1)):
        return 1, ""
    return length, " ".join(_bare(word[0]) for word in words[place : place + length])


def _capital(word: str, small: Collection[str]) -> bool:
    bare = _bare(word)
    low = bare.casefold()
    ordinary = low in _NOT_NAMES or low.removesuffix("s") in _ORDINARY or low in small or low.endswith(_COMMON_ENDINGS)
    return bare[:1].isupper() and not bare.isupper() and len(bare) > 1 and not ordinary


def _joined(words: Sequence[re.Match[str]], place: int) -> bool:
    """Tell whether only a space stands before this word."""
    return words[place].start() - words[place - 1].end() == 1


def _acts(words: Sequence[re.Match[str]], place: int) -> bool:
    """Tell whether a verb of a single subject stands here, or the word before is an owner."""
    if words[0][0].endswith(("'s", "’s")):
        return True
    word = words[place][0].casefold() if place < len(words) else ""
    return word in AUXILIARIES or (word.isalpha() and word.endswith(("s", "ed")) and word not in SMALL) or word in _PAST


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word)
