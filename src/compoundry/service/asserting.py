"""Check what a workspace asserts before it is kept: an assertion about nothing protects nothing."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from compoundry.canaries import Canaries
from compoundry.errors import Invalid
from compoundry.store.database import Connection
from compoundry.store.lineage import gathered, heirs


def must_protect(connection: Connection, workspace_id: int, asserted: Canaries, settings: Mapping[str, Any]) -> None:
    """Raise Invalid for shares that aren't any, and where the settings given now name insights that can't be protected."""
    if not 0 <= asserted.most_affected <= 1:
        raise Invalid(f"canaries: most_affected is a share from 0 to 1, such as 0.05, not {asserted.most_affected}")
    if asserted.affected_from < 0:
        raise Invalid("canaries: affected_from must be 0 or more")
    pairs, stay = settings.get("never_merge") or (), settings.get("must_stay") or ()
    if odd := [pair for pair in pairs if isinstance(pair, str) or len(set(pair)) != 2 or len(pair) != 2]:
        raise Invalid(f"canaries: never_merge takes pairs of two insight ids, not {odd[0]!r}")
    if odd := [one for one in stay if not isinstance(one, str)]:
        raise Invalid(f"canaries: must_stay takes insight ids, not {odd[0]!r}")
    named = list(dict.fromkeys(chain(stay, *pairs)))
    known = gathered(connection, workspace_id, named)
    if unknown := [id for id in named if id not in known]:
        raise Invalid(f"canaries: there is no insight {unknown[0]!r} here")
    if gone := [id for id in stay if known[id].standing != "active"]:
        raise Invalid(f"canaries: {gone[0]} is {known[gone[0]].standing} already, so it can't stay active")
    now = heirs(connection, workspace_id, named)
    if together := [(one, other) for one, other in pairs if now.get(one, one) == now.get(other, other)]:
        raise Invalid(f"canaries: {together[0][0]} and {together[0][1]} are merged already; unmerge them first")
