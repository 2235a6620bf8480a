"""Shapes of the management API: what comes in and what goes out."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema

Limit = Annotated[int, Field(ge=1, le=2**53)]


class Problem(Schema):
    """What, why and what next."""

    message: str
    type: str
    param: str | None = None
    code: str


class Error(Schema):
    """Every answer other than success, as the gateway's are."""

    error: Problem


class Limits(Schema):
    """Limits of a plan or key; ``null`` is unlimited. Tokens are standard tokens."""

    tokens_per_day: Limit | None = None
    requests_per_minute: Limit | None = None
    tokens_per_minute: Limit | None = None
    concurrency: Limit | None = None


class Account(Schema):
    """The account that a token belongs to."""

    id: int
    email: str
    name: str
    plan: str
    limits: Limits
    created_at: datetime


class Key(Schema):
    """An API key. ``prefix`` is the shown beginning of its newest secret."""

    id: int
    name: str
    prefix: str
    standing: str
    tags: dict[str, str]
    limits: Limits
    models: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class KeyWithSecret(Key):
    """A key whose secret is told once."""

    secret: str


class NewKey(Schema):
    """What a new key is to be."""

    name: str
    tags: dict[str, str] = {}
    limits: Limits = Limits()
    models: list[str] = ["*"]
    expires_at: datetime | None = None


class ChangedKey(Schema):
    """What is to change about a key; what is left out stays, and ``null`` removes."""

    name: str | None = None
    tags: dict[str, str] | None = None
    limits: Limits | None = None
    models: list[str] | None = None
    expires_at: datetime | None = None


class Rotation(Schema):
    """How long secrets from before go on working, in seconds."""

    grace_seconds: int = Field(0, ge=0, le=30 * 24 * 3600)


class UsageRow(Schema):
    """Sums of one model, key or day."""

    group: str
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    standard_tokens: int


class Usage(Schema):
    """Usage of whole UTC days, and how often requests were refused, by reason."""

    by: str
    since: date | None
    rows: list[UsageRow]
    refusals: dict[str, int]


class LimitState(Schema):
    """How one limit stands. ``used`` and ``remaining`` are ``null`` where only another process knows."""

    scope: str
    limit: str
    value: int
    used: int | None
    remaining: int | None
    resets_at: datetime | None
