"""Turn a function into a command: it gets what it works on, returns what to show, and never prints."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from inspect import Parameter, signature
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, get_origin

import typer
from typer.core import TyperCommand

from compoundry.cli.profiles import placed
from compoundry.cli.show import Shown, show
from compoundry.cli.where import ApiKey, Database, Json, Profile, Url, Where, Workspace

T = TypeVar("T")
P = ParamSpec("P")

Act = Callable[Concatenate[T, P], Shown | None]

ON_A_DESK = {"database": Database, "url": Url, "api_key": ApiKey, "workspace": Workspace, "profile": Profile}
ON_A_DATABASE = {"database": Database, "profile": Profile}


def command(
    app: typer.Typer,
    name: str,
    opening: Callable[[Where], AbstractContextManager[T]],
    options: dict[str, Any],
    *,
    cls: type[TyperCommand] = TyperCommand,
) -> Callable[[Act[T, P]], Act[T, P]]:
    """Register a command; its first argument is what `opening` opens, its options are joined by those of the place."""

    def register(act: Act[T, P]) -> Act[T, P]:
        def carried_out(**given: Any) -> None:
            where = placed(Where(**{option: given.pop(option) for option in options}, as_json=given.pop("as_json")))
            with opening(where) as opened:
                shown = act(opened, **given)  # type: ignore[call-arg]  # Typer has checked them
            if shown is not None:
                show(shown, as_json=where.as_json)
                raise typer.Exit(shown.exit)

        mine = list(signature(act).parameters.values())[1:]
        place = [_parameter(option, wanted, None) for option, wanted in options.items()]
        every = [*mine, *place, _parameter("as_json", Json, False)]
        carried_out.__signature__ = signature(carried_out).replace(parameters=[_keyword(p) for p in every])  # type: ignore[attr-defined]
        carried_out.__annotations__ = {p.name: p.annotation for p in every}
        carried_out.__doc__ = act.__doc__
        app.command(name, cls=cls)(carried_out)
        return act

    return register


def _parameter(name: str, annotation: Any, default: Any) -> Parameter:
    assert get_origin(annotation) is Annotated
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _keyword(parameter: Parameter) -> Parameter:
    return parameter.replace(kind=Parameter.KEYWORD_ONLY)
