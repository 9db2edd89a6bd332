"""Manage webhooks, and see what was sent."""

from collections.abc import Sequence
from typing import Annotated

import typer

from compoundry.cli import exits
from compoundry.cli.command import ON_A_DESK, command
from compoundry.cli.desk import Desk, open_desk
from compoundry.cli.running import Limit
from compoundry.cli.show import Shown, Table
from compoundry.client.nouns import Body

_hooks = typer.Typer(no_args_is_help=True, help="Send what happens to other servers.")

HookId = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id, as `webhook list` shows it.")]


@command(_hooks, "create", open_desk, ON_A_DESK)
def create(
    desk: Desk,
    to: Annotated[str, typer.Argument(metavar="URL", help="Where messages go: https://… or http://…")],
    kinds: Annotated[str, typer.Option(help="Only these events, with commas between, like run.completed,rule.created; else all.")] = "",
) -> Shown:
    """Send events to a URL from now on, signed by the Standard Webhooks specification."""
    made = desk.create_webhook(to, [kind.strip() for kind in kinds.split(",") if kind.strip()])
    return Shown(made, (f"webhook {made['id']}", *_secret(made)))


@command(_hooks, "list", open_desk, ON_A_DESK)
def list_hooks(desk: Desk) -> Shown:
    """List the webhooks, without their secrets."""
    found = desk.webhooks()
    rows = [(w["id"], "active" if w["active"] else f"stopped: {w['stopped']}", ", ".join(w["kinds"]) or "all", w["url"]) for w in found]
    empty = "no webhooks yet; make one with: compoundry webhook create URL"
    return Shown({"data": list(found)}, (Table(("id", "state", "events", "url"), rows, empty),))


@command(_hooks, "rotate", open_desk, ON_A_DESK)
def rotate(desk: Desk, id: HookId) -> Shown:
    """Give a webhook a new secret; for a day messages are signed with the old one too."""
    made = desk.rotate_webhook(id)
    return Shown(made, _secret(made))


@command(_hooks, "resume", open_desk, ON_A_DESK)
def resume(desk: Desk, id: HookId) -> Shown:
    """Let a webhook that was stopped hear again what happens from now on."""
    return Shown(desk.resume_webhook(id), (f"webhook {id} hears again",))


@command(_hooks, "delete", open_desk, ON_A_DESK)
def delete(desk: Desk, id: HookId) -> Shown:
    """Send nothing more to a webhook, and forget what was sent."""
    desk.delete_webhook(id)
    return Shown({"id": id, "deleted": True}, (f"webhook {id} is deleted",))


@command(_hooks, "test", open_desk, ON_A_DESK)
def test(desk: Desk, id: HookId) -> Shown:
    """Send a message of kind webhook.test, and say what the receiver answered; ends with 6 when it didn't take it."""
    sent = desk.test_webhook(id)
    return Shown(sent, (_said(sent),), exit=exits.DONE if sent["state"] == "delivered" else exits.UNREACHABLE)


@command(_hooks, "deliveries", open_desk, ON_A_DESK)
def deliveries(
    desk: Desk,
    webhook: Annotated[str | None, typer.Option(help="Only to this webhook.")] = None,
    state: Annotated[str | None, typer.Option(help="Only these: waiting, delivered or dead.")] = None,
    limit: Limit = 50,
) -> Shown:
    """List what was sent, newest first."""
    return _listed(desk.deliveries(webhook=webhook, state=state, limit=limit), "nothing was sent yet")


@command(_hooks, "dead", open_desk, ON_A_DESK)
def dead(desk: Desk, webhook: Annotated[str | None, typer.Option(help="Only to this webhook.")] = None, limit: Limit = 50) -> Shown:
    """List what could not be delivered and isn't tried any more."""
    return _listed(desk.deliveries(webhook=webhook, state="dead", limit=limit), "everything has arrived, or is still tried")


@command(_hooks, "redeliver", open_desk, ON_A_DESK)
def redeliver(
    desk: Desk, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Deliveries, as `webhook dead` shows them.")]
) -> Shown:
    """Send deliveries once more, each under the same message id."""
    again = [desk.redeliver(id) for id in ids]
    return Shown({"data": again}, tuple(_said(one) for one in again))


def _secret(made: Body) -> tuple[str, str]:
    return made["secret"], "keep the secret now: it is shown at creation and rotation only"


def _listed(found: Sequence[Body], empty: str) -> Shown:
    rows = [(d["id"], d["type"], d["state"], str(d["attempts"]), d["next_at"], d["answer"]) for d in found]
    return Shown({"data": list(found)}, (Table(("id", "event", "state", "attempts", "next", "answer"), rows, empty),))


def _said(sent: Body) -> str:
    return f"{sent['type']} {sent['id']}: {sent['state']}" + (f"; the receiver said: {sent['answer']}" if sent["answer"] else "")


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(_hooks, name="webhook")
