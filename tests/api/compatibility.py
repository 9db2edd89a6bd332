"""Say in short what an OpenAPI document promises to clients, and what a newer one takes away."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def promises(document: Document) -> Document:
    """Shorten a document to what clients rely on, call by call."""
    return {
        f"{method.upper()} {path}": _promised(operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def broken(old: Document, new: Document) -> list[str]:
    """List what the newer promises take away or ask in addition, one sentence each."""
    return [said for call, was in old.items() for said in (_worse(call, was, new[call]) if call in new else [f"{call} is gone"])]


def _promised(operation: Document, document: Document) -> Document:
    parameters = operation.get("parameters", [])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    named = {f"{p['in']} {p['name']}": p.get("required", False) for p in parameters}
    named |= {f"body {name}": name in body.get("required", []) for name in body.get("properties", {})}
    return {
        "scope": operation.get("x-scope", ""),
        "takes": sorted(named),
        "asks": sorted(name for name, required in named.items() if required),
        "answers": {status: _told(answer, document) for status, answer in operation["responses"].items() if status < "400"},
    }


def _told(answer: Document, document: Document) -> Document:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    fields = schema.get("properties", {})
    return {
        "fields": sorted(fields),
        "always": sorted(schema.get("required", [])),
        "values": {name: field["enum"] for name, field in fields.items() if "enum" in field},
        "headers": sorted(answer.get("headers", {})),
    }


def _worse(call: str, was: Document, now: Document) -> Iterator[str]:
    if was["scope"] != now["scope"]:
        yield f"{call} needs another scope"
    yield from (f"{call} no longer takes {name}" for name in set(was["takes"]) - set(now["takes"]))
    yield from (f"{call} asks for {name} now" for name in set(now["asks"]) - set(was["asks"]))
    for status, told in was["answers"].items():
        after = now["answers"].get(status)
        if after is None:
            yield f"{call} no longer answers {status}"
            continue
        for kind in ("fields", "always", "headers"):
            yield from (f"{call} {status} has no {name} among its {kind} now" for name in set(told[kind]) - set(after[kind]))
        for name, values in told["values"].items():
            yield from (f"{call} {status}: {name} may be {one} now" for one in set(after["values"].get(name, [])) - set(values))
