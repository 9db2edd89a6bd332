"""Make HTML pages that a strict policy lets pass: no script, no network, one style named by its hash."""

import base64
import hashlib
from html import escape
from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2330;--paper:#fff;--dim:#5b6676;--line:#c9d1dc;--entity:#2458c5;--insight:#b86e00;--clash:#c22f2f}
@media(prefers-color-scheme:dark){:root{--ink:#e7ebf2;--paper:#12161d;--dim:#9aa6b8;--line:#39424f;--entity:#8ab0ff;--insight:#f0b45a;--clash:#ff8080}}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.4rem;margin:0 0 .25rem}p{margin:.25rem 0;color:var(--dim)}
svg{width:100%;height:auto;border:1px solid var(--line);border-radius:8px;margin:1rem 0}
svg line{stroke:var(--line);stroke-width:1}svg line.related_to{stroke:var(--insight);stroke-width:1.5}
svg line.contradicts{stroke:var(--clash);stroke-width:2.5;stroke-dasharray:6 4}
svg circle.entity{fill:var(--entity)}svg circle.insight{fill:var(--insight)}
svg text{fill:var(--ink);font-size:13px;text-anchor:middle;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg a:focus circle,svg a:hover circle{stroke:var(--ink);stroke-width:3}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600}tr:target{outline:3px solid var(--insight)}
td:last-child{white-space:nowrap}.clash{color:var(--clash)}
"""
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(title: str, body: str) -> str:
    """Put a body, which must be escaped already, into a page; the policy stands in the page too, for when it is a file."""
    policy = POLICY.replace("; frame-ancestors 'none'", "")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{body}</body></html>\n"
    )
