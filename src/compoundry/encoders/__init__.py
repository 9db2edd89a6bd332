"""Choose the encoder that turns sentences into vectors, by its name."""

from compoundry.encoders.hashed import Hashed
from compoundry.errors import Invalid
from compoundry.text.encoder import Encoder


def encoder(name: str, *, api_key: str = "") -> Encoder:
    """Return `minilm` (built in), `hashed` (numpy only) or `remote:MODEL@URL` (any OpenAI-compatible endpoint).

    Raises Invalid for another name, MissingExtra when a part of it isn't installed.
    """
    if name == "minilm":
        from compoundry.encoders.minilm import MiniLM  # loads the ONNX runtime, which the others don't need

        return MiniLM()
    if name == "hashed":
        return Hashed()
    kind, _, rest = name.partition(":")
    model, _, url = rest.partition("@")
    if kind != "remote" or not model or not url:
        raise Invalid(f"unknown encoder {name!r}; one of minilm, hashed, remote:MODEL@URL")
    from compoundry.encoders.remote import Remote  # loads an HTTP client

    return Remote(model, url, api_key=api_key)
