"""Hold what the words say against how near two sentences are."""

from dataclasses import replace

from compoundry.text.merging.crowd import beyond
from compoundry.text.merging.policy import Policy
from compoundry.text.verdict import Verdict
from compoundry.text.worth import worth

QUESTIONS_AT = 0.95  # the built-in encoder finds any two questions near: .80 to .95 was right in 18 of 25


def bounded(verdict: Verdict, cosine: float, policy: Policy, *, crowding: float = 0.0, more: float = 0.0) -> Verdict:
    """Return the verdict that stands at this cosine: what isn't near enough to merge is asked, what isn't worth asking is left.

    `crowding` is how near the two are to any other sentence about the same thing (`crowd`): a question must be worth it beyond that,
    and `more` is what else speaks for one (`together`).

    >>> same = Verdict("same", matched=7)
    >>> [bounded(same, cosine, Policy()).relation for cosine in (0.85, 0.78, 0.6)]
    ['same', 'unsure', 'different']
    >>> bounded(replace(same, strict=True), 0.85, Policy()).relation
    'unsure'
    """
    match verdict.relation:
        case "same" if cosine >= _needed(verdict, policy):
            return verdict
        case "unsure" if verdict.slight and cosine >= policy.slight_at:
            return replace(verdict, relation="same")
        case "same" | "unsure":
            asked = worth(beyond(cosine, crowding), verdict.matched, verdict.cost, more) >= policy.review_at
            return replace(verdict, relation="unsure" if asked else "different")
        case "update" | "contradiction" if verdict.strict and cosine >= policy.near_at:
            return verdict
        case "different":
            return verdict
        case _:
            return verdict if cosine >= policy.merge_at else replace(verdict, relation="different")


def _needed(verdict: Verdict, policy: Policy) -> float:
    """Say how near two sentences of the same meaning must be to be merged.

    >>> [_needed(Verdict("same", strict=strict, asks=asks), Policy()) for strict, asks in ((False, False), (True, False), (False, True))]
    [0.8, 0.9, 0.95]
    """
    needed = policy.reworded_at if verdict.strict else policy.merge_at
    return max(needed, QUESTIONS_AT) if verdict.asks else needed
