"""Reservation and usage to counters and journal: what every admitted request comes to, once, however it ended."""

import msgspec

from naxios.domain import clock
from naxios.domain.catalogue import Model
from naxios.domain.journal import UsageEntry
from naxios.domain.principal import Principal
from naxios.domain.tokens import standard_tokens
from naxios.domain.usage import NOTHING, Exchanged, MeteredUsage, ReportedUsage, meter
from naxios.gateway import metrics
from naxios.gateway.journal import Journal
from naxios.gateway.limits import Limiter, LimitState, Reservation


class Outcome(msgspec.Struct):
    """How a request went, filled in along its way. ``delivered`` says whether the client got any of an answer."""

    status: int = 500
    error: str = ""
    delivered: bool = False
    reported: ReportedUsage | None = None
    delivered_bytes: int = 0
    provider: str = ""
    attempts: int = 0
    first_byte: int = 0


class Settlement:
    """One admitted request's account. :meth:`settle` does its work once; later calls do nothing."""

    def __init__(
        self,
        *,
        request_id: str,
        endpoint: str,
        streamed: bool,
        principal: Principal,
        model: Model,
        reservation: Reservation,
        exchanged: Exchanged,
        admitted_at: int,
    ) -> None:
        self.outcome = Outcome()
        self.settled = False
        self._request_id = request_id
        self._endpoint = endpoint
        self._streamed = streamed
        self._principal = principal
        self._model = model
        self._reservation = reservation
        self._exchanged = exchanged
        self._admitted_at = admitted_at

    async def settle(self, limiter: Limiter, journal: Journal) -> list[LimitState]:
        """Correct the counters and put the usage record into the journal.

        Returns
        -------
        list of LimitState
            How the limits stand afterwards; empty if it was settled before.
        """
        if self.settled:
            return []
        self.settled = True
        outcome, now = self.outcome, clock.now()
        usage = self._usage()
        tokens = standard_tokens(usage.input_tokens + usage.output_tokens, self._model.multiplier)
        standing: list[LimitState] = []
        bonus_tokens = 0
        try:
            standing, bonus_tokens = await limiter.settle(self._reservation, tokens, now)
        finally:  # whatever becomes of the counters, the record is written
            journal.append(self._entry(usage, tokens, bonus_tokens, now))
            metrics.observe(self._model.name, outcome.provider, outcome.status, usage, now - self._admitted_at)
        return standing

    def _entry(self, usage: MeteredUsage, tokens: int, bonus_tokens: int, now: int) -> UsageEntry:
        outcome = self.outcome
        return UsageEntry(
            request_id=self._request_id,
            account_id=self._principal.account_id,
            key_id=self._principal.key_id,
            model=self._model.name,
            provider=outcome.provider,
            endpoint=self._endpoint,
            status=outcome.status,
            error=outcome.error,
            streamed=self._streamed,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            standard_tokens=tokens,
            usage_source=usage.source,
            admitted_at=self._admitted_at,
            duration=max(0, now - self._admitted_at),
            first_byte=max(0, outcome.first_byte - self._admitted_at) if outcome.first_byte else 0,
            attempts=outcome.attempts,
            bonus_tokens=bonus_tokens,
        )

    def _usage(self) -> MeteredUsage:
        if not self.outcome.delivered:
            return NOTHING
        self._exchanged.delivered_bytes = self.outcome.delivered_bytes
        return meter(self.outcome.reported, self._exchanged)
