"""Call public addresses only: look a host up once, check every answer, and connect to what was checked."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from compoundry.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Lookup = Callable[[str, int], Sequence[str]]

_LONGEST = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Name a server as its URL does; `path` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"http": 80, "https": 443}


def target(url: str) -> Target:
    """Read the URL of a webhook; Invalid for anything but plain http and https.

    >>> target("https://example.com/hook?a=1")
    Target(scheme='https', host='example.com', port=443, path='/hook?a=1')
    """
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid(f"url: must be a plain URL of at most {_LONGEST:,} ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid("url: can't be understood; use one like https://example.com/hook") from None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise Invalid("url: must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise Invalid("url: may not hold a name or a password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def networks(named: str) -> tuple[Network, ...]:
    """Read networks with commas between; Invalid for what is none.

    >>> networks("10.0.0.0/8, 127.0.0.1")
    (IPv4Network('10.0.0.0/8'), IPv4Network('127.0.0.1/32'))
    """
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in named.split(",") if part.strip())
    except ValueError as error:
        raise Invalid(f"webhook_networks: {error}") from None


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, from the system's resolver; Invalid when it has none."""
    try:
        return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise Invalid(f"{host} has no address: {error}") from None


def checked(at: Target, allowed: Sequence[Network] = (), *, look_up: Lookup = look_up) -> str:
    """Return the one address to connect to; Invalid when any address of the host may not be called.

    A host with one good and one bad answer is refused: whoever answers so plays for time.
    """
    found = look_up(at.host, at.port)
    if not found or not all(may_call(address, allowed) for address in found):
        raise Invalid(
            f"{at.host} has an address that webhooks may not call; whoever runs the server can allow it in COMPOUNDRY_WEBHOOK_NETWORKS"
        )
    return found[0]


def must_not_name_a_private_address(at: Target, allowed: Sequence[Network]) -> None:
    """Refuse a URL whose host is itself an address that may not be called, in whatever spelling; names are looked up when called."""
    try:
        found = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    checked(at, allowed, look_up=lambda host, port: [str(one[4][0]) for one in found])


def may_call(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Tell whether an address is public, or in a network that is allowed.

    >>> [may_call(a) for a in ("1.1.1.1", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    try:
        met = _inner(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    return any(met in network for network in allowed) or (met.is_global and not met.is_multicast and not met.is_reserved)


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.sixtofour or address.teredo:
        return ipaddress.IPv4Address("0.0.0.0")
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address
