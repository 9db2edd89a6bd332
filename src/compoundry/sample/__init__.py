"""Make up some two hundred insights that agents of a small software firm could have noted, always the same ones."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from compoundry.sample import notes
from compoundry.sample.notes import Note

SPAN_DAYS = 540
_AGENTS = ("meeting-notes", "support-inbox", "crm-sync")


def sample(*, until: datetime, seed: int = 7) -> list[dict[str, Any]]:
    """Return some 200 lines in the import format, oldest first, none later than `until`.

    Planted are: facts that two or three agents wrote down in their own words, pairs that look alike and
    are not the same, complaints of several customers, habits, sequences, updates, contradictions, lessons,
    and old facts that nobody has confirmed since.
    """
    dice = random.Random(seed)  # a seeded generator of its own: the same sample everywhere
    told = [*_retold(dice), *_complaints(dice), *_habits(until), *_sequences(dice), *_passing(dice)]
    told.sort(key=lambda pair: (pair[0], pair[1].content))
    return [_line(n, until - timedelta(days=days_ago), note) for n, (days_ago, note) in enumerate(reversed(told))]


Told = tuple[float, Note]


def _retold(dice: random.Random) -> Iterator[Told]:
    """Let different agents note the same fact in their own words, some days apart."""
    for group in (*notes.FACTS, *notes.LOOKALIKES, *notes.OLD):
        oldest = SPAN_DAYS if group in notes.OLD else 200
        first = dice.uniform(60 if group not in notes.OLD else 420, oldest)
        for n, note in enumerate(group):
            yield round(first - n * dice.uniform(2, 18), 2), note
    for days_ago, note in (*notes.UPDATES, *notes.CONTRADICTIONS, *notes.LESSONS):
        yield days_ago, note


def _complaints(dice: random.Random) -> Iterator[Told]:
    for theme in notes.THEMES:
        for customer, sentence in theme:
            yield round(dice.uniform(5, 160), 2), Note(sentence, (customer,), "risk", 0.8)


def _habits(until: datetime) -> Iterator[Told]:
    """Let a habit come every few weeks, always on its weekday."""
    for start, every, count, weekday, note in notes.HABITS:
        shift = ((until - timedelta(days=start)).weekday() - weekday) % 7
        for n in range(count):
            yield start + shift - n * every, note(n)


def _sequences(dice: random.Random) -> Iterator[Told]:
    for customer, first, then in notes.SEQUENCES:
        at = dice.uniform(30, 300)
        yield round(at, 2), Note(first, (customer,), "activity", 0.8)
        yield round(at - dice.uniform(2, 6), 2), Note(then, (customer,), "milestone", 0.9)


def _passing(dice: random.Random) -> Iterator[Told]:
    """Add what is noted once and never again."""
    for note in _crossed(dice):
        yield round(dice.uniform(1, SPAN_DAYS), 2), note


def _crossed(dice: random.Random) -> Iterator[Note]:
    yield from notes.ONCE
    for topic, sentence in notes.TOPICS:
        for person in dice.sample(notes.PEOPLE, 2):
            yield Note(sentence.format(person), (person,), topic, round(dice.uniform(0.5, 0.9), 2))
    for topic, sentence, details in notes.DETAILS:
        for person, detail in zip(dice.sample(notes.PEOPLE, len(details)), details, strict=True):
            yield Note(sentence.format(person, detail), (person,), topic, round(dice.uniform(0.6, 0.95), 2))


def _line(number: int, at: datetime, note: Note) -> dict[str, Any]:
    return {
        "id": f"sample-{number:03}",
        "content": note.content,
        "type": note.type,
        "entities": [{"name": name, "type": "company" if name in notes.COMPANIES else "person"} for name in note.about],
        "confidence": note.confidence,
        "created_at": at.isoformat(),
        "source": _AGENTS[(number + len(note.content)) % len(_AGENTS)],
        "evidence": [{"excerpt": note.content}],
    }
