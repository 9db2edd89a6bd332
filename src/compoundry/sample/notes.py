"""Hold the sentences of the sample: invented people, invented companies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Note:
    """Hold one sentence, whom it is about, its type, and how sure its writer was."""

    content: str
    about: tuple[str, ...]
    type: str = "fact"
    confidence: float = 0.7


COMPANIES: Final = (
    "Northwind Freight", "Lakeside Dental", "Hillcrest Foods", "Bellwood Energy",
    "Harbor & Finch", "Quarry Road Media", "Tamsin Labs", "Oak Street Credit",
)  # fmt: skip
PEOPLE: Final = (
    "Dana Reyes", "Miguel Santos", "Priya Nair", "Tom Becker", "Aisha Diallo", "Jonas Weber",
    "Lucy Chen", "Omar Haddad", "Rosa Lindqvist", "Victor Hale", "Grace Okafor", "Ben Sato",
)  # fmt: skip

FACTS: Final = (
    (
        Note("Dana Reyes prefers email over phone calls.", ("Dana Reyes",), "preference", 0.8),
        Note("Dana Reyes prefers e-mail over phone calls", ("Dana Reyes",), "preference", 0.75),
        Note("Dana Reyes prefers emails to phone calls.", ("Dana Reyes",), "preference", 0.7),
    ),
    (
        Note("Priya Nair is the head of data at Tamsin Labs.", ("Priya Nair", "Tamsin Labs"), "role_detail", 0.9),
        Note("Priya Nair is head of data at Tamsin Labs", ("Priya Nair", "Tamsin Labs"), "role_detail", 0.85),
    ),
    (
        Note("Tom Becker doesn't drink coffee.", ("Tom Becker",), "preference"),
        Note("Tom Becker does not drink coffee", ("Tom Becker",), "preference"),
    ),
    (
        Note("Northwind Freight has 200 drivers.", ("Northwind Freight",), "characteristic", 0.8),
        Note("Northwind Freight has two hundred drivers.", ("Northwind Freight",), "characteristic", 0.8),
    ),
    (
        Note("Aisha Diallo is allergic to peanuts.", ("Aisha Diallo",), "characteristic", 0.9),
        Note("Aisha Diallo is allergic to peanuts!", ("Aisha Diallo",), "characteristic", 0.9),
    ),
    (
        Note("Lakeside Dental uses our API for appointment reminders.", ("Lakeside Dental",), "behavior", 0.8),
        Note("Lakeside Dental is using our API for its appointment reminders.", ("Lakeside Dental",), "behavior", 0.75),
    ),
    (
        Note("Jonas Weber signs every contract over 50,000 euros himself.", ("Jonas Weber",), "role_detail", 0.85),
        Note("Jonas Weber himself signs every contract over €50,000.", ("Jonas Weber",), "role_detail", 0.8),
    ),
    (
        Note("Grace Okafor likes to start meetings on time.", ("Grace Okafor",), "preference"),
        Note("Grace Okafor likes starting meetings on time.", ("Grace Okafor",), "preference"),
    ),
    (
        Note("Bellwood Energy pays its invoices within 30 days.", ("Bellwood Energy",), "behavior", 0.8),
        Note("Bellwood Energy pays invoices within 30 days", ("Bellwood Energy",), "behavior", 0.7),
    ),
    (
        Note("Lucy Chen works from Taipei.", ("Lucy Chen",), "characteristic", 0.85),
        Note("Lucy Chen is working from Taipei.", ("Lucy Chen",), "characteristic", 0.7),
    ),
    (
        Note("Omar Haddad wants a weekly summary on his desk.", ("Omar Haddad",), "preference"),
        Note("Omar Haddad wants weekly summaries on his desk.", ("Omar Haddad",), "preference"),
    ),
    (
        Note("Hillcrest Foods hosts its servers in Frankfurt.", ("Hillcrest Foods",), "characteristic", 0.9),
        Note("Hillcrest Foods hosts its servers in Frankfurt.", ("Hillcrest Foods",), "characteristic", 0.8),
    ),
)

LOOKALIKES: Final = (
    (Note("Lakeside Dental opened 12 clinics.", ("Lakeside Dental",)), Note("Lakeside Dental opened 21 clinics.", ("Lakeside Dental",))),
    (Note("Harbor & Finch closed ticket #260.", ("Harbor & Finch",)), Note("Harbor & Finch closed ticket #480.", ("Harbor & Finch",))),
    (Note("Victor Hale reports to Rosa Lindqvist.", ("Victor Hale", "Rosa Lindqvist"), "relationship"),
     Note("Rosa Lindqvist reports to Victor Hale.", ("Victor Hale", "Rosa Lindqvist"), "relationship")),
    (Note("Ben Sato is available on Tuesdays.", ("Ben Sato",)), Note("Ben Sato is available on Thursdays.", ("Ben Sato",))),
    (Note("Quarry Road Media renewed its contract in 2024.", ("Quarry Road Media",), "milestone"),
     Note("Quarry Road Media renewed its contract in 2025.", ("Quarry Road Media",), "milestone")),
    (Note("Oak Street Credit approved the security review.", ("Oak Street Credit",), "milestone"),
     Note("Oak Street Credit has not approved the security review.", ("Oak Street Credit",))),
    (Note("Grace Okafor is open to a longer contract.", ("Grace Okafor",)),
     Note("Grace Okafor is open to a shorter contract.", ("Grace Okafor",))),
    (Note("Tom Becker plans to visit the Berlin office.", ("Tom Becker",)),
     Note("Tom Becker visited the Berlin office.", ("Tom Becker",), "activity")),
    (Note("Miguel Santos introduced Lucy Chen to Omar Haddad.", ("Miguel Santos", "Lucy Chen", "Omar Haddad"), "relationship"),
     Note("Lucy Chen introduced Miguel Santos to Omar Haddad.", ("Miguel Santos", "Lucy Chen", "Omar Haddad"), "relationship")),
    (Note("Bellwood Energy needs the audit log before launch.", ("Bellwood Energy",)),
     Note("Bellwood Energy needs the audit log after launch.", ("Bellwood Energy",))),
)  # fmt: skip

OLD: Final = (
    (Note("Hillcrest Foods is trying out a competitor's dashboard.", ("Hillcrest Foods",), "activity", 0.6),),
    (Note("Victor Hale might be interested in a reseller deal.", ("Victor Hale",), "opportunity", 0.4),),
    (Note("Oak Street Credit is short of two engineers.", ("Oak Street Credit",), "activity", 0.5),),
    (Note("Rosa Lindqvist is busy with the spring fair.", ("Rosa Lindqvist",), "activity", 0.6),),
    (Note("Quarry Road Media may move its archive to us.", ("Quarry Road Media",), "opportunity", 0.35),),
    (Note("Ben Sato is learning Portuguese.", ("Ben Sato",), "activity", 0.6),),
)

UPDATES: Final = (
    (330.0, Note("Miguel Santos lives in Madrid.", ("Miguel Santos",), "characteristic", 0.8)),
    (40.0, Note("Miguel Santos lives in Lisbon now.", ("Miguel Santos",), "characteristic", 0.85)),
    (280.0, Note("Rosa Lindqvist is a product manager at Bellwood Energy.", ("Rosa Lindqvist", "Bellwood Energy"), "role_detail", 0.8)),
    (
        35.0,
        Note("Rosa Lindqvist is now the chief of staff at Bellwood Energy.", ("Rosa Lindqvist", "Bellwood Energy"), "role_detail", 0.85),
    ),
    (200.0, Note("Tamsin Labs is on the Starter plan.", ("Tamsin Labs",), "characteristic", 0.9)),
    (25.0, Note("Tamsin Labs is on the Business plan.", ("Tamsin Labs",), "characteristic", 0.9)),
)

CONTRADICTIONS: Final = (
    (95.0, Note("Jonas Weber likes being called without notice.", ("Jonas Weber",), "preference", 0.5)),
    (88.0, Note("Jonas Weber dislikes being called without notice.", ("Jonas Weber",), "preference", 0.7)),
    (120.0, Note("Omar Haddad eats meat.", ("Omar Haddad",), "characteristic", 0.5)),
    (60.0, Note("Omar Haddad never eats meat.", ("Omar Haddad",), "characteristic", 0.7)),
)

LESSONS: Final = (
    (150.0, Note("When the export job times out, restart the queue worker before anything else.", ("Northwind Freight",), "lesson", 0.8)),
    (90.0, Note("If a customer asks for a refund, check the usage report first.", (), "lesson", 0.75)),
    (75.0, Note("Never deploy the billing service on a Friday.", (), "lesson", 0.85)),
    (45.0, Note("Always send Oak Street Credit the contract as a PDF.", ("Oak Street Credit",), "lesson", 0.8)),
    (30.0, Note("When a webhook fails twice, rotate its secret and tell the customer.", (), "lesson", 0.7)),
)

THEMES: Final = (
    (
        ("Northwind Freight", "Northwind Freight complains that exporting reports takes too long."),
        ("Lakeside Dental", "Lakeside Dental says the report export is far too slow."),
        ("Hillcrest Foods", "Hillcrest Foods is unhappy about slow report exports."),
        ("Bellwood Energy", "Bellwood Energy waited twenty minutes for a report export."),
        ("Tamsin Labs", "Tamsin Labs finds exporting large reports painfully slow."),
        ("Quarry Road Media", "Quarry Road Media complained again that report exports are slow."),
    ),
    (
        ("Oak Street Credit", "Oak Street Credit asks for single sign-on with Okta."),
        ("Harbor & Finch", "Harbor & Finch wants single sign-on before rolling out to everyone."),
        ("Bellwood Energy", "Bellwood Energy requests single sign-on for its staff."),
        ("Lakeside Dental", "Lakeside Dental would like to log in by single sign-on."),
        ("Tamsin Labs", "Tamsin Labs needs single sign-on to pass its audit."),
    ),
    (
        ("Harbor & Finch", "Harbor & Finch found the last invoice confusing."),
        ("Quarry Road Media", "Quarry Road Media doesn't understand the invoice for extra seats."),
        ("Northwind Freight", "Northwind Freight asked support to explain its invoice."),
        ("Oak Street Credit", "Oak Street Credit says our invoices are hard to understand."),
    ),
)

HABITS: Final[tuple[tuple[float, float, int, int, Callable[[int], Note]], ...]] = (
    (170.0, 21.0, 7, 3, lambda n: Note(
        ("Dana Reyes moved the Friday meeting to Monday.", "Dana Reyes rescheduled the Friday meeting.",
         "Dana Reyes pushed Friday's meeting to next week.")[n % 3],
        ("Dana Reyes",), "behavior", 0.8)),
    (140.0, 14.0, 8, 0, lambda n: Note(
        ("Priya Nair asked for the raw numbers behind the chart.", "Priya Nair wanted to see the raw numbers.",
         "Priya Nair asked to get the raw numbers as a CSV file.", "Priya Nair again asked for the raw numbers.")[n % 4],
        ("Priya Nair",), "behavior", 0.75)),
)  # fmt: skip

SEQUENCES: Final = (
    ("Northwind Freight", "Northwind Freight got an extended trial.", "Northwind Freight signed the annual plan."),
    ("Lakeside Dental", "Lakeside Dental had its trial extended.", "Lakeside Dental signed an annual plan."),
    ("Tamsin Labs", "Tamsin Labs received a trial extension.", "Tamsin Labs signed up for the annual plan."),
    ("Harbor & Finch", "Harbor & Finch got two more weeks of trial.", "Harbor & Finch signed the annual plan."),
)

ONCE: Final = (
    Note("Northwind Freight runs its own warehouse in Rotterdam.", ("Northwind Freight",), "characteristic"),
    Note("Northwind Freight was founded by two sisters.", ("Northwind Freight",), "identity"),
    Note("Lakeside Dental stores patient letters for ten years.", ("Lakeside Dental",), "behavior"),
    Note("Lakeside Dental changed its logo to a blue wave.", ("Lakeside Dental",), "milestone"),
    Note("Hillcrest Foods buys its packaging from a co-operative.", ("Hillcrest Foods",), "relationship"),
    Note("Hillcrest Foods freezes releases during the harvest.", ("Hillcrest Foods",), "behavior"),
    Note("Bellwood Energy operates four wind parks.", ("Bellwood Energy",), "characteristic"),
    Note("Bellwood Energy asked for a Spanish user interface.", ("Bellwood Energy",), "opportunity"),
    Note("Harbor & Finch designs hotel interiors.", ("Harbor & Finch",), "identity"),
    Note("Harbor & Finch keeps its mood boards in our wiki.", ("Harbor & Finch",), "behavior"),
    Note("Quarry Road Media produces two podcasts about geology.", ("Quarry Road Media",), "characteristic"),
    Note("Quarry Road Media lost its archivist in spring.", ("Quarry Road Media",), "risk"),
    Note("Tamsin Labs tests sensors for greenhouses.", ("Tamsin Labs",), "identity"),
    Note("Tamsin Labs won a grant for battery research.", ("Tamsin Labs",), "milestone"),
    Note("Oak Street Credit serves some forty villages.", ("Oak Street Credit",), "characteristic"),
    Note("Oak Street Credit forbids screenshots of customer files.", ("Oak Street Credit",), "behavior"),
)

TOPICS: Final = (
    ("preference", "{} would rather read a document than sit through slides."),
    ("characteristic", "{} plays the cello in an amateur orchestra."),
    ("behavior", "{} answers within the hour in the morning and hardly ever at night."),
    ("characteristic", "{} has twin daughters who just started school."),
    ("preference", "{} asks for metric units in every drawing."),
    ("relationship", "{} used to share an office with our first investor."),
    ("activity", "{} is rewriting the onboarding checklist."),
    ("opportunity", "{} hinted at a budget for training next year."),
    ("behavior", "{} brings printed notes to each review."),
    ("characteristic", "{} speaks fluent Italian thanks to a childhood in Trieste."),
    ("risk", "{} is worried about the new retention law."),
    ("activity", "{} is preparing a talk about observability."),
    ("preference", "{} likes bad news early and without decoration."),
    ("characteristic", "{} cycles to work in any weather."),
    ("milestone", "{} finished a night course in statistics."),
    ("fact", "{} keeps the only spare key to the server room."),
    ("role_detail", "{} approves vacation requests for the design group."),
    ("preference", "{} can't stand background music in calls."),
    ("behavior", "{} double-checks every figure in a quarterly report."),
    ("activity", "{} is looking for a caterer for the summer party."),
    ("relationship", "{} mentors two interns from the local college."),
    ("opportunity", "{} knows the organisers of the harbour conference."),
    ("characteristic", "{} grew up on a sheep farm."),
    ("fact", "{} owns the domain of the old product name."),
)

DETAILS: Final = (
    ("identity", "{} comes from {}.", ("Ghent", "Porto", "Leeds", "Graz", "Oulu", "Bari")),
    ("preference", "{} swears by {}.", ("fountain pens", "standing desks", "paper calendars", "a walking pad", "dark mode")),
    ("activity", "{} is reading a book about {}.", ("lighthouses", "Mongolia", "game theory", "bees", "the history of zero")),
    ("behavior", "{} never books a meeting {}.", ("before ten", "on a train", "longer than half an hour", "without an agenda")),
)
