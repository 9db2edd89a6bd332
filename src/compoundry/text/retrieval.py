"""Find what answers a question: by its words and by its meaning."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compoundry.text.lexicon import SMALL
from compoundry.text.words import cut, lemma

K1, B = 1.2, 0.75
WORDS_PART = 0.5  # measured: docs/benchmarks/gain.md

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """Say which document was found (by its place), and how well it fits: by words and by meaning, each up to 1."""

    place: int
    score: float
    words: float
    meaning: float


@dataclass(frozen=True, slots=True)
class Index:
    """Hold sentences ready to be searched; `vectors` is float32 of shape (n, dimension), unit or zero rows."""

    size: int
    lengths: Floats
    postings: Mapping[str, tuple[NDArray[np.intp], Floats]]
    vectors: Floats

    def search(self, query: str, vector: Floats | None, *, limit: int, allowed: NDArray[np.bool_] | None = None) -> list[Found]:
        """Return the best fitting documents, best first; `vector` is the query's, of shape (dimension,).

        Words count as BM25 (Robertson & Zaragoza 2009) over its best, meaning as the cosine; a convex combination of
        the two (Bruch et al. 2023).
        """
        words = self._words(query)
        known = vector is not None and self.vectors.shape[1] == len(vector)
        meaning = np.clip(self.vectors @ vector, 0, 1) if known and vector is not None else np.zeros(self.size, dtype=np.float32)
        score = WORDS_PART * words + (1 - WORDS_PART) * meaning if known else words
        if allowed is not None:
            score = np.where(allowed, score, 0)
        best = np.lexsort((np.arange(self.size), -score))[:limit]
        return [Found(int(n), float(score[n]), float(words[n]), float(meaning[n])) for n in best if score[n] > 0]

    def _words(self, query: str) -> Floats:
        score = np.zeros(self.size, dtype=np.float32)
        ceiling = 0.0
        for word in set(terms(query)):
            places, counts = self.postings.get(word, (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32)))
            weight = float(np.log1p((self.size - len(places) + 0.5) / (len(places) + 0.5)))
            score[places] += weight * counts * (K1 + 1) / (counts + K1 * (1 - B + B * self.lengths[places]))
            ceiling += weight
        return score / np.float32(ceiling * (K1 + 1)) if ceiling else score


def index(sentences: Sequence[str], vectors: Floats) -> Index:
    """Make sentences searchable.

    >>> made = index(["Dana prefers email.", "Miguel likes hiking."], np.zeros((2, 0), dtype=np.float32))
    >>> [found.place for found in made.search("Who likes to hike?", None, limit=5)]
    [1]
    """
    lengths = np.zeros(len(sentences), dtype=np.float32)
    places: dict[str, list[int]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(list)
    for n, sentence in enumerate(sentences):
        told = Counter(terms(sentence))
        lengths[n] = told.total()
        for word, times in told.items():
            places[word].append(n)
            counts[word].append(times)
    postings = {word: (np.array(places[word], dtype=np.intp), np.array(counts[word], dtype=np.float32)) for word in places}
    return Index(len(sentences), lengths / max(1e-6, float(lengths.mean()) if len(lengths) else 1.0), postings, vectors)


def terms(sentence: str) -> list[str]:
    """Return the words that a search goes by.

    >>> terms("Who prefers the emails?")
    ['prefer', 'email']
    """
    words = (lemma(word) for word in cut(sentence) if word[0].isalnum())
    return [word for word in words if word not in SMALL]


def outright(query: str, names: Sequence[str], sentence: str) -> float:
    """Return the share of a question's words, its names left out, that a sentence has; 1 when it asks for nothing but names.

    >>> outright("Which car does Dana drive?", ["Dana"], "Dana drives to work"), outright("Dana?", ["Dana"], "Dana drives")
    (0.5, 1.0)
    """
    asked = set(terms(query)) - {word for name in names for word in terms(name)}
    return len(asked & set(terms(sentence))) / len(asked) if asked else 1.0
