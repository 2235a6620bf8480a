"""Behind a trusted proxy, limits and the session list go by the client's address."""

from collections.abc import Iterator

import pytest

from tests.serving import Server, running_server
from tests.visiting import Visitor

FIRST_STAFF = {"email": "staff@example.com", "password": "four unrelated words"}
ALLOWED = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("naxios"), NAXIOS_TRUSTED_PROXIES="127.0.0.1") as server:
        yield server


def _refused_at(server: Server, address: str) -> int:
    """How many sign-in forms from ``address`` are taken before one is refused."""
    visitor = Visitor(server, **{"x-forwarded-for": address})
    for number in range(ALLOWED + 1):
        if visitor.send("/accounts/login/", login="", password="").status_code == 429:
            return number
    return ALLOWED + 1


def test_clients_have_limits_of_their_own(server: Server) -> None:
    assert _refused_at(server, "192.0.2.1") == ALLOWED

    answer = Visitor(server, **{"x-forwarded-for": "192.0.2.2"}).send("/accounts/login/", login="", password="")

    assert answer.status_code == 200


def test_what_a_client_claims_about_itself_does_not_count(server: Server) -> None:
    taken = 0
    for number in range(ALLOWED + 1):
        claimed = {"x-forwarded-for": f"198.51.100.{number}, 192.0.2.3"}
        taken += Visitor(server, **claimed).send("/accounts/login/", login="", password="").status_code == 200

    assert taken == ALLOWED


def test_sessions_are_listed_with_the_clients_address(server: Server) -> None:
    assert server.first_staff_link
    visitor = Visitor(server, **{"x-forwarded-for": "192.0.2.4", "user-agent": "curl/8.11.0"})
    visitor.send(server.first_staff_link.removeprefix(server.url), **FIRST_STAFF)

    page = visitor.get("/dashboard/security/").text

    assert "192.0.2.4" in page
    assert "127.0.0.1" not in page
