"""Make the OpenAPI document tell the truth: every status, every header, and which answer leads to which call."""

from collections.abc import Iterator, Mapping
from typing import Any

from compoundry.api.doorman import PREFIX

Document = dict[str, Any]

_TEXT: Document = {"schema": {"type": "string"}}
_SECONDS: Document = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait"}
_REQUEST_ID: Document = {"X-Request-Id": {**_TEXT, "description": "What the log knows this request by"}}
_HEADERS: dict[str, Document] = {
    "401": {"WWW-Authenticate": _TEXT},
    "405": {"Allow": _TEXT},
    "429": {"Retry-After": _SECONDS},
    "503": {"Retry-After": _SECONDS},
}
_LATER = {"429": "Too many requests", "503": "The database can't be reached"}
_RUN, _INSIGHT = "/v1/compounding/jobs/{job_run_id}", "/v1/insights/{id}"
_LEADS_TO = {
    ("post", "/v1/compounding/trigger", "202"): ("job_run_id", "$response.body#/job_run_id", _RUN),
    ("get", "/v1/compounding/jobs", "200"): ("job_run_id", "$response.body#/data/0/job_run_id", _RUN),
    ("post", f"{_RUN}/retry", "202"): ("job_run_id", "$response.body#/job_run_id", _RUN),
    ("post", f"{_RUN}/revert", "202"): ("job_run_id", "$response.body#/job_run_id", _RUN),
    ("post", "/v1/insights", "201"): ("id", "$response.body#/ids/0", _INSIGHT),
    ("get", "/v1/insights", "200"): ("id", "$response.body#/data/0/id", _INSIGHT),
    ("get", "/v1/candidates", "200"): ("id", "$response.body#/data/0/id", "/v1/candidates/{id}"),
    ("get", "/v1/patterns", "200"): ("id", "$response.body#/data/0/id", "/v1/patterns/{id}"),
    ("get", "/v1/rules", "200"): ("id", "$response.body#/data/0/id", "/v1/rules/{id}"),
}


def described(document: Document) -> Document:
    """Complete what FastAPI has found out by itself."""
    for path, method, operation in _operations(document):
        responses = operation["responses"]
        responses.pop("422", None)
        if path.startswith(PREFIX):
            operation["security"] = [{"key": []}]
            responses.update({status: _problem(said) for status, said in _LATER.items()})
            if "requestBody" in operation:
                responses["413"] = _problem("The body is too large")
        for status, response in responses.items():
            _json_is_no_text(response)
            response["headers"] = {**_REQUEST_ID, **_HEADERS.get(status, {}), **response.get("headers", {})}
            if links := _links(document, method, path.removeprefix(PREFIX), status):
                response["links"] = links
    document.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return document


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _json_is_no_text(response: Document) -> None:
    """Correct what FastAPI thinks of answers that it doesn't shape itself: all JSON of ours are objects."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("type") == "string":
        schema.pop("type")
        schema.update({} if schema else {"type": "object"})


def _problem(said: str) -> Document:
    return {"description": said, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _links(document: Document, method: str, path: str, status: str) -> Mapping[str, Any]:
    """Say which calls take the id that an answer holds."""
    if (method, path, status) not in _LEADS_TO:
        return {}
    name, where, place = _LEADS_TO[method, path, status]
    return {
        operation["operationId"]: {"operationId": operation["operationId"], "parameters": {name: where}}
        for known, _, operation in _operations(document)
        if known.removeprefix(PREFIX) == place or known.removeprefix(PREFIX).startswith(f"{place}/")
    }
