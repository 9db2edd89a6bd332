"""Turn every error, the framework's too, into the one shape of the contract."""

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

from compoundry.api.answers import PREFIX, Answer, problem
from compoundry.errors import CompoundryError, Forbidden, NotFound
from compoundry.service.intake import worded

log = structlog.get_logger(__name__)

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}}
_LISTED = {
    "candidate": "candidates",
    "delivery": "deliveries",
    "insight": "insights",
    "job run": "compounding/jobs",
    "pattern": "patterns",
    "playbook": "playbooks",
    "rule": "rules",
    "source": "sources",
    "webhook": "webhooks",
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def answer_errors(api: FastAPI) -> None:
    """Register the handlers."""
    api.add_exception_handler(CompoundryError, _known)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _unknown)


def told(error: CompoundryError, request_id: str) -> Answer:
    """Shape an error of ours."""
    headers = {**_HEADERS.get(error.status, {}), **_retry_after(error)}
    return problem(error.status, _said(error), request_id=request_id, details=error.details, headers=headers)


def _said(error: CompoundryError) -> str:
    """Say what to do next, in requests and commands."""
    match error:
        case NotFound(kind=kind) if kind in _LISTED:
            return f"{error.message}; list them with GET {PREFIX}/{_LISTED[kind]}"
        case Forbidden(lacks=scopes) if scopes:
            return f"this key lacks the scope {' or '.join(scopes)}; make one with: compoundry key create --scopes {scopes[0]}"
        case _:
            return error.message


async def _known(request: Request, error: Exception) -> Answer:
    assert isinstance(error, CompoundryError)
    return told(error, request_id(request))


async def _invalid(request: Request, error: Exception) -> Answer:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return problem(400, f"{where}: {worded(first['type'], str(first['msg']))}", request_id=request_id(request))


async def _http(request: Request, error: Exception) -> Answer:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = _allowed(request)
        return problem(405, f"this path takes {allowed}", request_id=request_id(request), headers={"Allow": allowed})
    if error.status_code == 404:
        return problem(404, "no such path; see /docs", request_id=request_id(request))
    status = 400 if error.status_code == 422 else error.status_code
    return problem(status, str(error.detail), request_id=request_id(request))


async def _unknown(request: Request, error: Exception) -> Answer:
    log.error("request failed", path=request.url.path, request_id=request_id(request), exc_info=error)
    return problem(500, "something broke here; the log has it under this request_id", request_id=request_id(request))


def request_id(request: Request) -> str:
    """Return the id that the log has for this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _allowed(request: Request) -> str:
    """List all methods of a path; the framework names only those of the first route."""
    found = {m for m in _METHODS for route in request.app.router.routes if route.matches({**request.scope, "method": m})[0] is Match.FULL}
    return ", ".join(m for m in _METHODS if m in found or (m == "HEAD" and "GET" in found))


def _retry_after(error: CompoundryError) -> dict[str, str]:
    seconds = error.details.get("retry_after_s")
    return {"Retry-After": str(seconds)} if seconds is not None else {}
