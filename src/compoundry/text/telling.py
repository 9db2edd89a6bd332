"""Tell a finding as a plain sentence, with the insights that are the most typical of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compoundry.model import Fact, Insight
from compoundry.text import wording
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.gist import Gist, gist, senses
from compoundry.text.mining.groups import medoid

_TYPICAL = 3
_WORDED_FROM = 12  # sentences, the most typical ones, whose words may be taken


@dataclass(frozen=True, slots=True)
class Usage:
    """Know how often words are used in a workspace, and whom it is about."""

    words: Mapping[str, float]
    size: int
    names: frozenset[str]

    @classmethod
    def of(cls, corpus: Corpus, *, most: int = 2_000) -> "Usage":
        """Count the words of an even sample of its sentences."""
        some = corpus.insights[:: max(1, len(corpus.insights) // most)]
        counted = Counter(word for insight in some for word in senses(insight.content))
        names = frozenset(insight.entities[0].name for insight in corpus.insights if insight.entities)
        return cls({word: n / len(some) for word, n in counted.items()}, len(corpus.insights), names)

    def without(self, sentences: Sequence[str]) -> Callable[[str], float]:
        """Return in which share of all other sentences a word stands."""
        mine = Counter(word for sentence in sentences for word in senses(sentence))
        left = max(1, self.size - len(sentences))
        return lambda word: max(0.0, self.words.get(word, 0.0) * self.size - mine[word]) / left


def told(corpus: Corpus, finding: Finding, usual: Usage) -> tuple[str, Mapping[str, Fact], Sequence[Insight]]:
    """Return the label, the parts of it from which rules are made, and the most typical insights."""
    what, typical = _gist(corpus, finding, finding.rows, usual)
    about = [corpus.insights[n] for n in finding.rows]
    first, who = min(i.observed_at for i in about), wording.nouns(about)
    facts: dict[str, Fact] = {"about": who, "says": wording.says(what, typical[0]), "topic": what.topic, "sure": what.claim is not None}
    if finding.when:
        facts["when"] = finding.when
    match finding.kind:
        case "theme":
            label = wording.theme(what, typical[0], about, finding.support, first)
        case "habit":
            label = wording.habit(what, typical[0], finding.support, first)
        case "period":
            facts["several"] = wording.subjects(about) > 1
            label = wording.period(what, typical[0], about, finding.when, finding.support, finding.out_of)
        case "sequence" | "co_occurrence":
            then = wording.says(*_of_typical(_gist(corpus, finding, finding.then, usual)))
            facts["then"] = then
            label = _paired(finding, str(facts["says"]), then, who)
    return label, facts, typical[:_TYPICAL]


def _paired(finding: Finding, one: str, other: str, who: str) -> str:
    if finding.kind == "sequence":
        return wording.sequence(one, other, who, finding.support, finding.out_of, finding.when)
    return wording.together(one, other, who, finding.support, finding.out_of)


def _of_typical(told: tuple[Gist, Sequence[Insight]]) -> tuple[Gist, Insight]:
    return told[0], told[1][0]


def _gist(corpus: Corpus, finding: Finding, rows: Sequence[int], usual: Usage) -> tuple[Gist, Sequence[Insight]]:
    """Return what rows share over their independent sources: the days of one, or everyone that they are about."""
    typical = [corpus.insights[n] for n in medoid(corpus.vectors, rows, most=_WORDED_FROM)]
    one = finding.kind in ("habit", "period")
    sources: dict[str, list[str]] = defaultdict(list)
    for n in rows:
        sources[f"{corpus.at(n):%Y-%m-%d}" if one else corpus.who(n)].append(corpus.insights[n].content)
    mine = {entity.name for n in rows for entity in corpus.insights[n].entities[:1]}
    names = mine if len(mine) > 1 else usual.names | mine
    rest = usual.without([corpus.insights[n].content for n in rows])
    return gist(list(sources.values()), [i.content for i in typical], names=names, usual=rest), typical
