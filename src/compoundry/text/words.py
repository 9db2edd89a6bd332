"""Cut a sentence into words, and bring each to the form under which it is compared."""

import re
import unicodedata
from functools import lru_cache

from compoundry.text.lexicon import CONTRACTIONS, ENDINGS, IRREGULAR, NUMBERED, PAST, SYNONYMS
from compoundry.text.signs import TOKENS, spelled

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": " , ", "−": "-", " ": " "})
_TOKEN = re.compile(
    r"\+\d{7,}|\b[^\W\d_]{1,2}(?:\+{1,2}|#|-)(?!\w)|[$€£¥#@]|\d(?:[\d.,:/-]*\d(?:\.\d+)?)?(?:\+(?!\w))?|[^\W\d_]+(?:['.&][^\W\d_]+)*|%|[,;:()?]|"
    + TOKENS
)
_BARE = re.compile(r"(?<![\w.,)])\.(?=\d)")  # .5 is 0.5
_DIALLED = re.compile(r"(?<![\w+])\+\d(?:[ ()./-]*\d){6,14}(?!\w)")
_LONE = re.compile(r"([AaI])([.,;:!?)\"']*)")
_WIDE = {"#": "\uff03", "@": "\uff20"}  # as themselves they begin quantities and dates that were read
_LETTERS = ("A", "a", "I")
_BEGINS = frozenset(".!?:;\"'(-,")
_CAPITALS = {"US": "USA", "U.S": "USA", "U.S.A": "USA", "IT": "I.T", "WHO": "W.H.O"}  # without their capitals they are small words
_GLUED = re.compile(r"(?<=\d)(?=[a-zµ])|(?<=[a-z])-(?=[a-z])", re.IGNORECASE)
_SPELLING = (
    (re.compile(r"isation"), "ization"),
    (re.compile(r"(?<=[a-z]{3})is(e|ed|es|ing)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{2})our(?=$|s$|ed$|ing$|ite)"), "or"),
)
_SILENT = re.compile(r"(?:[aeiou](?:v|z|c|g)|[lnr](?:c|g|v|s)|[aeiou]s|u|dl|tl|bl|pl|gl|ckl|[^aeiou]iz|at|[^aeiouw][aiou][ktrmpnd])$")
_SOUNDED = re.compile(r"(?:[aeiou]{2}[ktrmpnd]|er|en|on|or|om|it|et|ot|op|lp|ist|ocus)$")


def plain(sentence: str) -> str:
    """Write a sentence with plain quotes, dashes, signs and compatible letters.

    >>> plain("It’s  10 km"), plain("−5 or ≥ ½")
    ("It's 10 km", '-5 or >= 0.5')
    """
    return " ".join(unicodedata.normalize("NFKC", spelled(sentence)).translate(_QUOTES).split())


def cut(sentence: str) -> list[str]:
    """Cut a plain sentence into words with their capitals, contractions written out.

    >>> cut("Dana can't reach Bob's e-mail.")
    ['Dana', 'can', 'not', 'reach', 'Bob', 'email']
    >>> cut("Is O+ rare in the US? Does C++ help us get an IT job?")
    ['Is', 'O+', 'rare', 'in', 'the', 'USA', '?', 'Does', 'C++', 'help', 'us', 'get', 'an', 'I.T', 'job', '?']
    >>> cut("Call +46 70 123 45 67 or +46-(0)70-1234567.")
    ['Call', '+46701234567', 'or', '+460701234567']
    >>> cut("Is hepatitis A in plan A? A test of USB-A is a must.")
    ['Is', 'hepatitis', 'A.', 'in', 'plan', 'A.', '?', 'A', 'test', 'of', 'USB', 'A.', 'is', 'a', 'must']
    >>> cut("At -5°C or > .5 it works 👍, pre-2020 too.")
    ['At', '-', '5', 'C', 'or', '>', '0.5', 'it', 'works', '👍', ',', 'pre', '2020', 'too']
    """
    words: list[str] = []
    before = "."
    chunks = _DIALLED.sub(lambda dialled: f"+{re.sub('[^0-9]', '', dialled.group())}", plain(sentence)).split(" ")
    for at, chunk in enumerate(chunks):
        lone = _LONE.fullmatch(chunk) if len(chunk) < 4 and chunk[:1] in _LETTERS else None
        if lone and _names(chunk, before, last=at + 1 == len(chunks)):
            words += [f"{lone[1].upper()}.", *lone[2].strip(".!\"'")]
        else:
            words += _pieces(chunk)
        before = chunk
    return [_CAPITALS.get(word, word) for word in words] if any(word.islower() for word in words) else words


