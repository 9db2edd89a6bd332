"""A file goes in as far as it is good, once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import House, written
from tests.cli.typed import Prompt


def test_bad_lines_are_named_by_number_and_the_rest_goes_in(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"content": "first"}\n'
        b"\n"
        b"{broken\n"
        b'{"content": "  "}\n'
        b'{"content": "from the future", "created_at": "2999-01-01T00:00:00Z"}\n'
        b'["a", "list"]\n'
        b'{"content": "bad \xff bytes"}\n'
        b'{"content": "confident", "confidence": 7}\n'
        b'{"content": "last, without a newline"}'
    )
    said = prompt("import", str(file), "--json")
    told = said.json
    assert (said.code, told["lines"], told["added"], told["refused"]) == (0, 8, 2, 6)
    assert [error["line"] for error in told["errors"]] == [3, 4, 5, 6, 7, 8]
    assert "line 5: created_at: lies in the future" in prompt("import", str(file)).err
    assert prompt("import", str(file), "--strict").code == 2


def test_a_file_without_one_good_line_ends_with_2(prompt: Prompt, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("{}\n{}\n")
    assert prompt("import", str(file)).code == 2


@pytest.mark.parametrize("place", ["local", "remote"])
def test_importing_twice_adds_nothing_twice(house: House, tmp_path: Path, place: str) -> None:
    given: list[dict[str, Any]] = [{"content": f"{place} fact {n}"} for n in range(5)]
    given += [{"content": f"{place} named", "id": f"{place}-1"}, {"content": f"{place} twin"}, {"content": f"{place} twin"}]
    file = written(tmp_path / "twice.jsonl", given)
    prompt: Prompt = getattr(house, place)
    told = [prompt.json("import", str(file)) for _ in range(2)]
    assert [(one["added"], one["known"]) for one in told] == [(8, 0), (0, 8)]


@pytest.mark.parametrize("place", ["local", "remote"])
def test_a_known_id_with_other_words_changes_nothing_and_is_named(house: House, tmp_path: Path, place: str) -> None:
    there = getattr(house, place)
    file = written(
        tmp_path / "again.jsonl", [{"id": "d1", "content": "Dana prefers letters."}, {"id": f"new-{place}", "content": "Lea likes tea."}]
    )
    told = there.json("import", str(file))
    assert (told["added"], told["known"], len(told["differing"])) == (1, 1, 1)
    assert there.json("insight", told["differing"][0])["content"] == "Dana prefers email over phone calls."
    assert (
        f"say something else and stay as they are; change one with `compoundry edit`: {told['differing'][0]}"
        in there("import", str(file)).out
    )


def test_a_day_and_unknown_fields_are_kept(prompt: Prompt, tmp_path: Path) -> None:
    line = {"id": "x1", "content": "Dana moved.", "created_at": "2024-02-03T04:05:06Z", "mood": "calm", "evidence": "she said so"}
    prompt.json("import", str(written(tmp_path / "one.jsonl", [line])))
    (found,) = prompt.json("insights")["data"]
    assert (found["created_at"], found["observed_at"], found["external_id"]) == ("2024-02-03T04:05:06Z", "2024-02-03T04:05:06Z", "x1")
    assert found["metadata"] == {"mood": "calm"}
    assert found["evidence"][0]["excerpt"] == "she said so"


def test_several_batches_go_in_whole(prompt: Prompt, tmp_path: Path) -> None:
    lines = [{"id": str(n), "content": f"fact {n}", **({"created_at": "2999-01-01"} if n in (7, 1500, 2499) else {})} for n in range(2_500)]
    told = prompt.json("import", str(written(tmp_path / "many.jsonl", lines)))
    assert (told["lines"], told["added"], [e["line"] for e in told["errors"]]) == (2_500, 2_497, [8, 1501, 2500])


def test_bodies_over_the_server_s_limit_are_sent_in_parts(house: House, tmp_path: Path) -> None:
    excerpts = [{"excerpt": f"{n} " + "x" * 19_000} for n in range(10)]
    lines = [{"id": f"big{n}", "content": f"big fact {n}", "evidence": excerpts} for n in range(60)]
    file = written(tmp_path / "big.jsonl", lines)
    assert file.stat().st_size > 8 * 1024 * 1024
    assert house.remote.json("import", str(file))["added"] == 60


def test_a_line_of_ours_comes_back_as_it_was(prompt: Prompt, tmp_path: Path) -> None:
    line = {
        "id": "z",
        "content": 'Ünïcödé 東京 🙂 and \\ " quotes',
        "type": "preference",
        "confidence": 0.25,
        "source": "agent-7",
        "pinned": True,
    }
    prompt.json("import", str(written(tmp_path / "one.jsonl", [line])))
    (found,) = prompt.json("insights")["data"]
    assert {n: found[n] for n in ("content", "type", "confidence", "source", "pinned")} == {n: line[n] for n in line if n != "id"}
    assert json.dumps(line["content"], ensure_ascii=False).strip('"')[:20] in prompt("insights", "--json").out
