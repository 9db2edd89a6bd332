"""Print what happened in the demo."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from compoundry.demo.play import Story

SHOWN = 3
PATTERNS_SHOWN = 12
RULES_SHOWN = 4_000
_COUNTS = ("insights_scanned", "insights_affected", "candidates_created", "errors", "duration_ms")


def jobs_table(console: Console, stories: Sequence["Story"]) -> None:
    """Print the counts of each job, over all workspaces."""
    table = Table(
        "job",
        "status",
        "scanned",
        "affected",
        "created",
        "errors",
        "ms",
        title=f"Five jobs in {len(stories)} workspace(s)",
        title_justify="left",
    )
    for job_type in stories[0].ended:
        ended = [story.ended[job_type] for story in stories]
        statuses = ", ".join(sorted({run["status"] for run in ended}))
        table.add_row(job_type, statuses, *(str(sum(run[name] for run in ended)) for name in _COUNTS))
        for run in (run for run in ended if run["status"] == "failed"):
            console.print(f"[red]{job_type} failed:[/] {escape(run['error_details']['message'])}")
    console.print(table)


def merges(console: Console, stories: Sequence["Story"]) -> None:
    """Print a few merges with both sentences and the reason; those in other words first."""
    _title(console, "Merged, because it is surely the same fact")
    made = [(story, change, *_both(story, change)) for story, change in _changes(stories, "consolidation", "merge")]
    for _, change, gone, kept in sorted(made, key=lambda m: m[2].strip(".!”").casefold() == m[3].strip(".!”").casefold())[:SHOWN]:
        console.print(f"  {gone}\n  → {kept}\n    [dim]{escape(change['why']['text'])}[/]\n")
    _rest(console, len(made) - SHOWN, "merges")


def _both(story: "Story", change: dict[str, Any]) -> tuple[str, str]:
    edit = change["edits"][0]
    return _said(story, edit["id"]), _said(story, edit["after"]["merged_into"])


def refusals(console: Console, stories: Sequence["Story"]) -> None:
    """Print a few pairs that look alike and were not merged, with the reason."""
    _title(console, "Not merged by itself: a person decides, or it is another fact")
    for story, told in _some(_refused(stories)):
        about = " | ".join(_said(story, id) for id in told["subjects"])
        console.print(f"  {about}\n    [dim]{escape(told['because'])}[/]\n")


def patterns(console: Console, stories: Sequence["Story"]) -> None:
    """Print the patterns, those with the most support first."""
    _title(console, "Patterns")
    found = sorted((p for story in stories for p in story.desk.everything("/patterns")), key=lambda p: -p["support"])
    for pattern in found[:PATTERNS_SHOWN]:
        console.print(f"  {escape(pattern['label'])}  [dim]({pattern['kind']}, {pattern['trend']})[/]")
    _rest(console, len(found) - PATTERNS_SHOWN, "patterns")


def playbook(console: Console, stories: Sequence["Story"]) -> None:
    """Print the playbook of the first workspace as agents get it."""
    _title(console, "The playbook, as Markdown")
    text = stories[0].desk.http.get("/playbook", headers={"Accept": "text/markdown"}).text
    console.print(text[:RULES_SHOWN], markup=False, highlight=False)


def decayed(console: Console, stories: Sequence["Story"]) -> None:
    """Print what is believed less than before."""
    _title(console, "Believed less, because nothing has reinforced it")
    faded = sorted(_changes(stories, "decay_sweep", "believe"), key=lambda pair: pair[1]["edits"][0]["after"]["confidence"])
    for story, change in faded[:SHOWN]:
        edit, why = change["edits"][0], escape(change["why"]["text"])
        console.print(
            f"  {edit['before']['confidence']:.2f} → {edit['after']['confidence']:.2f}  {_said(story, edit['id'])}  [dim]{why}[/]"
        )
    _rest(console, len(faded) - SHOWN, "insights")


def hashes(console: Console, stories: Sequence["Story"]) -> None:
    """Print that reverting restored the first state."""
    _title(console, "Everything taken back")
    for story in stories:
        first, worked, last = (h[:16] for h in story.hashes)
        verdict = "[green]the same as before[/]" if first == last else "[red]NOT the same[/]"
        console.print(f"  {escape(story.name)}: loaded {first}, after the jobs {worked}, after reverting {last}: {verdict}")


def _changes(stories: Sequence["Story"], job_type: str, kind: str) -> Iterator[tuple["Story", dict[str, Any]]]:
    for story in stories:
        for change in story.desk.everything(f"/compounding/jobs/{story.ended[job_type]['job_run_id']}/changes"):
            if change["change"] == kind:
                yield story, change


def _refused(stories: Sequence["Story"]) -> Iterator[tuple["Story", dict[str, Any]]]:
    for story in stories:
        for asked in story.desk.everything("/candidates"):
            if asked["kind"] in ("merge", "update", "contradiction"):
                yield story, {"subjects": asked["subjects"], "because": asked["reason"]["text"]}


def _some(found: Iterable[tuple["Story", dict[str, Any]]]) -> list[tuple["Story", dict[str, Any]]]:
    """Choose a few, each with another reason as far as there are enough."""
    everything = list(found)
    first = {_why(told): (story, told) for story, told in reversed(everything)}
    chosen = list(first.values())[::-1]
    return (chosen + [pair for pair in everything if pair not in chosen])[:SHOWN]


def _why(told: dict[str, Any]) -> str:
    return str(told.get("because") or told["why"]["code"])


def _said(story: "Story", id: str) -> str:
    return f"“{escape(story.desk.get(f'/insights/{id}')['content'])}”"


def _title(console: Console, title: str) -> None:
    console.print(f"\n[bold]{title}[/]")


def _rest(console: Console, more: int, noun: str) -> None:
    if more > 0:
        console.print(f"  [dim]… and {more} more {noun}[/]")