def _names(chunk: str, before: str, *, last: bool) -> bool:
    """Tell the letter that names (hepatitis A, type I) from the article and the pronoun: these begin something, and aren't capital within.

    >>> _names("A", "hepatitis", last=False), _names("a.", "plan", last=True), _names("A", "works.", last=False)
    (True, True, False)
    """
    if chunk[0] in "Ii":
        return chunk[0] == "I" and before.lower() in NUMBERED
    return last or len(chunk) > 1 or (chunk == "A" and before[-1:] not in _BEGINS)


@lru_cache(maxsize=65536)
def _pieces(chunk: str) -> tuple[str, ...]:
    """Cut what stands between two spaces."""
    bare = chunk.strip('.,;:!?"()[]')
    text = CONTRACTIONS.get(bare.lower()) or chunk
    for ending, full in ENDINGS.items() if "'" in text else ():
        if text.lower().rstrip('.,;:!?"').endswith(ending):
            at = text.lower().rindex(ending)
            text = text[:at] + full + text[at + len(ending) :]
    text = re.sub(r"'s\b|s'(?=\W|$)", lambda m: "s" if m.group() == "s'" else "", text)
    found = tuple(w.rstrip(".,:/-") if w[0].isdigit() else w for w in _TOKEN.findall(_GLUED.sub(" ", _BARE.sub("0.", text))))
    joined = sum(w[0].isalnum() for w in found) > 1
    return tuple("A." if joined and w in ("A", "a") else _WIDE.get(w, w) for w in found)  # USB-A, 5(a): no article


@lru_cache(maxsize=65536)
def lemma(word: str) -> str:
    """Bring a word to its plain form: inflection and spelling taken off.

    >>> [lemma(w) for w in ("went", "cities", "stopped", "making", "boxes", "organised", "classes", "bus", "used")]
    ['go', 'city', 'stop', 'make', 'box', 'organize', 'class', 'bus', 'use']
    """
    low = word.lower()
    if low in IRREGULAR:
        return IRREGULAR[low]
    for pattern, better in _SPELLING:
        low = pattern.sub(better, low) if len(low) > 5 else low
    return _without_ending(low)


@lru_cache(maxsize=65536)
def sense(word: str) -> str:
    """Bring a word to the form shared by the words that mean the same.

    >>> sense("purchased") == sense("buys"), sense("cats") == sense("dogs")
    (True, False)
    """
    plain_form = lemma(word)
    return SYNONYMS.get(plain_form, plain_form)


@lru_cache(maxsize=65536)
def past(word: str) -> bool:
    """Tell whether a word tells of the past.

    >>> [past(w) for w in ("went", "walked", "bed", "walks")]
    [True, True, False, False]
    """
    low = word.lower()
    return low in PAST or (low.endswith("ed") and lemma(low) != low)


def _without_ending(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("zzes", "zz")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s"):
        return word[:-1]
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and re.search("[aeiouy]", word[: -len(ending)]) and len(word) > len(ending) + 2:
            return _restored(word[: -len(ending)])
    return word


def _restored(stem: str) -> str:
    """Give a stem its final letters back: stopp → stop, mak → make.

    >>> [_restored(s) for s in ("stopp", "mak", "call", "plann", "walk", "organiz", "paint", "argu", "lov")]
    ['stop', 'make', 'call', 'plan', 'walk', 'organize', 'paint', 'argue', 'love']
    """
    if len(stem) > 2 and stem[-1] == stem[-2]:
        return stem if stem[-1] in "lsfz" else stem[:-1]
    return stem + "e" if _SILENT.search(stem) and not _SOUNDED.search(stem) else stem
