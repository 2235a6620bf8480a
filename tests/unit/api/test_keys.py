"""Keys over the management API."""

from typing import Any

import pytest

from naxios.domain.clock import now
from naxios.domain.keys import digest, is_well_formed
from naxios.keys import queries
from tests.unit.api.conftest import Program


def create(program: Program, **fields: Any) -> Any:
    return program.send("post", "/api/keys", {"name": "production", **fields})


def test_it_creates_a_key_and_tells_its_secret_once(program: Program) -> None:
    answer = create(program, tags={"team": "search"}, limits={"requests_per_minute": 5}, models=["naxios/*"])

    assert answer.status_code == 201
    made = answer.json()
    assert is_well_formed(made["secret"])
    assert (made["standing"], made["tags"], made["models"]) == ("active", {"team": "search"}, ["naxios/*"])
    assert made["limits"]["requests_per_minute"] == 5
    assert "secret" not in program.get(f"/api/keys/{made['id']}").json()


def test_it_lists_own_keys_newest_first(program: Program, stranger: Program) -> None:
    create(program, name="first")
    create(program, name="second")
    create(stranger, name="not mine")

    assert [key["name"] for key in program.get("/api/keys").json()] == ["second", "first"]


def test_it_changes_what_is_named_and_keeps_the_rest(program: Program) -> None:
    made = create(program, limits={"requests_per_minute": 5, "concurrency": 2}).json()

    changed = program.send("patch", f"/api/keys/{made['id']}", {"name": "staging", "limits": {"concurrency": 3}}).json()

    assert changed["name"] == "staging"
    assert changed["limits"] == made["limits"] | {"concurrency": 3}
    assert changed["models"] == ["*"]


def test_null_removes_a_limit_and_an_end(program: Program) -> None:
    made = create(program, limits={"concurrency": 2}, expires_at="2099-01-01T00:00:00Z").json()

    changed = program.send(
        "patch", f"/api/keys/{made['id']}", {"limits": {"concurrency": None}, "expires_at": None}
    ).json()

    assert changed["limits"]["concurrency"] is None
    assert changed["expires_at"] is None


def test_it_rotates(program: Program) -> None:
    made = create(program).json()

    rotated = program.send("post", f"/api/keys/{made['id']}/rotate", {"grace_seconds": 0}).json()

    assert rotated["id"] == made["id"]
    assert rotated["secret"] != made["secret"]
    assert rotated["secret"].startswith(rotated["prefix"])


def test_without_a_body_the_old_secret_stops_at_once(program: Program) -> None:
    made = create(program).json()

    rotated = program.post(f"/api/keys/{made['id']}/rotate", "", content_type="application/json").json()

    assert rotated["secret"] != made["secret"]
    assert queries.principal(digest(made["secret"])).has_expired(now())  # type: ignore[union-attr]


def test_it_revokes(program: Program) -> None:
    made = create(program).json()

    assert program.delete(f"/api/keys/{made['id']}").json()["standing"] == "revoked"
    assert queries.by_id(made["id"]).revoked_at is not None


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [("get", "", None), ("patch", "", {"name": "mine now"}), ("post", "/rotate", {}), ("delete", "", None)],
)
def test_it_validates_ownership(program: Program, stranger: Program, method: str, path: str, content: Any) -> None:
    made = create(stranger).json()

    answer = program.send(method, f"/api/keys/{made['id']}{path}", content)

    assert answer.status_code == 404
    assert stranger.get(f"/api/keys/{made['id']}").json()["standing"] == "active"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "k", "limits": {"concurrency": 0}}, "concurrency"),
        ({"name": "k", "limits": {"tokens_per_day": "many"}}, "tokens_per_day"),
        ({"name": "k", "expires_at": "2020-01-01T00:00:00Z"}, "end"),
        ({"name": "k", "models": []}, "model"),
        ({"name": "k", "tags": {"x": 1}}, "tags"),
        ({}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_name(program: Program, content: Any, named: str) -> None:
    answer = program.send("post", "/api/keys", content)

    assert answer.status_code == 400
    assert named in answer.json()["error"]["message"].lower()
    assert program.get("/api/keys").json() == []


def test_malformed_json_is_refused(program: Program) -> None:
    answer = program.post("/api/keys", "{", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
