"""From outside: a key that many networks use ends in the review queue, and a hold reaches the gateway at once."""

import re
from collections.abc import Iterator

import httpx2 as httpx
import pytest

from tests.serving import Server, running_server
from tests.visiting import Visitor, until

PASSWORD = "four unrelated words"
SHARED = "shared@example.com"
NETWORKS = 15


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("naxios"), NAXIOS_TRUSTED_PROXIES="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def staff(server: Server) -> Visitor:
    assert server.first_staff_link
    visitor = Visitor(server)
    visitor.send(server.first_staff_link.removeprefix(server.url), email="staff@example.com", password=PASSWORD)
    return visitor


def ask(server: Server, key: str, address: str = "8.8.4.4") -> httpx.Response:
    return httpx.get(f"{server.api}/key", headers={"x-api-key": key, "x-forwarded-for": address})


def test_a_key_of_many_networks_is_reviewed_and_can_be_held(server: Server, staff: Visitor) -> None:
    server.cli("user", "create", SHARED)
    key = server.cli("key", "create", f"--user={SHARED}", "--name=shared")["secret"]
    other = server.key(user="alone@example.com")
    for number in range(NETWORKS):
        assert ask(server, key, f"203.0.{number}.77").status_code == 200
        assert ask(server, other, f"203.0.113.{number}").status_code == 200

    link = until(lambda: re.search(r'href="(/staff/reviews/\d+/)">shared@', staff.get("/staff/reviews/").text))
    review = staff.get(link[1]).text
    assert f"The key “shared” (id 1) was used from {NETWORKS} networks within an hour." in review
    assert "alone@" not in staff.get("/staff/reviews/").text
    assert _places_of(server, "203.0.") == []

    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', review)[-1]
    form = {"csrfmiddlewaretoken": token, "decision": "hold", "note": "Too many networks"}
    held = staff.client.post(f"{link[1]}decide/", data=form, headers={"referer": server.url + link[1]})
    assert "Its free tier is held" in held.text
    refused = until(lambda: answer if (answer := ask(server, key)).status_code == 403 else None)
    assert refused.json()["error"]["code"] == "account_held"
    assert f"{server.url}/dashboard/review/" in refused.json()["error"]["message"]
    assert "Too many networks" in staff.get("/staff/audit/?act=free_tier_held").text


def _places_of(server: Server, text: str) -> list[str]:
    """The files of the server that hold ``text``: its database, its journal, its log."""
    files = [path for path in server.home.rglob("*") if path.is_file() and "static" not in path.parts]
    return [str(path) for path in [*files, server.log] if text.encode() in path.read_bytes()]
