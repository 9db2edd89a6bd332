"""Read and change a workspace's settings over HTTP."""

from typing import Annotated, Any

from fastapi import Depends, Request

from compoundry.api.answers import Answer
from compoundry.api.bodies import SettingsIn
from compoundry.api.routing import app, caller, json_body, needs, router
from compoundry.errors import Invalid
from compoundry.service import access

routes = router("policy")


@routes.get("/policy", response_model=None, **needs("record.read"))
def policy(request: Request) -> Answer:
    """Return all settings, job by job and for the canaries, with their defaults."""
    return Answer(access.policy(app(request), caller(request)))


@routes.put("/policy/{section}", response_model=None, **needs("record.write", SettingsIn))
def configure(request: Request, section: str, given: Annotated[Any, Depends(json_body)]) -> Answer:
    """Change settings of one section; null brings a default back."""
    if not isinstance(given, dict):
        raise Invalid("the body must be a JSON object of settings")
    return Answer(access.configure(app(request), caller(request), section, given))
