"""The catalogue is brought to what a file declares: all of it, or nothing."""

from typing import Any

import pytest

from naxios.accounts import services as accounts
from naxios.catalogue import queries, services
from naxios.catalogue.file import read
from naxios.catalogue.models import Model, Provider, Route
from naxios.catalogue.services import Applied, Change
from naxios.domain.addresses import Reach
from naxios.domain.catalogue import ECHO_MODEL
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.plans import queries as plans
from naxios.plans import services as plan_services

pytestmark = pytest.mark.usefixtures("database")

CANARY = "sk-canary-000000-8e21"
PROVIDER = """
[providers.p]
kind = "openai"
base_url = "http://8.8.8.8/v1"
api_key = "${KEY}"
headers = { X-Token = "${KEY}" }
"""
FILE = f"""{PROVIDER}
[models.m]
display_name = "The Model"
multiplier = "0.5"
routes = [ {{ provider = "p", model = "theirs" }}, {{ provider = "p", model = "spare", priority = 1, weight = 5 }} ]

[plans.pro]
tokens_per_day = 1000
"""


def apply(text: str, *, key: str = CANARY, reach: Reach = Reach.PUBLIC, **how: Any) -> Applied:
    known = frozenset(Provider.objects.values_list("name", flat=True))
    return services.apply(declared=read(text, "c.toml", {"KEY": key}, known), reach=reach, **how)


def stored() -> object:
    """Everything that applying may change."""
    return (
        list(Provider.objects.order_by("pk").values()),
        list(Model.objects.order_by("pk").values()),
        list(
            Route.objects.order_by("pk").values("model__name", "provider__name", "upstream_model", "priority", "weight")
        ),
        [(plan.name, plan.limits) for plan in plans.all_plans()],
        invalidation.latest(),
    )


def done(applied: Applied) -> list[tuple[str, str, str]]:
    return [(change.action, change.kind, change.name) for change in applied.changes]


# What is brought about


def test_what_is_new_is_made() -> None:
    assert done(apply(FILE)) == [("create", "provider", "p"), ("create", "model", "m"), ("create", "plan", "pro")]

    model = queries.snapshot().models["m"]
    assert (model.display_name, model.multiplier, model.demonstration) == ("The Model", 500_000, False)
    assert [(route.upstream_model, route.priority, route.weight) for route in model.routes] == [
        ("theirs", 0, 100),
        ("spare", 1, 5),
    ]
    provider = model.routes[0].provider
    assert (provider.name, provider.base_url, provider.credential.reveal()) == ("p", "http://8.8.8.8/v1", CANARY)
    assert [(name, value.reveal()) for name, value in provider.headers] == [("X-Token", CANARY)]
    assert plans.by_name("pro").limits.tokens_per_day == 1_000


def test_what_follows_a_plans_end_is_stored_and_changed() -> None:
    apply(f'{FILE}after_lapse = "refuse"\n')
    assert plans.by_name("pro").after_lapse == "refuse"

    applied = apply(FILE)

    assert plans.by_name("pro").after_lapse == "free"
    assert done(applied) == [("change", "plan", "pro")]


def test_the_same_file_again_changes_nothing() -> None:
    apply(FILE)
    before = stored()

    assert apply(FILE) == Applied([], [])

    assert stored() == before


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ('"The Model"', '"Mine"', Change("change", "model", "m", {"display_name": ("The Model", "Mine")})),
        ('"0.5"', '"2"', Change("change", "model", "m", {"multiplier": ("0.5", "2")})),
        (
            "8.8.8.8",
            "1.1.1.1",
            Change("change", "provider", "p", {"base_url": ("http://8.8.8.8/v1", "http://1.1.1.1/v1")}),
        ),
        ("= 1000", "= 2000", Change("change", "plan", "pro", {"tokens_per_day": (1_000, 2_000)})),
        (
            "weight = 5",
            "weight = 6",
            Change(
                "change",
                "model",
                "m",
                {
                    "routes": (
                        ["p:spare (priority 1, weight 5)", "p:theirs (priority 0, weight 100)"],
                        ["p:spare (priority 1, weight 6)", "p:theirs (priority 0, weight 100)"],
                    )
                },
            ),
        ),
    ],
)
def test_what_differs_is_changed_and_told_with_its_old_and_new_value(old: str, new: str, change: Change) -> None:
    apply(FILE)
    before = invalidation.latest()

    assert apply(FILE.replace(old, new)).changes == [change]

    assert invalidation.latest() > before
    assert apply(FILE.replace(old, new)).changes == []


