"""Draw the graph of a workspace: a picture, and below it every sentence, so that nothing depends on seeing."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from html import escape

from compoundry.pictures.layout import placed
from compoundry.pictures.page import page
from compoundry.service.graph import Edge, Graph, Node

WIDTH, HEIGHT, MARGIN = 1200, 760, 60
_LABEL = 28


def drawn(found: Graph, *, title: str = "What is known, and how it hangs together") -> str:
    """Return an HTML page; it needs no network and no script, and all stored text is escaped."""
    said = [node for node in found.nodes if node.confidence is not None]
    entities = len(found.nodes) - len(said)
    clashes = sum(edge.predicate == "contradicts" for edge in found.edges)
    left = f"; {found.left_out} older insights left out" if found.left_out else ""
    head = f"<h1>{escape(title)}</h1><p>{entities} entities, {len(said)} insights, {clashes} open contradictions{left}.</p>"
    legend = "<p>Blue: who or what it is about. Orange: an insight. A dashed red line: they contradict each other.</p>"
    return page(title, f"<main>{head}{legend}{_picture(found)}{_table(said, found.edges, {n.id: n for n in found.nodes})}</main>")


def _picture(found: Graph) -> str:
    place = {node.id: n for n, node in enumerate(found.nodes)}
    at = placed(len(found.nodes), [(place[e.source], place[e.target]) for e in found.edges])
    spots = [(MARGIN + x * (WIDTH - 2 * MARGIN), MARGIN + y * (HEIGHT - 2 * MARGIN)) for x, y in at.tolist()]
    degree = Counter(end for edge in found.edges for end in (edge.source, edge.target))
    lines = [_line(edge, spots[place[edge.source]], spots[place[edge.target]]) for edge in found.edges]
    dots = [_dot(node, spot, degree[node.id]) for node, spot in zip(found.nodes, spots, strict=True)]
    names = [_name(node, spot, degree[node.id]) for node, spot in zip(found.nodes, spots, strict=True) if node.confidence is None]
    label = f"A graph of {len(found.nodes)} nodes and {len(found.edges)} edges; the table below says the same"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join([*lines, *dots, *names])}</svg>'


def _line(edge: Edge, start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<line class="{edge.predicate}" x1="{start[0]:.0f}" y1="{start[1]:.0f}" x2="{end[0]:.0f}" y2="{end[1]:.0f}"/>'


def _dot(node: Node, spot: tuple[float, float], degree: int) -> str:
    x, y = spot
    if node.confidence is None:
        return f'<circle class="entity" cx="{x:.0f}" cy="{y:.0f}" r="{_radius(degree):.0f}"><title>{escape(node.name)}</title></circle>'
    dot = f'<circle class="insight" cx="{x:.0f}" cy="{y:.0f}" r="6"><title>{escape(node.name)}</title></circle>'
    return f'<a href="#{escape(_anchor(node.id))}" aria-label="{escape(node.name)}">{dot}</a>'


def _name(node: Node, spot: tuple[float, float], degree: int) -> str:
    """Write an entity's name over all dots and lines."""
    return f'<text x="{spot[0]:.0f}" y="{spot[1] - _radius(degree) - 4:.0f}">{escape(_short(node.name))}</text>'


def _radius(degree: int) -> float:
    return min(26.0, 7 + 2 * math.sqrt(degree))


def _table(said: Sequence[Node], edges: Sequence[Edge], known: Mapping[str, Node]) -> str:
    about: dict[str, list[str]] = defaultdict(list)
    clashes: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.predicate == "about":
            about[edge.source].append(known[edge.target].name)
        elif edge.predicate == "contradicts":
            clashes[edge.source].append(known[edge.target].name)
            clashes[edge.target].append(known[edge.source].name)
    rows = "".join(_row(node, about[node.id], clashes[node.id]) for node in said)
    head = "<tr><th>What is known</th><th>About</th><th>Believed</th><th>Since</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _row(node: Node, about: Sequence[str], clashes: Sequence[str]) -> str:
    against = "".join(f'<br><span class="clash">contradicts: {escape(other)}</span>' for other in clashes)
    since = node.at.date().isoformat() if node.at else ""
    return (
        f'<tr id="{escape(_anchor(node.id))}"><td>{escape(node.name)}{against}</td><td>{escape(", ".join(about))}</td>'
        f"<td>{node.confidence or 0:.2f}</td><td>{since}</td></tr>"
    )


def _anchor(id: str) -> str:
    return id.replace(":", "-")


def _short(name: str) -> str:
    return name if len(name) <= _LABEL else name[: _LABEL - 1] + "…"
