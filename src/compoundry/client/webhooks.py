"""Describe the calls about webhooks."""

from collections.abc import Sequence

from compoundry.client.calls import PATH, Call, quoted
from compoundry.client.nouns import Body


def create(url: str, *, kinds: Sequence[str]) -> Call[Body]:
    """Have events sent to a URL."""
    return Call("POST", f"{PATH}/webhooks", dict, body={"url": url, "kinds": list(kinds)})


def known() -> Call[tuple[Body, ...]]:
    """Ask for the webhooks."""
    return Call("GET", f"{PATH}/webhooks", lambda body: tuple(body["data"]))


def act(id: str, verb: str) -> Call[Body]:
    """Rotate the secret of a webhook, resume it, or test it."""
    return Call("POST", f"{PATH}/webhooks/{quoted(id)}/{verb}", dict)


def delete(id: str) -> Call[None]:
    """Delete a webhook."""
    return Call("DELETE", f"{PATH}/webhooks/{quoted(id)}", lambda body: None)


def sent(*, webhook: str | None = None, state: str | None = None, limit: int = 50) -> Call[tuple[Body, ...]]:
    """Ask what was sent."""
    asked = {"webhook": webhook, "state": state, "limit": limit}
    query = {name: value for name, value in asked.items() if value is not None}
    return Call("GET", f"{PATH}/deliveries", lambda body: tuple(body["data"]), query=query)


def delivery(id: str) -> Call[Body]:
    """Ask for one delivery."""
    return Call("GET", f"{PATH}/deliveries/{quoted(id)}", dict)


def redeliver(id: str) -> Call[Body]:
    """Have a delivery sent once more."""
    return Call("POST", f"{PATH}/deliveries/{quoted(id)}/redeliver", dict)
