"""Find themes: what several say independently of each other."""

from collections.abc import Iterator, Sequence

from compoundry.text.counting import wilson
from compoundry.text.mining.crowd import Crowd
from compoundry.text.mining.findings import Corpus, Finding
from compoundry.text.mining.groups import about_the_same, medoid

NEAR = 0.55


def topics(corpus: Corpus, *, near: float = NEAR) -> list[list[int]]:
    """Group the rows that are about the same, tightly; rows of no group are left out."""
    return about_the_same(corpus.vectors, near=near)


def themes(corpus: Corpus, groups: Sequence[list[int]], *, at_least: int) -> Iterator[Finding]:
    """Find groups over enough distinct entities, each with a source of its own, that stand apart from everything else."""
    crowd = Crowd.of(corpus)
    everyone = len({corpus.who(n) for n in range(len(corpus.insights))})
    for rows in groups:
        by_entity = corpus.by_entity(mine := corpus.independent(rows))
        if (support := len(by_entity)) >= at_least:
            one_each = [medoid(corpus.vectors, own, most=1)[0] for own in by_entity.values()]
            p = crowd.chance(rows, one_each)
            yield Finding("theme", tuple(mine), support, everyone, p, support / everyone, wilson(support, everyone))
