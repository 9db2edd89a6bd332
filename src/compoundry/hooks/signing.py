"""Sign messages by the Standard Webhooks specification (https://github.com/standard-webhooks/standard-webhooks)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret of 256 random bits, spelled as the specification wants it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(id: str, body: str, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers of a message; while a secret is being changed there are two keys, and so two signatures.

    >>> made = headers("m1", "{}", ["whsec_c2VjcmV0", "whsec_b2xk"], datetime.fromisoformat("2026-01-01T00:00:00Z"))
    >>> made["webhook-id"], made["webhook-timestamp"], len(made["webhook-signature"].split())
    ('m1', '1767225600', 2)
    """
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(id, now, body) for key in keys),
    }
