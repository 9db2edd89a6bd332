"""Grow a workspace of noise with patterns planted in it, of all five kinds, each known by its insights."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from compoundry.model import Entity, Evidence, Insight, PatternKind

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
SPAN_DAYS = 700
_NOUNS = (
    "invoice router garden violin harbour blanket compass ladder turbine mirror saddle lantern pepper canyon orchid ferry printer "
    "basket helmet cactus drum kettle magnet puzzle anchor candle walnut tractor pillow scarf marble thermostat umbrella vase wagon "
    "zipper falcon glacier hammock igloo jigsaw kayak lemon mango notebook oyster parachute quilt raft sandal telescope urn vineyard "
    "whistle yacht accordion bakery chimney dolphin elevator fountain gazebo hedge island jacket kiosk library museum nursery "
    "observatory pier quarry reservoir stable theatre underpass viaduct windmill archive bridge clinic dock embassy factory gallery "
    "hotel inn jetty kennel lodge"
)
NOUNS = tuple(_NOUNS.split())
_DOING = (
    "painting repairing selling buying measuring hiding cleaning borrowing photographing insuring moving designing testing packing "
    "restoring describing sketching weighing renting lending polishing counting importing labelling storing"
)
DOING = tuple(_DOING.split())
SAID = ("mentioned", "was seen", "spent an afternoon", "wrote about", "dreamt of", "had trouble with", "laughed about", "was asked about")
TOPICS = (
    ("complains that data exports are too slow", "says exporting data takes forever", "is unhappy with slow data exports"),
    ("asks for single sign-on with SAML", "wants SAML single sign-on", "requests single sign-on through SAML"),
    ("finds the monthly pricing too high", "says the price per month is too expensive", "thinks the subscription costs too much"),
    ("cannot log in from a mobile phone", "fails to sign in on mobile", "has login failures on the phone"),
    ("wants a dark mode for the dashboard", "asks for a dark theme in the dashboard", "requests dashboard dark mode"),
    ("hired a new chief financial officer", "appointed a new CFO", "has a new finance chief"),
    ("renewed the contract for another year", "extended the contract by a year", "signed the contract renewal"),
    ("moved its servers to another cloud", "migrated its hosting to a different cloud", "switched cloud providers"),
    ("reported that nightly backups fail", "says the backups at night keep failing", "sees failed nightly backups"),
    ("attended the security training", "took part in the security course", "completed the security workshop"),
    ("had an outage of the payment service", "saw the payment system go down", "suffered a payment outage"),
    ("filed a refund request", "asked for their money back", "requested a refund"),
    ("goes running in the park before work", "runs through the park before work", "jogs in the park before going to work"),
    ("bakes bread at home", "makes home-made bread", "bakes a loaf at home"),
    ("practises the piano in the evening", "plays the piano in the evening", "does evening piano practice"),
    ("travels to Berlin by train", "takes the train to Berlin", "goes to Berlin by rail"),
    ("sends the weekly sales report", "mails the weekly report on sales", "delivers the sales report of the week"),
    ("closes the books for the month", "does the monthly closing of accounts", "finishes the month-end closing"),
    ("orders new office supplies", "places an order for office supplies", "buys supplies for the office"),
    ("holds the planning meeting", "runs the planning session", "leads the planning meeting"),
)


@dataclass(frozen=True, slots=True)
class Grown:
    """Hold the insights, and for each planted pattern its kind and the ids that belong to it."""

    insights: tuple[Insight, ...]
    planted: tuple[tuple[PatternKind, frozenset[str]], ...]


def grow(seed: int, *, noise: int) -> Grown:
    """Plant two to five patterns of each kind, of 5 to 50 occurrences, in so many insights of noise."""
    dice = random.Random(seed)
    people = [f"{first}{n}" for n, first in enumerate(NOUNS * 30)]
    insights = [_noise(dice, n, people) for n in range(noise)]
    topics = list(TOPICS)
    dice.shuffle(topics)
    planters: list[tuple[PatternKind, Callable[..., list[Insight]], int]] = [
        ("theme", _theme, 1), ("habit", _habit, 1), ("sequence", _sequence, 2), ("co_occurrence", _together, 2), ("period", _period, 1)
    ]  # fmt: skip
    planted = []
    for n, (kind, plant, needs) in enumerate(planters * 2):
        used, topics = topics[:needs], topics[needs:]
        if len(used) < needs:
            break
        made = plant(dice, f"p{n}", used, dice.randint(5, 50))
        insights += made
        planted.append((kind, frozenset(i.id for i in made)))
    dice.shuffle(insights)
    return Grown(tuple(insights), tuple(planted))


def shuffled(insights: Sequence[Insight], seed: int) -> tuple[Insight, ...]:
    """Deal dates and entities anew, so that what recurs does so by chance only."""
    dice = random.Random(seed)
    days, about = [i.observed_at for i in insights], [i.entities for i in insights]
    dice.shuffle(days)
    dice.shuffle(about)
    return tuple(
        replace(i, observed_at=day, created_at=day, entities=who, evidence=tuple(replace(e, at=day) for e in i.evidence))
        for i, day, who in zip(insights, days, about, strict=True)
    )


def _noise(dice: random.Random, n: int, people: Sequence[str]) -> Insight:
    who = dice.choice(people)
    text = f"{who} {dice.choice(SAID)} {dice.choice(DOING)} the {dice.choice(NOUNS)} near the {dice.choice(NOUNS)}."
    return _insight(f"n{n}", who, text, dice.uniform(0, SPAN_DAYS))


def _theme(dice: random.Random, key: str, topics: Sequence[Sequence[str]], times: int) -> list[Insight]:
    return [_says(dice, f"{key}-{n}", f"Firm {key} {n}", topics[0], dice.uniform(0, SPAN_DAYS)) for n in range(times)]


def _habit(dice: random.Random, key: str, topics: Sequence[Sequence[str]], times: int) -> list[Insight]:
    who = f"Person {key}"
    days = dice.sample(range(SPAN_DAYS), times)
    return [_says(dice, f"{key}-{n}", who, topics[0], day) for n, day in enumerate(days)]


def _sequence(dice: random.Random, key: str, topics: Sequence[Sequence[str]], times: int) -> list[Insight]:
    made = []
    for n in range(times):
        day = dice.uniform(0, SPAN_DAYS - 20)
        made += [_says(dice, f"{key}-{n}a", f"Client {key} {n}", topics[0], day)]
        made += [_says(dice, f"{key}-{n}b", f"Client {key} {n}", topics[1], day + dice.uniform(1, 9))]
    return made


def _together(dice: random.Random, key: str, topics: Sequence[Sequence[str]], times: int) -> list[Insight]:
    return [
        _says(dice, f"{key}-{n}{side}", f"Account {key} {n}", topic, dice.uniform(0, SPAN_DAYS))
        for n in range(times)
        for side, topic in zip("ab", topics, strict=True)
    ]


def _period(dice: random.Random, key: str, topics: Sequence[Sequence[str]], times: int) -> list[Insight]:
    weekday = dice.randrange(7)
    weeks = dice.sample(range(SPAN_DAYS // 7), times)
    return [_says(dice, f"{key}-{n}", f"Office {key}", topics[0], week * 7 + weekday) for n, week in enumerate(weeks)]


def _says(dice: random.Random, id: str, who: str, topic: Sequence[str], day: float) -> Insight:
    return _insight(id, who, f"{who} {dice.choice(topic)}.", day)


def _insight(id: str, who: str, text: str, day: float) -> Insight:
    at = START + timedelta(days=day)
    seen = Evidence(f"e-{id}", "observed", at, "agent", 0.7, text)
    return Insight(id, text, "fact", (Entity(who, who, "person"),), 0.7, at, at, (seen,), source="agent")
