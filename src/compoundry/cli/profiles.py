"""Name places in a file, so that `--profile` says where in one word."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from compoundry.cli.where import Where
from compoundry.errors import Invalid

PROFILE, PROFILES = "COMPOUNDRY_PROFILE", "COMPOUNDRY_PROFILES"
_KINDS: Mapping[str, type] = {"database": str, "url": str, "api_key": str, "workspace": int}


def placed(where: Where) -> Where:
    """Fill in what the profile says and the command line doesn't; the environment comes after both.

    Raises Invalid for a profile that there isn't, or that says something strange.
    """
    name = where.profile or os.environ.get(PROFILE)
    if not name:
        return where
    known = profiles()
    if name not in known:
        raise Invalid(f"there is no profile {name!r} in {file()}; one of {', '.join(known) or 'none yet'}")
    said = dict(known[name])
    if where.database or where.url:
        said = {option: value for option, value in said.items() if option not in ("database", "url")}
    return replace(where, **{option: value for option, value in said.items() if getattr(where, option) is None})


def profiles() -> dict[str, dict[str, Any]]:
    """Return all profiles by name; none when there is no file."""
    try:
        found = tomllib.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{file()} can't be read: {error}") from None
    for name, said in found.items():
        _must_fit(name, said)
    return found


def file() -> Path:
    """Return where the profiles stand: COMPOUNDRY_PROFILES, else profiles.toml in the user's configuration folder."""
    return Path(os.environ.get(PROFILES) or user_config_path("compoundry") / "profiles.toml")


def _must_fit(name: str, said: object) -> None:
    if not isinstance(said, dict):
        raise Invalid(f"{file()}: {name} must be a table, written [{name}]")
    for option, value in said.items():
        if option not in _KINDS:
            raise Invalid(f"{file()}: [{name}] has no {option!r}; one of {', '.join(_KINDS)}")
        if type(value) is not _KINDS[option]:
            raise Invalid(f"{file()}: [{name}] {option} must be {'text' if _KINDS[option] is str else 'a whole number'}")
    if {"database", "url"} <= said.keys():
        raise Invalid(f"{file()}: [{name}] names a database and a server; keep one of them")
