"""Put an audit into words: a headline that doesn't exaggerate, and what it can't tell."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from compoundry.audit.findings import TITLES, Audit, audited
from compoundry.audit.view import store_of
from compoundry.bringing import Report as Read
from compoundry.bringing import lines_of
from compoundry.importers.reading import Reading
from compoundry.text.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Report:
    """Hold an audit with what it was made from."""

    file: str
    format: str
    day: str
    encoder: str
    read: Read
    audit: Audit

    @property
    def headline(self) -> str:
        """Say the most important thing in one sentence."""
        sentences, redundant = self.audit.figures.sentences, self.audit.redundant
        if not sentences:
            return "There is nothing in it that can be read."
        contradicting = len(self.audit.of("contradiction"))
        parts = [f"{redundant:,} of {sentences:,} sentences say what another one says already"] if redundant else []
        parts += (
            [f"{contradicting:,} {'pair contradicts' if contradicting == 1 else 'pairs contradict'} each other"] if contradicting else []
        )
        if parts:
            return f"{', and '.join(parts)}."
        return f"{sentences:,} sentences, none of them surely said twice, none surely contradicted."

    @property
    def caveats(self) -> list[str]:
        """Say what this audit can't tell."""
        return list(_caveats(self))

    def body(self) -> dict[str, Any]:
        """Return everything as JSON."""
        counts = {kind: len(self.audit.of(kind)) for kind in TITLES}
        read = {"lines": self.read.lines, "refused": len(self.read.bad), "left_out": dict(self.read.left_out)}
        about = {"file": self.file, "format": self.format, "encoder": self.encoder, "headline": self.headline}
        figures = {**asdict(self.audit.figures), "redundant": self.audit.redundant}
        findings = [asdict(finding) for finding in self.audit.findings]
        told = {"patterns": list(self.audit.patterns), "notes": list(self.audit.notes), "caveats": self.caveats}
        return {**about, **read, "figures": figures, "counts": counts, "findings": findings, **told}


def report(reading: Reading, name: str, encoder: Encoder, now: datetime, *, encoding: Any, stage: Any) -> Report:
    """Audit what was read; `encoding` hears how many sentences are encoded, `stage` what is done."""
    read = Read(reading.format)
    lines = [(number, one) for number, _, one in lines_of(reading, read)]
    store = store_of(lines, encoder, now, encoding)
    return Report(name, reading.format, f"{now:%Y-%m-%d}", encoder.name, read, audited(store, now, stage))


def _caveats(report: Report) -> Iterator[str]:
    figures, read = report.audit.figures, report.read
    yield (
        f"{read.lines:,} records were read; {figures.sentences:,} went into the audit"
        + (f", {len(read.bad):,} could not be read" if read.bad else "")
        + (f", {read.left_out.total():,} were left out ({_counted(read)})" if read.left_out else "")
        + "."
    )
    yield f"Sentences were compared by {report.encoder}, and then word by word; only those about the same somebody, or about nobody."
    if report.encoder.startswith("hashed"):
        yield "That encoder knows words, not meaning: what is said in other words is missed. Leave --quick out for a better look."
    if missing := figures.sentences - figures.dated:
        yield f"{missing:,} sentences have no date: whether they are old, or overtaken, can’t be told."
    if missing := figures.sentences - figures.sourced:
        yield f"{missing:,} sentences have no source: who said them can’t be weighed, and together they count as one voice."
    yield "The guards against false merges are written for English; in other languages fewer duplicates are found, and more is asked."
    yield "Contradictions are found between sentences that are near each other in words; those told in very different words are missed."
    yield from report.audit.notes


def _counted(read: Read) -> str:
    return ", ".join(f"{count}: {why}" for why, count in read.left_out.most_common())
