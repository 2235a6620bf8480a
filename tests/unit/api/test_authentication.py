"""Who may ask the management API."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from naxios.api import services
from naxios.api.models import AccessToken
from naxios.domain import keys
from tests.unit.api.conftest import Program


def test_a_token_opens_the_account_it_belongs_to(program: Program) -> None:
    assert program.get("/api/account").json()["email"] == "dev@example.com"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer",
        "Bearer nonsense",
        # Named, for what is random would have another name in each worker.
        pytest.param(f"Bearer {keys.generate()}", id="a key"),
        pytest.param(f"Bearer {keys.generate(keys.TOKEN_PREFIX)}", id="a token that nobody has"),
        "Basic eDp5",
    ],
    ids=["nothing", "no token", "nonsense", "an API key", "an unknown token", "another scheme"],
)
def test_anything_else_is_refused(program: Program, header: str | None) -> None:
    client = Client(headers={"authorization": header} if header else {})

    answer = client.get("/api/account")

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_access_token"


def test_a_signed_in_browser_alone_is_refused(program: Program) -> None:
    client = Client()
    client.force_login(program.user)

    assert client.get("/api/keys").status_code == 401


def test_a_token_that_has_ended_is_refused(program: Program) -> None:
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert program.get("/api/account").status_code == 401


def test_a_revoked_token_is_refused(program: Program) -> None:
    services.revoke(token=program.token)

    assert program.get("/api/account").status_code == 401


def test_a_read_only_token_reads_and_changes_nothing(program: Program) -> None:
    reader = Program(program.user, read_only=True)

    assert reader.get("/api/keys").status_code == 200
    refused = reader.send("post", "/api/keys", {"name": "production"})
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "read_only_token"


def test_the_secret_is_not_stored(program: Program) -> None:
    token = AccessToken.objects.get()

    assert bytes(token.digest) == keys.digest(program.secret)
    assert program.secret not in "".join(str(getattr(token, field.name)) for field in AccessToken._meta.fields)


def test_use_is_noted(program: Program) -> None:
    program.get("/api/account")

    assert AccessToken.objects.get().last_used_at is not None


def test_too_many_requests_are_told_when_there_is_room(program: Program) -> None:
    answers = [program.get("/api/account") for _ in range(121)]

    assert answers[119].status_code == 200
    assert answers[120].status_code == 429
    assert int(answers[120]["retry-after"]) >= 1
