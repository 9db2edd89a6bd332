"""Choose what turns sentences into vectors: the built-in model, plain hashing, or a remote endpoint."""

from compoundry.encoders.hashed import Hashed
from compoundry.encoders.minilm import MiniLM
from compoundry.encoders.remote import Remote
from compoundry.errors import Invalid
from compoundry.text.encoder import Encoder


def encoder(name: str, *, api_key: str = "") -> Encoder:
    """Return the encoder of this name: `minilm`, `hashed` or `remote:MODEL@URL`.

    Raises Invalid for another name and MissingExtra when a part of it isn't installed.

    >>> encoder("hashed").name
    'hashed-512'
    """
    kind, _, rest = name.partition(":")
    model, at, url = rest.partition("@")
    if name == "minilm":
        return MiniLM()
    if name == "hashed":
        return Hashed()
    if kind == "remote" and model and at and url.startswith(("http://", "https://")):
        return Remote(model, url, api_key=api_key)
    raise Invalid(f"unknown encoder {name!r}; one of minilm, hashed, remote:MODEL@URL")
