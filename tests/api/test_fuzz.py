"""Requests that nobody would write: no server error, no undocumented status, no answer without the shape."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from compoundry.api.server import api
from compoundry.app import Parts
from compoundry.service import access
from tests.server import ALL_SCOPES

EXAMPLES = 40
STREAMS = r"(/stream|/events)$"  # they answer for ever; test_streams.py reads them over a socket


@pytest.fixture
def fuzzed(parts: Parts) -> tuple[Any, str]:
    """Give the schema of an application in this process, and a key for it, on both databases."""
    key = access.create_key(parts.app, access.create_workspace(parts.app, "Fuzz").id, scopes=ALL_SCOPES.split(",")).key
    return schemathesis.openapi.from_asgi("/openapi.json", api(parts.app, parts.settings)), key


def test_no_generated_request_breaks_the_server(fuzzed: tuple[Any, str]) -> None:
    schema, key = fuzzed
    tried = []
    for found in schema.exclude(path_regex=STREAMS).get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def send(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            tried.append(answer.status_code)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)
            assert answer.status_code != 422
            if answer.status_code >= 400:
                told = answer.json()
                assert told["code"] == answer.status_code
                assert told["message"]

        send()
    assert len(tried) > 500
