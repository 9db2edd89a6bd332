"""No webhook reaches an address that isn't public, however it is spelled."""

import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from compoundry.app import Parts
from compoundry.engine.courier import Courier, Postage
from compoundry.errors import Invalid
from compoundry.hooks.addresses import checked, look_up, networks, target
from compoundry.hooks.posting import post
from compoundry.model import Caller
from compoundry.service import webhooks
from compoundry.store import webhooks as store
from tests.hooks.receiver import always, receiving

PRIVATE = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "10.255.1.2", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.1"),
    *("169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.1", "192.0.2.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("10.1.2.3", "192.168.99.100"),
)
PRIVATE_6 = (
    *("::1", "::", "fc00::1", "fd12:3456::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "100::1", "2001:db8::1"),
)
NAMES = ("localhost", "localhost.", "ip6-localhost")


def spellings(address: str) -> Iterator[str]:
    """Spell an IPv4 address in all the ways that resolvers understand."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int.from_bytes(bytes((a, b, c, d)), "big")
    yield from (address, str(number), hex(number), f"0{number:o}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}")
    yield from (f"{a}.{(b << 16) + (c << 8) + d}", f"{a}.{b}.{(c << 8) + d}", f"0{a:o}.{b}.{c}.{d}")


def urls() -> list[str]:
    """List URLs that must never be called."""
    found = [f"http://{spelled}/" for address in PRIVATE for spelled in spellings(address)]
    found += [f"http://[{address}]:8080/x" for address in PRIVATE_6] + [f"https://{name}/" for name in NAMES]
    found += [f"https://[{address}]/" for address in PRIVATE_6] + [f"http://{address}:22/" for address in PRIVATE]
    found += [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://example.com@127.0.0.1/",
    ]
    found += ["http://127.0.0.1\\@example.com/", "//127.0.0.1/", "http:///x", "http://[::1", "http://exa mple/", "javascript:alert(1)"]
    found += [f"http://metadata-{n}.rebinding.test/" for n in range(60)]
    return found


_spied: list[object] = []
_spying = threading.Event()


def _spy(event: str, args: tuple[object, ...]) -> None:
    if _spying.is_set() and event == "socket.connect":
        _spied.append(args[1])


sys.addaudithook(_spy)


@pytest.fixture
def connections() -> Iterator[list[object]]:
    """Give the addresses that anything in this process connects to."""
    _spied.clear()
    _spying.set()
    yield _spied
    _spying.clear()


class Rebinding:
    """Answer with a public address first, and with a private one as soon as it is asked again."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def __call__(self, host: str, port: int) -> Sequence[str]:
        if not host.endswith(".test"):
            return look_up(host, port)
        self.asked[host] = self.asked.get(host, 0) + 1
        return [("127.0.0.1", "10.0.0.1", "169.254.169.254")[len(host) % 3]] if self.asked[host] > 1 else ["93.184.216.34", "127.0.0.1"]


def test_three_hundred_bad_urls_cause_no_connection(connections: list[object]) -> None:
    bad, look = urls(), Rebinding()
    assert len(bad) >= 300
    for url in bad:
        with pytest.raises(Invalid):
            post(target(url), checked(target(url), look_up=look), {}, b"{}", timeout_s=1)
    assert connections == []


def test_nor_when_they_are_stored_all_the_same(parts: Parts, caller: Caller, connections: list[object]) -> None:
    courier = Courier(parts.shop, Postage(pauses_s=(), look_up=Rebinding()))
    hook = webhooks.create(parts.app, caller, "https://example.com/")
    for url in urls()[::20]:
        with parts.app.database.write() as connection:
            store.change(connection, caller.workspace_id, hook.id, {"url": url})
        sent = courier.deliver_now(caller.workspace_id, webhooks.test(parts.app, caller, hook.id).id)
        assert sent.state == "dead", url
    assert [one for one in connections if not _database(one)] == []


def _database(address: object) -> bool:
    """Tell whether a connection is the database's own; psycopg connects in C and shows none."""
    return isinstance(address, str)


def test_the_address_that_was_checked_is_the_one_that_is_called(connections: list[object]) -> None:
    with receiving() as receiver:
        at = replace(target(receiver.url), host="nowhere.test")
        answer = post(at, "127.0.0.1", {}, b"{}", timeout_s=2)
    assert answer.status == 204
    assert receiver.requests[0].headers["host"] == f"nowhere.test:{at.port}"
    assert [one for one in connections if not _database(one)] == [("127.0.0.1", at.port)]


def test_a_private_network_can_be_allowed() -> None:
    at = target("http://127.0.0.1:9/")
    assert checked(at, networks("127.0.0.0/8")) == "127.0.0.1"
    with pytest.raises(Invalid, match="COMPOUNDRY_WEBHOOK_NETWORKS"):
        checked(at, networks("10.0.0.0/8"))
    with pytest.raises(Invalid):
        networks("not a network")


def test_a_receiver_that_drips_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            peer.recv(4_096)
            try:
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not done.wait(0.05):
                    peer.sendall(b"x")
            except OSError:
                return

        done = threading.Event()
        threading.Thread(target=drip, daemon=True).start()
        at = target(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert post(at, "127.0.0.1", {}, b"{}", timeout_s=0.5).status == 0
        done.set()


def test_a_huge_answer_is_kept_short(parts: Parts, caller: Caller) -> None:
    with receiving(always(200, X="y" * 5_000)) as receiver:
        assert len(post(target(receiver.url), "127.0.0.1", {}, b"{}", timeout_s=2).said) <= 2_000
