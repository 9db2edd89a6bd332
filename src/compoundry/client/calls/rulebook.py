"""Read rules and the playbook, and say how they worked."""

from datetime import datetime

from compoundry.client.calls.call import PAGE, PATH, Call, Page, each, listed, present, quoted, spelled
from compoundry.client.nouns import Body, Rule


def rules(*, limit: int = PAGE, status: str | None = None, as_of: datetime | str | None = None) -> Call[Page[Rule]]:
    """Ask for rules."""
    return listed(f"{PATH}/rules", Rule.read, {"limit": limit, "status": status, "as_of": spelled(as_of)})


def playbook(*, max_tokens: int | None = None, session: str | None = None) -> Call[tuple[Rule, ...]]:
    """Ask for the rules that agents should follow."""
    query = present({"max_tokens": max_tokens, "session": session})
    return Call("GET", f"{PATH}/playbook", lambda body: each(Rule.read, body["rules"]), query=query)


def playbook_page(format: str = "markdown", *, max_tokens: int | None = None, session: str | None = None) -> Call[str]:
    """Ask for the playbook as text."""
    query = present({"format": format, "max_tokens": max_tokens, "session": session})
    return Call("GET", f"{PATH}/playbook", str, query=query, accept="text/markdown")


def report(rule: str, outcome: str, *, session: str, note: str) -> Call[Rule]:
    """Say what following a rule led to."""
    return Call("POST", f"{PATH}/rules/{quoted(rule)}/outcomes", Rule.read, body={"outcome": outcome, "session": session, "note": note})


def reported(rule: str, *, limit: int = 50) -> Call[tuple[Body, ...]]:
    """Ask what was reported of a rule."""
    return Call("GET", f"{PATH}/rules/{quoted(rule)}/outcomes", lambda body: each(dict, body["data"]), query={"limit": limit})


def lift(rule: str) -> Call[Body]:
    """Ask what a rule changes."""
    return Call("GET", f"{PATH}/rules/{quoted(rule)}/lift", dict)


def import_rules(document: str, *, name: str) -> Call[Body]:
    """Send a file of rules."""
    return Call("POST", f"{PATH}/rules/import", dict, body={"document": document, "name": name})


def polish(*, most: int) -> Call[Body]:
    """Ask for better words of rules."""
    return Call("POST", f"{PATH}/rules/polish", dict, body={"most": most})


def why_rule(id: str) -> Call[Body]:
    """Ask where a rule comes from."""
    return Call("GET", f"{PATH}/rules/{quoted(id)}/why", dict)
