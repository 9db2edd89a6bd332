"""Answer a question with what is known, sentence by sentence, each with its source; say so when nothing is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from compoundry.model import Caller, Entity, Insight
from compoundry.service.app import App
from compoundry.service.recalling import Recalled, recall
from compoundry.text import retrieval
from compoundry.text.notes import names_in

CONSIDERED = 12
QUOTED = 5
SURE = 0.3  # measured on one conversation of LoCoMo: its own questions fit 0.38 to 0.66, 142 of 150 foreign ones below 0.21
NEAR = 0.7
OUTRIGHT, MEANT = 0.5, 0.7  # of 31 questions about known names that nothing answers these find 28 weak, of 32 that something answers two
NEAREST = "I don't know for sure; the nearest that is known:"
UNKNOWN = "I don't know: nothing in this workspace answers that."


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold an answer; `[1]` in it points to the first of `quoted`.

    It isn't `known` where nothing fits, nor where what is quoted is `weak`: near, but it doesn't say outright what is asked.
    `considered` are the insights that were looked at, `about` how often each entity stands behind the answer.
    """

    answer: str
    known: bool
    weak: bool
    session: str
    quoted: Sequence[Recalled]
    considered: Sequence[Recalled]
    about: Sequence[tuple[Entity, int]]


def ask(app: App, caller: Caller, query: str, *, session: str = "") -> Reply:
    """Answer from the active insights, in their own words and with citations, without a model that writes.

    What fits the question too little isn't an answer, nor is what is about somebody else than it names: then the reply
    says that it isn't known. A name alone fits all that is told about it: where half of the question's other words, or more,
    stand in no quoted sentence, and none is near in meaning, the reply says that these are only the nearest. Each question
    stands for itself; `session` is given back as it came, or made. Raises Invalid for an empty question.
    """
    caller.need("record.read")
    considered = recall(app, caller, query, limit=CONSIDERED)
    best = considered[0].score if considered else 0.0
    names = names_in(query)
    quoted = [one for one in considered if one.score >= max(SURE, NEAR * best) and _about_one_of(names, one.insight)][:QUOTED]
    said = " ".join(f"{_sentence(one.insight.content)} [{n}]" for n, one in enumerate(quoted, 1))
    weak = bool(quoted) and _weak(query, names, quoted)
    answer = f"{NEAREST} {said}" if weak else said or UNKNOWN
    return Reply(answer, bool(quoted) and not weak, weak, session or app.new_id(), quoted, considered, _about(quoted))


def _weak(query: str, names: Sequence[str], quoted: Sequence[Recalled]) -> bool:
    outright = max(retrieval.outright(query, names, one.insight.content) for one in quoted)
    return outright <= OUTRIGHT and max(one.meaning for one in quoted) < MEANT


def _about_one_of(names: Sequence[str], insight: Insight) -> bool:
    said = " ".join((insight.content, *(entity.name for entity in insight.entities))).casefold()
    return not names or any(name.casefold() in said for name in names)


def _sentence(content: str) -> str:
    line = " ".join(content.split())
    return line if line[-1] in ".!?…" else f"{line}."


def _about(quoted: Sequence[Recalled]) -> list[tuple[Entity, int]]:
    return Counter(entity for one in quoted for entity in one.insight.entities).most_common()
