"""Know the English words whose grammar matters: small words, irregular forms, words that mean the same or the opposite."""

from collections.abc import Mapping
from importlib.resources import files


def lines(table: str) -> list[str]:
    """Read a table of `english/`, leaving out what is said about it."""
    text = files("compoundry.text").joinpath("english", f"{table}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _classes() -> Mapping[str, frozenset[str]]:
    named = (line.partition(":") for line in lines("words"))
    return {name: frozenset(words.split()) for name, _, words in named}


def _heads() -> Mapping[str, str]:
    """Map each word that has synonyms to the first word of its group; groups that share a word are one."""
    head: dict[str, str] = {}
    for group in rows("synonyms"):
        known = next((head[w] for w in group if w in head), group[0])
        head |= dict.fromkeys(group, known)
    return head


def rows(table: str) -> list[list[str]]:
    """Return the rows of a table of `english/`, each a list of words.

    >>> ["hot", "cold"] in rows("opposites")
    True
    """
    return [line.split() for line in lines(table)]


_CLASS = _classes()
ARTICLES, AUXILIARIES, PREPOSITIONS = _CLASS["articles"], _CLASS["auxiliaries"], _CLASS["prepositions"]
SMALL = ARTICLES | AUXILIARIES | PREPOSITIONS | _CLASS["pronouns"] | _CLASS["joints"] | _CLASS["weightless"]
SORTS, SLIGHT, FOREIGN, REVISIONS = _CLASS["sorts"], _CLASS["slight"], _CLASS["foreign"], _CLASS["revisions"]
TAKEN_BACK, TURNING = _CLASS["takenback"], _CLASS["turning"]
NEGATORS, SYMMETRIC, PAST = _CLASS["negators"], _CLASS["symmetric"], _CLASS["past"]
MANNERS, COURTESIES = _CLASS["manners"], _CLASS["courtesies"]
ENDURING, OFTEN, PARTLY = _CLASS["enduring"], _CLASS["often"], _CLASS["partly"]
CHANGES, MODAL, AGAIN = _CLASS["changes"], _CLASS["modal"], _CLASS["again"]
ORDERS, ORDERS_OR_NOUNS = _CLASS["orders"], _CLASS["ordersornouns"]  # verbs that begin an order; the latter begin facts, too
RISES, FALLS, NUMBERED, WITHIN = _CLASS["rises"], _CLASS["falls"], _CLASS["numbered"], _CLASS["within"]

SYNONYMS = _heads()
STATES, ONCE, ONE_THING, EITHER_WAY, MOVES, LEAVINGS, PLANS, ONE_WAY, LASTING, STANDING = (  # these are looked up by sense
    frozenset(SYNONYMS.get(word, word) for word in _CLASS[name])
    for name in ("states", "once", "onething", "eitherway", "moves", "leavings", "plans", "oneway", "lasting", "standing")
)
SLOTS = frozenset((SYNONYMS.get(verb, verb), small) for verb, _, small in (pair.partition("-") for pair in _CLASS["slots"]))
_AMBIGUOUS = frozenset(("better", "best", "worse", "worst", "lives", "leaves"))
IRREGULAR = {form: row[0] for row in rows("irregular") for form in row[1:] if form not in _AMBIGUOUS}

CONTRACTIONS = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not", "let's": "let us",
    "gonna": "going to", "wanna": "want to", "it's": "it is", "that's": "that is", "there's": "there is", "what's": "what is",
    "he's": "he is", "she's": "she is", "who's": "who is", "how's": "how is", "where's": "where is", "here's": "here is",
    "w/o": "without", "w/": "with", "e-mail": "email", "e-mails": "emails", "o'clock": "oclock",
}  # fmt: skip
ENDINGS = {"n't": " not", "'re": " are", "'ll": " will", "'ve": " have", "'m": " am", "'d": " would"}
