"""Tell texts, ask questions, see how things hang together."""

from compoundry.client.calls.call import PATH, Call, each, quoted
from compoundry.client.nouns import Body


def tell(content: str, *, context: str, idempotency_key: str) -> Call[str]:
    """Send a text."""
    body = {"content": content, **({"context": context} if context else {})}
    return Call("POST", f"{PATH}/context/text", lambda told: str(told["artifact_id"]), body=body, idempotency_key=idempotency_key)


def artifact(id: str) -> Call[Body]:
    """Ask what became of a text."""
    return Call("GET", f"{PATH}/context/artifacts/{quoted(id)}", dict)


def question(query: str, *, session_id: str) -> Call[Body]:
    """Ask a question."""
    body = {"query": query, **({"session_id": session_id} if session_id else {})}
    return Call("POST", f"{PATH}/context/ask", dict, body=body)


def graph(*, limit: int = 200) -> Call[Body]:
    """Ask how things hang together."""
    return Call("GET", f"{PATH}/graph", dict, query={"limit": limit})


def graph_page(*, limit: int = 200) -> Call[str]:
    """Ask for a picture of it, as an HTML page."""
    return Call("GET", f"{PATH}/graph", str, query={"limit": limit, "format": "html"}, accept="text/html")


def playbooks() -> Call[tuple[Body, ...]]:
    """Ask which playbooks there are."""
    return Call("GET", f"{PATH}/playbooks", lambda body: each(dict, body["data"]))


def one_playbook(id: str) -> Call[Body]:
    """Ask for one playbook, with its Markdown in `content`."""
    return Call("GET", f"{PATH}/playbooks/{quoted(id)}", dict)
