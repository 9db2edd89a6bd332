"""Say what nobody should send: bodies that are hardly JSON, texts that break stores, values of the wrong kind."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]

TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "a\udfffb", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u202egnirts\u202c", "e\u0301" * 50,
    "\ufeffbom", "../../etc/passwd", "..%2f..%2fetc", "'; DROP TABLE insights; --", "{{7*7}}", "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "%s%n%x", "x" * 5_000, "x" * 200_000, "ﷺ" * 300, "\u2028line\u2029", "\r\nSet-Cookie: a=b", "null", "NaN", "-0", "1e400", "٣", "𝟙",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 10**30, -0.0, 0.1, 1e308, [], {}, [[]], {"": None}, [None] * 1_000,
    {"a": {"b": {"c": ["\0"]}}}, "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", 1714000000,
)  # fmt: skip
RAW = (
    b"", b" ", b"\0", b"{", b"}", b"[]", b"[[[]]]", b"null", b"true", b"0", b'""', b"NaN", b"[NaN]", b'{"a": NaN}', b'{"a": Infinity}',
    b'{"a": 1e400}', b'{"a": -1e400}', b'{"a": 1e-400}', b'{"a": 0123}', b'{"a": 1,}', b"{'a': 1}", b'{"a": "\\ud800"}',
    b'{"a": "\\u0000"}', b'{"\\u0000": 1}',
    b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\xfe\xff\0{\0}", b"{}\n{}", b"{} x", b"/* c */ {}",
    b"[" * 100_000, b"[" * 1_000 + b"]" * 1_000, b'{"a":' * 1_000 + b"1" + b"}" * 1_000, b'{"a":' * 100_000, b" " * 2_000_000 + b"{}",
    b'{"a": "' + b"x" * 2_000_000 + b'"}', b'{"a": ' + b"9" * 5_000 + b"}", b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}",
    b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", b"a=1&b=2", b"<?xml version='1.0'?><a/>", b"\x1f\x8b\x08\0garbage",
)  # fmt: skip
PATHS = (
    "%00", "a%00b", "%ff%fe", "%ed%a0%80", "..%2f..%2f", "%2e%2e", "..;", "x" * 3_000, "%F0%9F%98%80", "1%27--", "%0d%0aSet-Cookie:a",
    "*", "%", "%zz",
    "00000000-0000-0000-0000-000000000000", "-1", "9" * 400, "%E2%80%AE", "null", "undefined", "%20", "~", "$", "a+b", "%3f", "%23",
)  # fmt: skip


def bodies(valid: Body) -> Iterator[bytes]:
    """Spoil a body that would do: each of its values in turn, a key twice, keys that nobody knows."""
    for path in _places(valid):
        for text in TEXTS:
            yield json.dumps(_with(valid, path, text)).encode()
        for value in VALUES:
            yield json.dumps(_with(valid, path, value)).encode()
        yield json.dumps(_with(valid, path, None)).replace("null", "1e400", 1).encode()
        yield json.dumps(_with(valid, path, None)).replace("null", "NaN", 1).encode()
    plain = json.dumps(dict(valid))
    for name in valid:
        yield (plain[:-1] + f', {json.dumps(name)}: {{"twice": "\\u0000"}}}}').encode()
        yield (plain[:-1] + f", {json.dumps(name)}: {json.dumps(valid[name])}}}").encode()
    for stranger in ("id", "workspace_id", "created_at", "__proto__", "", "\0", "a" * 5_000):
        yield json.dumps({**valid, stranger: {"is": "unknown"}}).encode()


def sample_body(operation: Body) -> Any:
    """Make a body that an operation of an OpenAPI document takes; {} where it takes none, or no JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    return sample(content["application/json"]["schema"]) if "application/json" in content else {}


def sample(schema: Body, root: Body | None = None) -> Any:
    """Make a value that a JSON schema describes, every field given."""
    root = root or schema
    if "$ref" in schema:
        return sample(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], root)
    match schema.get("type"):
        case "object":
            return {name: sample(of, root) for name, of in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema.get("items", {}), root)]
        case "string":
            return "2026-01-31T09:00:00Z" if schema.get("format") == "date-time" else "Dana prefers email."
        case "integer" | "number":
            return schema.get("maximum", schema.get("minimum", 1))
        case "boolean":
            return False
        case _:
            return {}


def _places(valid: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    each = valid.items() if isinstance(valid, Mapping) else enumerate(valid) if isinstance(valid, list) else ()
    for name, value in each:
        yield from _places(value, (*path, name))


def _with(valid: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    changed = dict(valid) if isinstance(valid, Mapping) else list(valid)
    changed[first] = _with(valid[first], tuple(rest), value)  # type: ignore[index]
    return changed
