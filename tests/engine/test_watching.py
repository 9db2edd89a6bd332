"""A run can be followed: figures for Prometheus, spans for OpenTelemetry, and its ids on every line of the log."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from compoundry.engine.tracing import tracer
from compoundry.errors import Invalid
from tests.server import ALL_SCOPES, BASE, new_key, ready_url, start


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Span]]]:
    """Receive spans as an OpenTelemetry collector would."""
    spans: list[Span] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            spans.extend(span for resource in told.resource_spans for scope in resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", spans
    server.shutdown()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/watched.db"


def finish(server: str, key: str, job_type: str, **more: object) -> httpx2.Response:
    with httpx2.Client(base_url=server + BASE, headers={"Authorization": f"Bearer {key}"}) as client:
        client.post("/insights", json=[{"content": "Dana prefers email."}, {"content": "Dana prefers e-mail."}])
        run = client.post("/compounding/trigger", json={"job_type": job_type, **more}).json()["job_run_id"]
        return client.get(f"/compounding/jobs/{run}?wait=20")


def logged(url: str, key: str, job_type: str, log: Path, **environment: str) -> tuple[str, list[dict[str, object]], str]:
    """Run a job in a real server; return the id of the run, the lines of its log, and its figures."""
    process = subprocess.Popen(
        [sys.executable, "-m", "compoundry", "serve", "--port", "0", "--database", url],
        stdout=subprocess.PIPE,
        stderr=log.open("w"),
        text=True,
        env={"PATH": "/usr/bin:/bin", "COMPOUNDRY_ENCODER": "hashed", "COMPOUNDRY_LOG_FORMAT": "json", **environment},
    )
    try:
        server = ready_url(process)
        run = finish(server, key, job_type).json()["job_run_id"]
        figures = httpx2.get(server + "/metrics").text
    finally:
        process.terminate()
        process.wait(timeout=20)
    return run, [json.loads(line) for line in log.read_text().splitlines()], figures


def test_a_run_is_one_span_with_a_child_for_each_stage(url: str, tmp_path: Path, collector: tuple[str, list[Span]]) -> None:
    place, spans = collector
    key = new_key(url, scopes=ALL_SCOPES)
    run, lines, _ = logged(
        url,
        key,
        "consolidation",
        tmp_path / "log",
        COMPOUNDRY_TRACES="otlp",
        OTEL_EXPORTER_OTLP_ENDPOINT=place,
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    (whole,) = [span for span in spans if span.name == "run consolidation"]
    children = [span.name for span in spans if span.parent_span_id == whole.span_id]
    assert children == ["encode", "look", "plan", "apply"]
    assert {a.key: a.value.string_value for a in whole.attributes if a.value.string_value}["compoundry.run"] == run
    assert {line["trace_id"] for line in lines if line.get("run") == run} == {whole.trace_id.hex()}
    assert not any("Dana" in str(span) for span in spans), "spans hold no insight"


def test_every_line_of_a_run_names_it_and_no_line_holds_a_secret(url: str, tmp_path: Path) -> None:
    key = new_key(url, scopes=ALL_SCOPES)
    run, lines, figures = logged(url, key, "metrics", tmp_path / "log")
    mine = [line for line in lines if line.get("run") == run]
    assert [line["event"] for line in mine] == ["run completed"]
    assert all({"workspace", "job", "attempt", "trace_id", "timestamp", "level"} <= set(line) for line in mine)
    for secret in (key, key[12:], "Dana"):
        assert secret not in str(lines)
        assert secret not in figures


def test_figures_tell_what_has_run_and_what_waits(url: str, tmp_path: Path) -> None:
    _, _, figures = logged(url, new_key(url), "metrics", tmp_path / "log")
    told = dict(re.findall(r"^(compoundry_\S+) (\S+)$", figures, re.MULTILINE))
    assert told['compoundry_attempts_total{job_type="metrics",outcome="completed"}'] == "1.0"
    assert told['compoundry_insights_scanned_total{job_type="metrics"}'] == "2.0"
    assert told['compoundry_run_wait_seconds_count{job_type="metrics"}'] == "1.0"
    assert told["compoundry_database_up"] == "1.0"
    assert told['compoundry_workspace_figure{figure="insights",workspace="1"}'] == "2.0"
    assert 'compoundry_workspace_figure{figure="age_days.p90",workspace="1"}' in told
    assert float(told['compoundry_workspace_measured_timestamp_seconds{workspace="1"}']) > 1.7e9
    assert "by_source" not in figures, "what a workspace's sources are called is its own business"
    assert told["compoundry_takeovers_total"] == "0.0"


def test_waiting_runs_are_counted_for_all_workspaces(url: str) -> None:
    keys = [new_key(url, name=name) for name in ("One", "Two")]
    process = start("serve", "--no-worker", "--port", "0", "--database", url)
    try:
        server = ready_url(process)
        for key in keys:
            httpx2.post(server + BASE + "/compounding/trigger", json={"job_type": "metrics"}, headers={"Authorization": f"Bearer {key}"})
        assert 'compoundry_queue_runs{job_type="metrics",state="accepted"} 2.0' in httpx2.get(server + "/metrics").text
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_worker_without_a_server_shows_its_figures_too(postgres_url: str) -> None:
    worker = start("worker", "--metrics-port", "18799", "--database", postgres_url)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline()
        assert "compoundry_takeovers_total" in httpx2.get("http://127.0.0.1:18799/metrics").text
    finally:
        worker.terminate()
        worker.wait(timeout=20)


def test_traces_without_their_part_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="otlp"):
        tracer("jaeger")
    (tmp_path / "opentelemetry.py").write_text("raise ImportError('not installed')\n")
    process = start("worker", "--database", f"sqlite:///{tmp_path}/x.db", COMPOUNDRY_TRACES="otlp", PYTHONPATH=str(tmp_path))
    assert process.wait(timeout=30) == 70


def test_nothing_of_opentelemetry_is_loaded_unless_asked_for() -> None:
    code = "import sys, compoundry.engine.worker, compoundry.app; sys.exit(any('opentelemetry.sdk' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
