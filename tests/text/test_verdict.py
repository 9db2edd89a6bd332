"""The guards tell apart what only looks alike, and let pass what only looks different."""

from datetime import UTC, datetime, timedelta

import pytest

from compoundry.text.guards.finding import Told
from compoundry.text.merging.bounds import bounded
from compoundry.text.merging.policy import Policy
from compoundry.text.sentence import read
from compoundry.text.verdict import Verdict, judge

DAY = datetime(2026, 3, 4, tzinfo=UTC)


def verdict(one: str, other: str, *, days: int = 0, event: bool = False) -> Verdict:
    later = DAY + timedelta(days)
    return judge(Told(read(one, DAY), DAY, event), Told(read(other, later), later, event))


def guards(one: str, other: str) -> set[str]:
    return {finding.guard for finding in verdict(one, other).findings}


SAME = [
    ("Acme has 200 employees.", "Acme has two hundred employees."),
    ("Acme has 200 employees.", "Acme has 0.2k employees."),
    ("Acme raised $5 million.", "Acme raised 5,000,000 dollars."),
    ("Dana ran 5 km.", "Dana ran 5000 meters."),
    ("Growth was 12%.", "Growth was 12 percent."),
    ("Dana moved on 3 March 2026.", "Dana moved yesterday."),
    ("Dana can't wait to start.", "Dana is eager to start."),
    ("The plan was approved by Dana.", "Dana approved the plan."),
    ("In May Dana visited the office in Oslo.", "Dana visited the office in Oslo in May."),
    ("Dana married Miguel.", "Miguel married Dana."),
    ("Dana works as an engineer in Lisbon.", "Dana works in Lisbon as an engineer."),
    ("Dana likes tea and cake.", "Dana likes cake and tea."),
    ("Dana no longer uses Slack.", "Dana doesn't use Slack anymore."),
    ("How do I reset the router?", "What is the best way to reset the router?"),
    ("How can you reset the router?", "How do I reset the router?"),
    ("It flows into the River Ouse.", "It flows into the Ouse River."),
    ("Dana purchased a film.", "Dana bought a movie."),
    ("It was minus 5 degrees in Oslo.", "It was −5 degrees in Oslo."),
    ("Growth was +5%.", "Growth was 5%."),
    ("Dana sells pre-2020 stock.", "Dana sells pre 2020 stock."),
    ("It cost a lot - 5 dollars.", "It cost a lot, 5 dollars."),
    ("Dana won 6 - 2.", "Dana won 6 -2."),
    ("The limit is > 5.", "The limit is over 5."),
    ("The limit is ≤ 5.", "The limit is at most 5."),
    ("Acme has 200+ employees.", "Acme has at least 200 employees."),
    ("The error is ±5%.", "The error is plus or minus 5%."),
    ("It costs $5.10.", "It costs $5.1."),
    ("It weighs 5.0 kg.", "It weighs 5 kg."),
    ("It takes 10-20 days.", "It takes 10 to 20 days."),
    ("It takes 10–20 days.", "It takes 10-20 days."),
    ("It costs $10-20.", "It costs 10 to 20 dollars."),
    ("It takes 2½ cups.", "It takes 2.5 cups."),
    ("Dana leaves in 3 days.", "Dana leaves on 7 March."),
    ("The launch is on 25/4/2026.", "The launch is on 25 April 2026."),
    ("The launch is on 4/25/2026.", "The launch is on 25 April 2026."),
    ("The launch is on 3/4/2026.", "The launch is on 3/4/2026."),
    ("Dana likes tea or cake.", "Dana likes cake or tea."),
    ("Dana has hepatitis A.", "dana has hepatitis a."),
    ("The little boy ran.", "A little boy ran."),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_is_told_in_another_way_is_the_same(one: str, other: str) -> None:
    assert verdict(one, other).relation == "same"


APART = [
    ("quantity", "PR 260 broke the build.", "PR 480 broke the build."),
    ("quantity", "Acme raised $5 million.", "Acme raised €5 million."),
    ("quantity", "Dana runs 5 km.", "Dana runs 5 miles."),
    ("quantity", "Growth was over 12%.", "Growth was under 12%."),
    ("quantity", "It takes 3 to 5 days.", "It takes 3 to 6 days."),
    ("quantity", "It takes 3-5 days.", "It takes 3-6 days."),
    ("quantity", "The cold store is kept at −5°C.", "The cold store is kept at 5°C."),
    ("quantity", "The cold store is kept at - 5°C.", "The cold store is kept at 5°C."),
    ("quantity", "The balance is -200 euros.", "The balance is 200 euros."),
    ("quantity", "The balance is -$200.", "The balance is $200."),
    ("quantity", "The balance is $-200.", "The balance is $200."),
    ("quantity", "The gap is −3 million.", "The gap is 3 million."),
    ("quantity", "Growth was +5%.", "Growth was −5%."),
    ("quantity", "The zone is UTC+5.", "The zone is UTC-5."),
    ("quantity", "The limit is > 5.", "The limit is < 5."),
    ("quantity", "The limit is >= 5.", "The limit is 5."),
    ("quantity", "The limit is ≤5.", "The limit is ≥5."),
    ("quantity", "The limit is ~5.", "The limit is 5."),
    ("quantity", "Acme has 200+ employees.", "Acme has 200 employees."),
    ("quantity", "It weighs .5 kg.", "It weighs 5 kg."),
    ("quantity", "The worker needs Python 3.1.", "The worker needs Python 3.10."),
    ("quantity", "We shipped release 2.1.", "We shipped release 2.10."),
    ("quantity", "Version 3.0 is out.", "Version 3 is out."),
    ("quantity", "The zip code is 01234.", "The zip code is 1234."),
    ("quantity", "The account is 12345678901234567.", "The account is 12345678901234568."),
    ("quantity", "It costs 5.000 euros.", "It costs 5 euros."),
    ("quantity_added", "It is 3,5 meters long.", "It is 35 meters long."),
    ("quantity", "It holds 10² boxes.", "It holds 102 boxes."),
    ("other_words", "Dana said 👍.", "Dana said 👎."),
    ("joint", "The invoice needs a stamp and a signature.", "The invoice needs a stamp or a signature."),
    ("joint", "The invoice needs a stamp, a signature.", "The invoice needs a stamp or a signature."),
    ("joint", "The invoice needs a stamp and/or a signature.", "The invoice needs a stamp or a signature."),
    ("joint", "It needs a stamp and a seal or a signature.", "It needs a stamp or a seal and a signature."),
    ("joint", "Scan all folders but payroll.", "Scan all folders and payroll."),
    ("negation", "Either Ann or Bob signs.", "Neither Ann nor Bob signs."),
    ("amount", "There are few open invoices.", "There are a few open invoices."),
    ("amount", "There is little hope.", "There is a little hope."),
    ("name_added", "Dana has hepatitis A.", "Dana has hepatitis."),
    ("name_added", "Dana takes vitamin A daily.", "Dana takes vitamin daily."),
    ("name", "We use plan A.", "We use plan B."),
    ("name_added", "The port is USB-A.", "The port is USB."),
    ("name_added", "See section 5(a) first.", "See section 5 first."),
    ("name_added", "Type I errors cost more.", "Type errors cost more."),
    ("date", "Dana leaves in 3 days.", "Dana leaves in 4 days."),
    ("date", "The launch is on 3/4/2026.", "The launch is on 5 March 2026."),
    ("date_vaguer", "The launch is on 3/4/2026.", "The launch is on 3 April 2026."),
    ("date_vaguer", "The launch is on 3/4/2026.", "The launch is on 4/3/2026."),
    ("opposite", "Acme raised the price.", "Acme lowered the price."),
    ("opposite", "Sales rose in May.", "Sales fell in May."),
    ("restriction", "Dana said 👍.", "Dana said !!!"),
    ("other_words", "Dana likes 🍎.", "Dana likes 🍌."),
    ("other_words", "It costs ₹500.", "It costs ₩500."),
    ("other_words", "Sales ▲ in May.", "Sales ▼ in May."),
    ("quantity_added", "Dana has cats.", "Dana has 3 cats."),
    ("date", "The launch is on 3 May.", "The launch is on 5 May."),
    ("name", "Dana met Miguel.", "Dana met Grace."),
    ("name_added", "Dana met them.", "Dana met them with Grace."),
    ("negation", "Dana eats meat.", "Dana doesn't eat meat."),
    ("negation", "Dana always replied.", "Dana hardly replied."),
    ("negation_moved", "The problem isn't who pays.", "The problem is who doesn't pay."),
    ("opposite", "Sales increased in May.", "Sales decreased in May."),
    ("opposite", "The new route is longer.", "The new route is shorter."),
    ("name", "Type O+ is the universal donor.", "Type O- is the universal donor."),
    ("name_added", "Dana prepares for an interview.", "Dana prepares for an IT interview."),
    ("preposition", "Dana called before lunch.", "Dana called after lunch."),
    ("exclusive", "Dana drives a red car.", "Dana drives a blue car."),
    ("exchange", "Dana sent the old plan to the new team.", "Dana sent the new plan to the old team."),
    ("exchange", "Grace manages the team of Dana.", "Dana manages the team of Grace."),
    ("pronoun", "The building impressed him.", "He impressed the building."),
    ("person", "He likes tea.", "She likes tea."),
    ("modality", "Dana moves to Oslo.", "Dana may move to Oslo."),
    ("modality", "Dana runs marathons.", "Dana wants to run marathons."),
    ("modality", "Dana eats fish.", "Dana eats only fish."),
    ("tense", "Dana works at Acme.", "Dana worked at Acme."),
    ("restriction", "Dana is a person.", "Dana is a real person."),
    ("other_words", "Dana waters the garden.", "Dana sells the garden."),
    ("question", "What is the method?", "Is there a method?"),
    ("number", "Dana owns a car.", "Dana owns cars."),
]


@pytest.mark.parametrize(("guard", "one", "other"), APART)
def test_each_guard_names_the_difference_that_it_finds(guard: str, one: str, other: str) -> None:
    assert guard in guards(one, other)
    assert verdict(one, other).relation != "same"


def test_the_same_words_in_exchanged_parts_are_worth_little_of_a_persons_time() -> None:
    swapped = verdict("Dana sent the old plan to the new team.", "Dana sent the new plan to the old team.")
    assert bounded(swapped, 0.99, Policy()).relation == "different"
    reworded = verdict("Dana sent the old plan to the new team.", "Dana mailed the old plan to the new team.")
    assert bounded(reworded, 0.9, Policy()).relation == "unsure"


def test_one_slight_word_more_in_a_long_sentence_is_no_other_fact() -> None:
    short = verdict("Dana leads the team.", "Dana leads the whole team.")
    assert bounded(short, 0.99, Policy()).relation == "unsure"
    told = "Dana leads the migration of the billing service to the new cluster in Frankfurt"
    long = verdict(f"{told}.", f"Currently {told} together.")
    assert bounded(long, 0.98, Policy()).relation == "same"
    assert bounded(long, 0.96, Policy()).relation == "unsure"


@pytest.mark.parametrize(("word", "relation"), [("cloud", "same"), ("former", "unsure"), ("alleged", "unsure")])
def test_one_word_more_in_a_long_sentence_is_the_same_fact_unless_it_takes_something_back(word: str, relation: str) -> None:
    told = "Dana leads the migration of the{} billing service to the new cluster in Frankfurt."
    assert bounded(verdict(told.format(""), told.format(f" {word}")), 0.98, Policy()).relation == relation


@pytest.mark.parametrize(("small", "relation"), [("at", "same"), ("after", "unsure")])
def test_another_small_word_in_a_long_sentence_is_the_same_fact_unless_it_turns_it_round(small: str, relation: str) -> None:
    told = "Dana moved the billing service to the new cluster in Frankfurt {} lunch."
    assert bounded(verdict(told.format("during"), told.format(small)), 0.98, Policy()).relation == relation


def test_two_questions_need_to_be_nearer_than_two_facts() -> None:
    asked = verdict("How do I renew my passport?", "How can I renew my passport?")
    assert [bounded(asked, cosine, Policy()).relation for cosine in (0.9, 0.96)] == ["unsure", "same"]


def test_a_replaced_word_needs_nearer_sentences() -> None:
    replaced = verdict("Dana suggested a new plan.", "Dana proposed a new plan.")
    assert replaced.relation == "same"
    assert [bounded(replaced, cosine, Policy()).relation for cosine in (0.85, 0.92)] == ["unsure", "same"]


FOREIGN = [
    ("Dana isst gern Fleisch mit Bob.", "Dana isst nicht gern Fleisch mit Bob."),
    ("Dana aime le vin rouge avec Bob.", "Dana aime le vin blanc avec Bob."),
    ("El equipo de Dana usa una base de datos.", "El equipo de Dana no usa una base de datos."),
    ("Dana trinkt Tee und nicht Kaffee.", "Dana trinkt Kaffee und nicht Tee."),
]


@pytest.mark.parametrize(("one", "other"), FOREIGN)
def test_other_languages_never_merge_what_differs_in_a_word(one: str, other: str) -> None:
    assert bounded(verdict(one, other), 0.99, Policy()).relation != "same"


def test_other_languages_are_held_to_the_stricter_threshold() -> None:
    german = verdict("Dana trinkt gern Tee mit Bob und isst nicht.", "dana trinkt gern Tee mit Bob und isst nicht")
    assert [bounded(german, cosine, Policy()).relation for cosine in (0.85, 0.95)] == ["unsure", "same"]


def test_what_happened_on_another_day_happened_again() -> None:
    assert verdict("Dana visited the clinic.", "Dana visited the clinic.", days=7).relation == "recurrence"
    assert verdict("Dana bought the house.", "Dana bought the house.", days=7).relation == "same"
    assert verdict("Dana likes tea.", "Dana likes tea.", days=7).relation == "same"
    assert verdict("Dana lived in Rome.", "Dana lived in Rome.", days=7).relation == "same"
    assert verdict("Acme complained about the export.", "Acme complained about the export again.", days=7).relation == "recurrence"
    assert verdict("Dana asked for the figures behind the chart.", "Dana again asked for the figures.", days=7).relation == "different"
    assert verdict("Dana asked for the figures.", "Dana again asked for the figures.").relation == "unsure", "told on one day"


@pytest.mark.parametrize("span", ["3 days", "two weeks", "a month", "2 hours"])
def test_what_lies_ahead_is_told_from_the_day_of_observation(span: str) -> None:
    assert verdict(f"Ann leaves in {span}.", f"Ann leaves in {span}.", days=19).findings[0].guard == "date"
    assert verdict(f"Ann leaves in {span}.", f"Ann leaves in {span}.").relation == "same"
    assert verdict("Ann leaves in 3 days.", "Ann leaves in 2 days.", days=1).relation == "same"


def test_what_may_lie_ahead_or_take_as_long_is_asked_about_and_not_lost() -> None:
    told = "Passwords expire in {}."
    assert verdict(told.format("90 days"), told.format("90 days"), days=19).relation == "unsure"
    assert verdict(told.format("24 hours"), told.format("24 hours"), days=19).relation == "unsure"
    assert verdict(told.format("24 hours"), told.format("48 hours")).relation != "same"
    assert read("Dana called on 2/30/2023, in ፩ days.", DAY).dates == ()


def test_a_long_number_beside_a_letter_of_another_script_is_read_in_time() -> None:
    assert read("1" * 20_000 + "é", DAY).words


@pytest.mark.parametrize("told", ["Acme pays in 30 days.", "Dana reads 3 books in a month.", "Acme can deliver in 2 weeks."])
def test_how_long_something_takes_is_no_day(told: str) -> None:
    assert verdict(told, told, days=19).relation == "same"


@pytest.mark.parametrize(
    ("told", "relation"),
    [
        ("Dana moved the Friday meeting.", "recurrence"),
        ("Dana moved the Friday meeting again.", "recurrence"),
        ("Dana moved to Rome.", "same"),
        ("Dana moved to Rome once more.", "recurrence"),
        ("Sven bought a return ticket.", "recurrence"),
        ("Sven bought the groceries.", "recurrence"),
        ("Sven bought the company.", "same"),
        ("The house was sold.", "same"),
        ("Dana joined Acme.", "same"),
        ("Dana joined the call.", "recurrence"),
        ("Dana hired Bob.", "same"),
        ("Dana hired an assistant.", "recurrence"),
        ("Dana launched a campaign.", "recurrence"),
        ("Dana married Miguel.", "same"),
        ("Dana was born in Oslo.", "same"),
        ("Dana arrived at 9 am.", "recurrence"),
    ],
)
def test_what_can_happen_only_once_depends_on_the_object(told: str, relation: str) -> None:
    assert verdict(told, told, days=30).relation == relation
    assert verdict(told, told).relation == "same"


def test_a_newer_value_in_the_same_place_is_an_update() -> None:
    assert verdict("Acme has 200 employees.", "Acme has 250 employees.", days=30).relation == "update"
    assert verdict("Dana works at Initech.", "Dana works at Acme now.", days=30).relation == "update"
    assert verdict("PR 200 is open.", "PR 250 is open.", days=30).relation != "update"


REASONS = [
    ("Acme pays its invoices within 30 days.", "Acme pays its invoices within 45 days.", "30 days is not 45 days"),
    ("Ask Dana about a refund over $500.", "Ask Dana about a refund over $1,000.", "over $500 is not over $1,000"),
    ("Dana came late.", "Dana came ten minutes late.", "only one of them says ten minutes"),
    ("The launch is on 3 May.", "The launch is on May 5th.", "3 May is not May 5th"),
    ("Never deploy on a Friday afternoon.", "Never deploy on Friday afternoons.", "one says afternoon, the other afternoons"),
    ("Dana spoke with Bob for long in Rome.", "Dana spoke against Bob for long in Rome.", "one says with, the other against"),
    ("The wait was cut from 20 to 12 minutes.", "The wait was cut to 10 minutes.", "it was 12 minutes, and is now 10 minutes"),
    ("The host ran out of disk space.", "The host was full.", "one says ran out of disk space, the other full"),
    (
        "Dana asked for the figures behind the chart.",
        "Dana kindly asked for the figures.",
        "only one of them says chart, only the other kindly",
    ),
    ("Dana met Ann at Foot Locker.", "Dana met Ann.", "only one of them names Foot Locker"),
    ("No alarms when going live.", "No alerts when going live.", "they deny different words: alarms, alerts"),
    ("Always give the dates of upcoming plans.", "Always give the dates of upcoming calls.", "one says plans, the other calls"),
    ("It broke because Dana paints.", "If Dana draws, it broke.", "one says paints, the other draws"),
]


@pytest.mark.parametrize(("one", "other", "text"), REASONS)
def test_a_reason_quotes_the_sentences(one: str, other: str, text: str) -> None:
    assert text in [finding.text for finding in verdict(one, other).findings]


def test_a_small_no_in_a_sentence_of_other_words_denies_nothing() -> None:
    found = verdict(
        "The nightly import failed because the host ran out of disk space.", "The nightly import broke, the host had no space left."
    )
    assert [f.text for f in found.findings if f.guard == "negation"] == ["only one of them says no"]


CHANGED = [
    ("ended", "update", "Dana works from Istanbul.", "Dana used to work from Istanbul."),
    ("ended", "update", "Dana uses Slack.", "Dana no longer uses Slack."),
    ("done", "update", "Acme plans to open a clinic in Cleveland.", "Acme opened a clinic in Cleveland."),
    ("moved", "update", "Dana lives in Gothenburg.", "Dana moved from Gothenburg to Malmö in September."),
    ("moved", "update", "Acme Foods is on the Pro plan.", "Acme Foods upgraded from Pro to Enterprise."),
    ("moved", "update", "The sprint review is on Wednesdays at 14:00.", "The sprint review moved to Thursdays at 14:00."),
    ("moved", "update", "Raj leads procurement at Pinecrest Clinics.", "Raj left Pinecrest Clinics at the end of September."),
    ("revised", "update", "Acme Foods employs 450 people.", "Acme Foods now has 520 employees."),
    ("name", "update", "Acme hosts its shop on AWS.", "Acme hosts its shop on Azure."),
    ("exclusive", "update", "The shop runs on Postgres.", "The shop runs on Oracle."),
    ("revised", "update", "The goal is to read 10 books in 2024.", "Dana extended the goal to 12 books."),
    ("quantity", "update", "Dana's phone number is +46 70 123 45 67.", "Dana's phone number is +46 70 123 45 76."),
    ("preference", "update", "Dana would rather have written updates than calls.", "Dana prefers calls over written updates now."),
    ("preference", "contradiction", "Dana prefers written updates over calls.", "Dana prefers calls over written updates."),
    ("reversed", "update", "Raj reports to Helen Moss.", "Helen Moss reports to Raj."),
    ("instruction", "different", "If the import fails, check the disk on db-2.", "The import failed because the disk on db-2 was full."),
]


@pytest.mark.parametrize(("guard", "relation", "one", "other"), CHANGED)
def test_a_later_sentence_that_tells_of_a_change_is_no_merge(guard: str, relation: str, one: str, other: str) -> None:
    found = verdict(one, other, days=30)
    assert (found.findings[0].guard, found.relation) == (guard, relation)


def test_what_is_over_on_the_same_day_contradicts() -> None:
    assert verdict("Dana works from Istanbul.", "Dana used to work from Istanbul.").relation == "contradiction"


LEFT_ALONE = [
    ("Dana likes the old food market in Gothenburg.", "Dana moved from Gothenburg to Malmö."),
    ("Dana visited Acme in Gothenburg.", "Dana moved from Gothenburg to Malmö."),
    ("Acme Foods has 450 offices.", "Acme Foods has 520 employees now."),
    ("Ann met Bob at Acme.", "Bob met Ann at Acme."),
    ("Dana works with Ann.", "Dana works with Bob."),
    ("Dana worked at Acme.", "Dana worked at Initech."),
    ("The winter budget for books is $120.", "The spring budget for books was increased to $50."),
    ("The contest for short texts began on April 2.", "The contest for short texts was moved from May 10 to May 25."),
    ("Dana works from Istanbul.", "Dana used to work from Oslo."),
]


@pytest.mark.parametrize(("one", "other"), LEFT_ALONE)
def test_a_change_of_something_else_updates_nothing(one: str, other: str) -> None:
    assert verdict(one, other, days=30).relation not in ("update", "same")


def test_two_events_of_two_days_with_two_values_are_no_update() -> None:
    asked = "Raj asked for a 10% discount before signing.", "Raj asked for a 15% discount before signing."
    assert verdict(*asked, days=35).relation == "different"
    assert verdict("Acme employed 450 people.", "Acme employed 520 people.", days=35).relation == "update"


@pytest.mark.parametrize("other", ["Ask at 5 now.", "Ask at @ now.", "Ask at now.", "Ask at 3 May now."])
def test_a_lone_sign_is_no_quantity(other: str) -> None:
    assert verdict("Ask at # now.", other).relation in ("unsure", "different")


def test_a_phone_number_is_the_same_however_it_is_spaced() -> None:
    assert verdict("Dana's phone number is +46 70 123 45 67.", "Dana's phone number is +46701234567.").relation == "same"
