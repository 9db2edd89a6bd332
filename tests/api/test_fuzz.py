"""Requests that nobody would write: no server error, no undocumented status, no answer without the shape."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from compoundry.api.server import api
from compoundry.app import Parts
from compoundry.service import access
from tests.server import ALL_SCOPES

EXAMPLES = 20
SEQUENCES, STEPS = 12, 10
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
            assert str(answer.status_code) in case.operation.definition.raw["responses"], (case.as_curl_command(), answer.text)
            if answer.status_code >= 400:
                told = answer.json()
                assert told["code"] == answer.status_code
                assert told["message"]

        send()
    assert len(tried) > 500


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("sequences", [pytest.param(SEQUENCES, id="short"), pytest.param(500, id="long", marks=pytest.mark.slow)])
def test_no_sequence_of_calls_that_lead_to_each_other_breaks_the_server(fuzzed: tuple[Any, str], sequences: int) -> None:
    schema, key = fuzzed
    followed = []

    class Walk(schema.exclude(path_regex=STREAMS).as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {key}"}}

        def validate_response(self, answer: Any, case: Any, **_: Any) -> None:
            followed.append(answer.status_code)
            assert answer.status_code < 500, (case.as_curl_command(), answer.text)
            assert str(answer.status_code) in case.operation.definition.raw["responses"], (case.as_curl_command(), answer.text)

    quick = settings(
        max_examples=sequences, stateful_step_count=STEPS, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    Walk.run(settings=quick)
    assert sum(status < 300 for status in followed) > sequences, "the links lead nowhere"