def test_a_changed_credential_is_told_by_its_last_characters() -> None:
    apply(FILE)

    [change] = apply(FILE, key="sk-another-000000-93d7").changes

    assert change.fields["api_key"] == ("…8e21", "…93d7")
    assert queries.provider_snapshot("p").credential.reveal() == "sk-another-000000-93d7"


def test_a_short_credential_is_not_told_even_by_its_last_characters() -> None:
    applied = apply(FILE, key="short")

    assert applied.changes[0].fields["api_key"] == (None, "…")
    assert Provider.objects.get(name="p").credential_last_four == ""


def test_no_credential_is_told_or_stored_in_clear(database: Any) -> None:
    applied = apply(FILE)

    assert CANARY not in repr(applied)
    assert CANARY.encode() not in b"".join(file.read_bytes() for file in database.parent.glob("naxios.sqlite3*"))


def test_a_dry_run_tells_the_same_and_changes_nothing() -> None:
    before = stored()

    planned = apply(FILE, dry_run=True)

    assert stored() == before
    assert planned == apply(FILE)


# What is not in the file


def test_what_the_file_does_not_mention_is_told_and_kept() -> None:
    apply(FILE)

    assert apply("") == Applied([], ["model m", "provider p", "plan pro"])

    assert "m" in queries.snapshot().models


def test_pruning_deletes_what_the_file_does_not_mention_and_nothing_built_in() -> None:
    apply(FILE)

    assert done(apply("", prune=True)) == [
        ("delete", "model", "m"),
        ("delete", "provider", "p"),
        ("delete", "plan", "pro"),
    ]

    assert queries.snapshot().models.keys() == {ECHO_MODEL}
    assert [plan.name for plan in plans.all_plans()] == ["free"]


def test_pruning_what_is_in_use_is_refused_and_changes_nothing() -> None:
    apply(FILE)
    plan_services.grant(user=accounts.create_user(email="dev@example.com"), plan=plans.by_name("pro"))
    before = stored()

    with pytest.raises(Refused, match="pro cannot be deleted"):
        apply("", prune=True)

    assert stored() == before


# Where providers may be


@pytest.mark.parametrize(
    ("url", "reach", "allowed"),
    [
        ("http://127.0.0.1:11434/v1", Reach.PUBLIC, False),
        ("http://127.0.0.1:11434/v1", Reach.LOOPBACK, True),
        ("http://localhost:11434/v1", Reach.PUBLIC, False),
        ("http://localhost:11434/v1", Reach.LOOPBACK, True),
        ("http://10.0.0.1/v1", Reach.LOOPBACK, False),
        ("http://10.0.0.1/v1", Reach.PRIVATE, True),
        ("http://169.254.169.254/latest", Reach.LOOPBACK, False),
        ("http://[::ffff:10.0.0.1]/v1", Reach.LOOPBACK, False),
        ("http://8.8.8.8/v1", Reach.PUBLIC, True),
    ],
)
def test_a_provider_that_could_not_be_reached_is_refused(url: str, reach: Reach, allowed: bool) -> None:
    text = PROVIDER.replace("http://8.8.8.8/v1", url)
    before = stored()

    if allowed:
        assert done(apply(text, reach=reach)) == [("create", "provider", "p")]
    else:
        with pytest.raises(Refused, match="private address"):
            apply(text, reach=reach)
        assert stored() == before


def test_a_later_mistake_takes_back_what_came_before_it() -> None:
    before = stored()

    with pytest.raises(Refused, match="Provider q"):
        apply(FILE + '[providers.q]\nkind = "openai"\nbase_url = "http://10.0.0.1"\n')

    assert stored() == before


# Credentials under another secret key


def test_a_provider_whose_credential_cannot_be_read_is_left_out_until_it_is_applied_again() -> None:
    apply(FILE)
    Provider.objects.filter(name="p").update(credential_encrypted=b"written under another key")

    assert queries.snapshot().models["m"].routes == ()
    assert queries.snapshot().models[ECHO_MODEL].routes != ()
    with pytest.raises(Refused, match="another NAXIOS_SECRET_KEY"):
        queries.provider_snapshot("p")

    [change] = apply(FILE).changes
    assert change.fields["api_key"] == ("unreadable", "…8e21")
    assert queries.provider_snapshot("p").credential.reveal() == CANARY


def test_a_first_start_has_the_echo_model_and_no_provider_of_a_third_party() -> None:
    snapshot = queries.snapshot()

    assert snapshot.models.keys() == {ECHO_MODEL}
    assert snapshot.models[ECHO_MODEL].demonstration
    assert [provider.name for provider in queries.listed_providers()] == ["naxios"]


def test_a_provider_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused, match=r"no provider 'q'\. There are: naxios"):
        queries.provider_snapshot("q")
