"""Read ids that are names: CVE-2021-1732, RFC 9110, ticket OPS-17."""

import re

_NAMED = re.compile(r"([A-Z]{2,10})[-_ ]?(\d[\d.-]*)")


def designated_apart(one: str | None, other: str | None) -> bool:
    """Tell whether two ids name two different things of one series; ids that are only ids name nothing.

    >>> designated_apart("CVE-2021-1732", "CVE-2021-1733"), designated_apart("CVE-2021-1732", "OPS-17")
    (True, False)
    >>> designated_apart("row 17", "row 18"), designated_apart(None, "OPS-17"), designated_apart("OPS-17", "OPS-17")
    (False, False, False)
    """
    first, second = _NAMED.fullmatch(one or ""), _NAMED.fullmatch(other or "")
    return bool(first and second and first.group(1) == second.group(1) and first.group(2) != second.group(2))
