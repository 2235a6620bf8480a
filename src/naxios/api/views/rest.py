"""The management API: the same services and queries as behind the pages. ``/api/docs`` shows and tries it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from naxios.accounts.origin import Origin
from naxios.api import describe, schemas
from naxios.api.authentication import TokenAuth, TokenThrottle
from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.keys import listing
from naxios.keys import services as keys
from naxios.usage import queries as usage

if TYPE_CHECKING:
    from naxios.keys.models import ApiKey

ERRORS = frozenset({400, 401, 403, 404, 429})

api = NinjaAPI(
    title="Naxios management API",
    version="1",
    description=(
        "Keys, usage and limits of your own account, for programs. Create an access token in the dashboard and send "
        "it as `Authorization: Bearer nxt_…`. Completions are served under `/v1/`, with API keys."
    ),
    urls_namespace="api",
    auth=TokenAuth(),
    throttle=[TokenThrottle()],
)


@api.get("/account", response={200: schemas.Account, ERRORS: schemas.Error}, tags=["Account"])
def get_account(request: HttpRequest) -> Any:
    """The account of this token, with its plan."""
    return describe.account(_token(request).user)


@api.get("/limits", response={200: list[schemas.LimitState], ERRORS: schemas.Error}, tags=["Account"])
def get_limits(request: HttpRequest) -> Any:
    """How the limits of the account and of each of its keys stand now."""
    return describe.limit_states(_token(request).user_id)


@api.get("/keys", response={200: list[schemas.Key], ERRORS: schemas.Error}, tags=["Keys"])
def list_keys(request: HttpRequest) -> Any:
    """Every key, newest first, revoked ones included."""
    return [describe.key(listed.key) for listed in listing.of_user(_token(request).user_id)]


@api.post("/keys", response={201: schemas.KeyWithSecret, ERRORS: schemas.Error}, tags=["Keys"])
def create_key(request: HttpRequest, wanted: schemas.NewKey) -> Any:
    """A new key. Its secret is in this answer and nowhere else."""
    made, secret = keys.create(
        user=_token(request).user,
        name=wanted.name,
        limits=Limits(**wanted.limits.dict()),
        allowed_models=wanted.models,
        tags=wanted.tags,
        expires_at=wanted.expires_at,
        origin=Origin.of(request),
    )
    return Status(201, {**describe.key(made), "secret": secret})


@api.get("/keys/{key_id}", response={200: schemas.Key, ERRORS: schemas.Error}, tags=["Keys"])
def get_key(request: HttpRequest, key_id: int) -> Any:
    """One key."""
    return describe.key(_own_key(request, key_id))


@api.patch("/keys/{key_id}", response={200: schemas.Key, ERRORS: schemas.Error}, tags=["Keys"])
def change_key(request: HttpRequest, key_id: int, wanted: schemas.ChangedKey) -> Any:
    """Change a key's name, tags, limits, models or end."""
    found = _own_key(request, key_id)
    given = wanted.dict(exclude_unset=True)
    limits = {**schemas.Limits.from_orm(found).dict(), **(given.get("limits") or {})}
    keys.change(
        key=found,
        name=given.get("name") or found.name,
        limits=Limits(**limits),
        allowed_models=given.get("models") or found.allowed_models,
        tags=found.tags if given.get("tags") is None else given["tags"],
        expires_at=given.get("expires_at", found.expires_at),
        origin=Origin.of(request),
    )
    return describe.key(found)


@api.post("/keys/{key_id}/rotate", response={200: schemas.KeyWithSecret, ERRORS: schemas.Error}, tags=["Keys"])
def rotate_key(request: HttpRequest, key_id: int, wanted: schemas.Rotation | None = None) -> Any:
    """A new secret; the ones before it go on working for the grace time."""
    found = _own_key(request, key_id)
    grace = timedelta(seconds=wanted.grace_seconds if wanted else 0)
    secret = keys.rotate(key=found, grace=grace, origin=Origin.of(request))
    return {**describe.key(_own_key(request, key_id)), "secret": secret}


@api.delete("/keys/{key_id}", response={200: schemas.Key, ERRORS: schemas.Error}, tags=["Keys"])
def revoke_key(request: HttpRequest, key_id: int) -> Any:
    """Revoke a key for good; it stops working within a second, its usage stays."""
    found = _own_key(request, key_id)
    keys.revoke(key=found, origin=Origin.of(request))
    return describe.key(found)


@api.get("/usage", response={200: schemas.Usage, ERRORS: schemas.Error}, tags=["Usage"])
def get_usage(
    request: HttpRequest,
    by: Literal["model", "key", "day"] = "model",
    since: date | None = None,
    key: int | None = None,
) -> Any:
    """Requests and tokens of the account (or of one key), summed by model, key or day, from the UTC day `since` on."""
    user_id = _token(request).user_id
    if key is not None:
        _own_key(request, key)
    rows = usage.totals(by=by, user_id=user_id, key_id=key, since=since)
    return {
        "by": by,
        "since": since,
        "rows": [{"group": row.pop(by), **row} for row in rows],
        "refusals": usage.refusals(user_id=user_id, key_id=key, since=since),
    }


@api.exception_handler(Refused)
def on_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return _problem(request, 400, str(refused), "refused")


@api.exception_handler(AuthenticationError)
def on_unknown_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    message = "No such access token, or it has ended. Create one in the dashboard and send it as a bearer token."
    return _problem(request, 401, message, "invalid_access_token")


@api.exception_handler(ValidationError)
def on_malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    place = ".".join(str(part) for part in first["loc"][1:] if part not in ("wanted",))
    return _problem(request, 400, f"{place or 'The body'}: {first['msg']}.", "invalid_request", place or None)


@api.exception_handler(Throttled)
def on_too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    wait = max(1, round(error.wait or 1))
    response = _problem(request, 429, f"Too many requests. There is room again in {wait} s.", "rate_limited")
    response["retry-after"] = str(wait)
    return response


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    codes = {400: "invalid_request", 403: "read_only_token", 404: "not_found"}
    return _problem(request, error.status_code, error.message, codes.get(error.status_code, "error"))


def _problem(request: HttpRequest, status: int, message: str, code: str, param: str | None = None) -> HttpResponse:
    kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
    problem = {"message": message, "type": kinds.get(status, "invalid_request_error"), "param": param, "code": code}
    return api.create_response(request, {"error": problem}, status=status)


def _token(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


def _own_key(request: HttpRequest, key_id: int) -> "ApiKey":
    found = listing.one(user_id=_token(request).user_id, key_id=key_id)
    if found is None:
        raise HttpError(404, f"Your account has no key {key_id}. GET /api/keys lists those it has.")
    return found
