"""Every encoder is chosen by its name, keeps one promise, and says what is missing."""

import sys
from typing import Any

import numpy as np
import pytest

from compoundry.encoders import encoder
from compoundry.encoders.remote import BATCH, Remote
from compoundry.errors import Invalid, MissingExtra, Unavailable
from tests.embedder import embedding

SAID = ["Dana likes tea.", "Dana likes tea!", "The quarterly report is late again, and nobody knows why."]


@pytest.mark.parametrize("name", ["hashed", "minilm"])
def test_those_in_the_box_give_unit_rows_in_the_order_of_the_sentences(name: str) -> None:
    model = encoder(name)
    vectors = model.encode(SAID)
    assert (str(vectors.dtype), vectors.shape) == ("float32", (3, model.dimension))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.9 > vectors[0] @ vectors[2]
    assert np.allclose(model.encode(SAID[2:])[0], vectors[2], atol=0.05), "whoever shares its batch hardly matters"
    assert model.encode([]).shape == (0, model.dimension)


def test_a_remote_one_is_asked_in_batches_with_the_key() -> None:
    said = [f"Fact number {n}." for n in range(BATCH + 1)]
    with embedding() as served:
        model = encoder(f"remote:small@{served.url}", api_key="k-2")
        vectors = model.encode(said)
    assert (model.name, model.dimension, vectors.shape) == ("remote-small", 64, (BATCH + 1, 64))
    assert [len(asked["input"]) for asked in served.asked] == [BATCH, 1]
    assert {(asked["path"], asked["key"], asked["model"]) for asked in served.asked} == {("/v1/embeddings", "Bearer k-2", "small")}
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with embedding(first=[status]) as served:
        assert encoder(f"remote:small@{served.url}").encode(SAID).shape == (3, 64)
    assert len(served.asked) == 2


def test_a_wrong_key_is_not_tried_again_and_is_told_plainly() -> None:
    with embedding(first=[401] * 9) as served, pytest.raises(Unavailable, match="401"):
        encoder(f"remote:small@{served.url}").encode(SAID)
    assert len(served.asked) == 1


def test_a_name_that_is_no_encoder_is_refused() -> None:
    with pytest.raises(Invalid, match="one of minilm, hashed, remote:MODEL@URL"):
        encoder("word2vec")


def test_a_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match="pip install onnxruntime tokenizers; or choose the encoder hashed"):
        encoder("minilm")


@pytest.mark.parametrize("data", [[], [[1.0, 2.0]], [[1.0, 2.0], [1.0]], [[1.0, 2.0], [float("nan"), 1.0]], [[1.0, 2.0], ["a", "b"]]])
def test_a_remote_encoder_that_sends_no_vector_for_each_sentence_is_refused(monkeypatch: pytest.MonkeyPatch, data: list[list[Any]]) -> None:
    encoder = Remote("m", "http://127.0.0.1:9")
    monkeypatch.setattr(encoder, "_asked", lambda _: {"data": [{"index": n, "embedding": one} for n, one in enumerate(data)]})
    with pytest.raises(Unavailable, match="no vector of numbers for each sentence"):
        encoder.encode(["Dana prefers email.", "Miguel likes hiking."])
