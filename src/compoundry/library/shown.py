"""Let a notebook show what a method returned: still a list, still text, but drawn as a table."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Generic, TypeVar

from compoundry.model import Rule
from compoundry.pictures import notebook
from compoundry.pictures.graph import drawn
from compoundry.service.graph import Graph

T = TypeVar("T")


class Listed(list[T], Generic[T]):
    """Be a list that a notebook draws."""

    def __init__(self, found: Iterable[T], draw: Callable[[Sequence[T]], str]) -> None:
        super().__init__(found)
        self._draw = draw

    def _repr_html_(self) -> str:
        return self._draw(self)


class Page(str):
    """Be the text of a playbook, with its rules, so that a notebook draws them."""

    __slots__ = ("rules",)
    rules: Sequence[Rule]

    def __new__(cls, text: str, rules: Sequence[Rule]) -> "Page":
        """Make a page."""
        made = super().__new__(cls, text)
        made.rules = rules
        return made

    def _repr_html_(self) -> str:
        return notebook.rules(self.rules)


class Drawn:
    """Hold a graph; a notebook draws it in a frame of its own, where nothing of it can run."""

    def __init__(self, graph: Graph) -> None:
        self.nodes, self.edges, self.left_out = graph.nodes, graph.edges, graph.left_out
        self._graph = graph

    @property
    def html(self) -> str:
        """Return the picture as an HTML page."""
        return drawn(self._graph)

    def _repr_html_(self) -> str:
        return f'<iframe sandbox width="100%" height="640" title="graph" srcdoc="{escape(self.html)}"></iframe>'
