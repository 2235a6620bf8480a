"""Keys as their owner's pages show them: standing, secrets, use, the limits that apply and the models that are open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils import timezone

from naxios.catalogue import queries as catalogue
from naxios.domain.catalogue import ECHO_MODEL, is_allowed
from naxios.keys.models import ApiKey, KeySecret
from naxios.plans import queries as plans
from naxios.usage import charts, explore, filters
from naxios.usage import queries as usage
from naxios.usage.charts import Chart

if TYPE_CHECKING:
    from naxios.catalogue.models import Model
    from naxios.plans.models import Plan

DAYS = 30
"""How many days of use, today among them, stand beside each key."""

KEYS_A_PAGE = 50
"""Keys in use are few; those that were revoked over the years need not be."""

ALL_MODELS = ["*"]
"""The allow-list of a key that may use whatever its plan allows."""

_LIMITS = (
    ("tokens_per_day", "Tokens a day"),
    ("requests_per_minute", "Requests a minute"),
    ("tokens_per_minute", "Tokens a minute"),
    ("concurrency", "Requests at the same time"),
)


_TABS = {"current": "In use", "expired": "Expired", "revoked": "Revoked"}


class ListedKey(NamedTuple):
    """A key with what a list says of it. ``prefix`` is its newest secret's."""

    key: ApiKey
    standing: str
    prefix: str
    tokens_today: int
    tokens_of_days: int


class Tab(NamedTuple):
    """One way to narrow the list, and how many keys it has."""

    show: str
    label: str
    size: int


class Chosen(NamedTuple):
    """The part of a list that was asked for, and what else can be."""

    page: "Page[ListedKey]"
    tabs: list[Tab]
    show: str
    tags: list[str]
    tag: str


class LimitRow(NamedTuple):
    """One limit: the key's own, its plan's, and the lower one, which applies; ``None`` is unlimited."""

    label: str
    own: int | None
    plan: int | None
    applies: int | None


class ShownSecret(NamedTuple):
    """The shown part of one secret and its life."""

    prefix: str
    created_at: datetime
    expires_at: datetime | None
    ended: bool


def of_user(user_id: int) -> list[ListedKey]:
    """Keys of an account, newest first."""
    keys = ApiKey.objects.filter(user_id=user_id).select_related("user").prefetch_related("secrets").order_by("-pk")
    return _listed(list(keys), user_id)


def described(key: ApiKey) -> ListedKey:
    """One key as a list shows it."""
    return _listed([key], key.user_id)[0]


def chart_of(key: ApiKey) -> Chart:
    """The use of ``key``, day by day."""
    days = replace(filters.last_days(DAYS, user_id=key.user_id, now=timezone.now()), key_id=key.pk)
    return charts.totals(explore.report(days), "use", f"Standard tokens of the last {DAYS} days")


def chosen(keys: list[ListedKey], *, show: str, tag: str, page: str = "") -> Chosen:
    """The keys that ``show`` (in use, expired, revoked) and ``tag`` (``name=value``) ask for, one page of them.

    Without either, that is every key that has not been revoked. Nothing is offered that would find nothing.
    """
    shown = show if show in _TABS else "current"
    counts = {name: sum(_is_in(name, listed) for listed in keys) for name in _TABS}
    tabs = [Tab(name, label, counts[name]) for name, label in _TABS.items() if counts[name] or name == "current"]
    tags = sorted({text for listed in keys for text in _tags(listed)})
    fitting = [listed for listed in keys if _is_in(shown, listed) and (not tag or tag in _tags(listed))]
    return Chosen(
        page=Paginator(fitting, KEYS_A_PAGE).get_page(page),
        tabs=tabs if len(tabs) > 1 else [],
        show=shown,
        tags=tags,
        tag=tag,
    )


def one(*, user_id: int, key_id: int) -> ApiKey | None:
    """The key ``key_id`` if it belongs to the account; nobody else's is found."""
    return ApiKey.objects.filter(pk=key_id, user_id=user_id).select_related("user").prefetch_related("secrets").first()


def standing(key: ApiKey) -> str:
    """In one word whether ``key`` works: active, expired, revoked or suspended."""
    now = timezone.now()
    if key.revoked_at is not None:
        return "revoked"
    if _has_ended(key.expires_at, now) or all(_has_ended(secret.expires_at, now) for secret in key.secrets.all()):
        return "expired"
    return "suspended" if key.user.is_suspended else "active"


def secrets_of(key: ApiKey) -> list[ShownSecret]:
    """Every secret that ``key`` has had, newest first."""
    now = timezone.now()
    return [
        ShownSecret(secret.prefix, secret.created_at, secret.expires_at, _has_ended(secret.expires_at, now))
        for secret in sorted(key.secrets.all(), key=lambda secret: secret.pk, reverse=True)
    ]


def limits_of(key: ApiKey) -> list[LimitRow]:
    """Each limit of ``key`` beside its plan's."""
    plan = plans.plan_of(key.user_id)
    rows = []
    for name, label in _LIMITS:
        own, of_plan = getattr(key, name), getattr(plan, name)
        stated = [limit for limit in (own, of_plan) if limit is not None]
        rows.append(LimitRow(label, own, of_plan, min(stated, default=None)))
    return rows


def models_of(key: ApiKey) -> "list[Model]":
    """Models of the catalogue that both the plan and ``key`` allow."""
    own = tuple(key.allowed_models)
    return [model for model in models_of_plan(plans.plan_of(key.user_id)) if is_allowed(model.name, own)]


def models_of_plan(plan: "Plan") -> "list[Model]":
    """Models of the catalogue that ``plan`` allows."""
    return [model for model in catalogue.listed_models() if is_allowed(model.name, tuple(plan.allowed_models))]


def example_model(key: ApiKey) -> str:
    """A model for a first request with ``key``: a real one if there is one."""
    models = models_of(key)
    real = next((model for model in models if not model.is_demonstration), None)
    return (real or models[0]).name if models else ECHO_MODEL


def made_by(*, user_id: int, form_token: UUID) -> ApiKey | None:
    """The key of the account that the form with this token has made or rotated."""
    secret = KeySecret.objects.filter(form_token=form_token, key__user_id=user_id).select_related("key").first()
    return secret.key if secret else None


def _listed(keys: list[ApiKey], user_id: int) -> list[ListedKey]:
    today = timezone.now().astimezone(UTC).date()
    use_today = usage.tokens_by_key(user_id=user_id, since=today)
    use_of_days = usage.tokens_by_key(user_id=user_id, since=today - timedelta(days=DAYS - 1))
    return [
        ListedKey(key, standing(key), secrets_of(key)[0].prefix, use_today.get(key.pk, 0), use_of_days.get(key.pk, 0))
        for key in keys
    ]


def _is_in(tab: str, listed: ListedKey) -> bool:
    return listed.standing == tab if tab != "current" else listed.standing not in ("expired", "revoked")


def _tags(listed: ListedKey) -> list[str]:
    return [f"{name}={text}" for name, text in listed.key.tags.items()]


def _has_ended(end: datetime | None, now: datetime) -> bool:
    return end is not None and end <= now
