"""Read ids that name things in the world: CVE-2021-1732, RFC 9110."""

import re

_REGISTERS = "CVE|CWE|CAPEC|GHSA|CPE|USN|RHSA|DSA|RFC|PEP|JEP|ISO|IEC|EN|DIN|ASTM|IEEE|ISBN|ISSN|DOI|PMID|PMCID|ARXIV|ORCID|CAS|UN|NCT"
_NAMED = re.compile(rf"({_REGISTERS})[-_ :]?((?=[\w./-]*\d)[\w./-]+)")


def designated_apart(one: str | None, other: str | None) -> bool:
    """Tell whether two ids name two different things of one public register; what only counts rows names nothing.

    >>> designated_apart("CVE-2021-1732", "CVE-2021-1733"), designated_apart("CVE-2021-1732", "RFC 9110")
    (True, False)
    >>> designated_apart("MEM-17", "MEM-18"), designated_apart(None, "RFC 9110"), designated_apart("RFC 9110", "RFC 9110")
    (False, False, False)
    """
    first, second = _NAMED.fullmatch(one or ""), _NAMED.fullmatch(other or "")
    return bool(first and second and first.group(1) == second.group(1) and first.group(2) != second.group(2))
