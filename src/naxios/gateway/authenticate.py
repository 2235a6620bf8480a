"""Key to principal: checksum first, then a cache, then the snapshot source; forgotten when something changes."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from naxios.domain import clock, keys
from naxios.domain.principal import Principal, Standing
from naxios.gateway.refusal import Refusal

KEPT_PRINCIPALS = 100_000
KEPT_UNKNOWN = 10_000
REFRESHED_AFTER = clock.MINUTE
"""Changes arrive by invalidation, and principals say when time alone changes them; this bounds what goes amiss."""

USED_FOR = clock.HOUR
"""While the source is away, what is known is used for this long; keys cannot be revoked meanwhile either."""

ASKED_AGAIN_AFTER = 5 * clock.SECOND
"""A source that is away may take long to say so: not every request finds that out again."""

_HOW = "Send it as `Authorization: Bearer nx_…` or `x-api-key: nx_…`."


class SourceUnavailable(Exception):
    """The snapshot source (in the end, the database) cannot be asked at the moment."""


class KeySource(Protocol):
    """Where principals come from."""

    async def find_key(self, digest: bytes) -> Principal | None:
        """The principal behind a key's digest, whatever its standing; ``None`` if there is no such key.

        Raises
        ------
        SourceUnavailable
            It cannot be known now.
        """


class _Known(msgspec.Struct):
    principal: Principal
    fresh_until: int
    usable_until: int


class Authenticator:
    """Finds who a request acts for. One for each process."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._known: dict[bytes, _Known] = {}
        self._unknown: set[bytes] = set()
        self._lookups: dict[bytes, asyncio.Future[Principal | None]] = {}
        self._forgettings = 0

    async def authenticate(self, headers: list[tuple[bytes, bytes]], now: int) -> Principal:
        """The principal of the key in ``headers``.

        Raises
        ------
        Refusal
            401 without a key or with an unknown, revoked or expired one; 402 for an account whose plan has lapsed;
            403 for one that is suspended, held or not verified; 503 for a key that is not cached while the database
            is away.
        """
        secret = _secret(headers)
        if not keys.is_well_formed(secret):
            raise Refusal(
                401,
                "invalid_api_key",
                "This is not a Naxios key: its length or checksum is wrong, so it was mistyped or cut off. " + _HOW,
                retry=False,
            )
        try:
            principal = await self._principal(keys.digest(secret), now)
        except SourceUnavailable:
            raise Refusal(
                503, "keys_unavailable", "Keys cannot be looked up at the moment. Retry soon.", retry_after=clock.SECOND
            ) from None
        if principal is None:
            raise Refusal(401, "invalid_api_key", "No such key. Create one in the dashboard.", retry=False)
        if principal.standing is Standing.REVOKED:
            raise Refusal(
                401, "key_revoked", "This key has been revoked. Create another in the dashboard.", retry=False
            )
        if principal.has_expired(now):
            ended = clock.format_instant(principal.expires_at or 0)
            raise Refusal(401, "key_expired", f"This key expired at {ended}. Create or rotate one.", retry=False)
        if principal.standing is not Standing.ACTIVE:
            raise _not_active(principal)
        return principal

    def forget_all(self) -> None:
        """Look everything up again."""
        self._begin_forgetting()
        self._known.clear()

    def forget_key(self, key_id: int) -> None:
        """Look this key up again, and all digests that were unknown: one may belong to it now."""
        self._forget(lambda principal: principal.key_id == key_id)

    def forget_account(self, account_id: int) -> None:
        """Look all keys of this account up again."""
        self._forget(lambda principal: principal.account_id == account_id)

    def _forget(self, concerned: Callable[[Principal], bool]) -> None:
        self._begin_forgetting()
        for digest in [digest for digest, known in self._known.items() if concerned(known.principal)]:
            del self._known[digest]

    def _begin_forgetting(self) -> None:
        self._forgettings += 1
        self._unknown.clear()
        self._lookups.clear()  # they go on for who waits for them, but nobody who comes later joins them

    async def _principal(self, digest: bytes, now: int) -> Principal | None:
        known = self._known.get(digest)
        if known is not None and now < known.fresh_until:
            return known.principal
        if digest in self._unknown:
            return None
        lookup = self._lookups.get(digest)
        if lookup is None:
            lookup = self._lookups[digest] = asyncio.ensure_future(self._look_up(digest, now))
            lookup.add_done_callback(lambda _: self._lookups.pop(digest, None))
        try:
            return await asyncio.shield(lookup)
        except SourceUnavailable:
            if known is None or known is not self._known.get(digest) or now >= known.usable_until:
                raise
            known.fresh_until = now + ASKED_AGAIN_AFTER
            return known.principal

    async def _look_up(self, digest: bytes, now: int) -> Principal | None:
        forgettings = self._forgettings
        principal = await self._source.find_key(digest)
        if forgettings != self._forgettings:
            return principal  # something changed meanwhile: good for this request, not worth keeping
        if principal is None:
            if len(self._unknown) >= KEPT_UNKNOWN:
                self._unknown.clear()
            self._unknown.add(digest)
            return None
        if len(self._known) >= KEPT_PRINCIPALS:
            self._known.pop(next(iter(self._known)))
        fresh_until = min(now + REFRESHED_AFTER, principal.changes_at or now + REFRESHED_AFTER)
        self._known[digest] = _Known(principal, fresh_until, now + USED_FOR)
        return principal


def _not_active(principal: Principal) -> Refusal:
    """Why an account's keys do not work at present, in the control plane's words where it has some."""
    match principal.standing:
        case Standing.LAPSED:
            usual = "The plan of this account has ended. Renew it, or choose the free plan, under Billing."
            return Refusal(402, "plan_lapsed", principal.why or usual, retry=False)
        case Standing.UNVERIFIED:
            usual = "The free plan is for verified members of a Discord server. Connect Discord in the dashboard."
            return Refusal(403, "verification_required", principal.why or usual, retry=False)
        case Standing.HELD:
            usual = "This account is held for a review. Its dashboard says what to do."
            return Refusal(403, "account_held", principal.why or usual, retry=False)
        case _:
            return Refusal(403, "account_suspended", "This account is suspended. Contact the operator.", retry=False)


def _secret(headers: list[tuple[bytes, bytes]]) -> str:
    """The key in the headers. ``Authorization`` goes first: SDKs set it, people add the other by hand."""
    other = b""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, credentials = value.partition(b" ")
            if scheme.lower() == b"bearer" and credentials.strip():
                return credentials.strip().decode("latin-1")
        elif name == b"x-api-key":
            other = value
    if other:
        return other.strip().decode("latin-1")
    raise Refusal(401, "missing_api_key", f"A key is needed. {_HOW}", retry=False)
