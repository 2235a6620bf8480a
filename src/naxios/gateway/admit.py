"""Every limit that applies, decided at once: a reservation, or a refusal that says which limit and when it resets."""

from naxios.domain import clock, limits
from naxios.domain.catalogue import DEFAULT_MAX_OUTPUT_TOKENS, Model
from naxios.domain.limits import LimitName
from naxios.domain.principal import Principal, scopes_of
from naxios.domain.tokens import standard_tokens
from naxios.domain.usage import estimate_input
from naxios.gateway.limits import Admitted, Limiter, LimitState, Refused, Scopes
from naxios.gateway.refusal import Headers, Refusal

_HEADER_NAMES = {
    limit: (b"x-ratelimit-limit-" + suffix, b"x-ratelimit-remaining-" + suffix, b"x-ratelimit-reset-" + suffix)
    for limit, suffix in (
        (LimitName.REQUESTS_PER_MINUTE, b"requests"),
        (LimitName.TOKENS_PER_MINUTE, b"tokens"),
        (LimitName.TOKENS_PER_DAY, b"tokens-day"),
    )
}
_WORDS = {
    LimitName.REQUESTS_PER_MINUTE: "requests per minute",
    LimitName.TOKENS_PER_MINUTE: "tokens per minute",
    LimitName.TOKENS_PER_DAY: "tokens per day",
    LimitName.CONCURRENCY: "requests at the same time",
}


async def admit(
    limiter: Limiter,
    principal: Principal,
    model: Model,
    *,
    prompt_bytes: int,
    attachments: int,
    max_output: int | None,
    choices: int,
    now: int,
) -> Admitted:
    """Reserve the prompt's estimate and the most output there can be.

    Raises
    ------
    Refusal
        429, with the limit's name as its code.
    """
    scopes = scopes_of(principal)
    tokens = _estimate(scopes, model, prompt_bytes, attachments, max_output, choices)
    decision = await limiter.admit(scopes, tokens, now)
    if isinstance(decision, Refused):
        raise _refusal(decision, tokens, await _largest_day(limiter, principal, decision), now)
    return decision


def standing_headers(standing: list[LimitState]) -> Headers:
    """``x-ratelimit-…`` of the tightest scope for each limit, as OpenAI names and writes them."""
    tightest: dict[LimitName, LimitState] = {}
    for state in standing:
        known = tightest.get(state.name)
        if known is None or state.remaining < known.remaining:
            tightest[state.name] = state
    headers: Headers = []
    for name, state in tightest.items():
        names = _HEADER_NAMES.get(name)
        if names is not None:
            limit, remaining, reset = names
            headers += (
                (limit, b"%d" % state.limit),
                (remaining, b"%d" % state.remaining),
                (reset, clock.format_duration(state.reset).encode()),
            )
    return headers


def _estimate(
    scopes: Scopes, model: Model, prompt_bytes: int, attachments: int, max_output: int | None, choices: int
) -> int:
    """Standard tokens to reserve."""
    prompt = estimate_input(prompt_bytes, attachments)
    most = model.max_output_tokens or DEFAULT_MAX_OUTPUT_TOKENS
    output = max_output if max_output is not None else most
    tokens = standard_tokens(prompt + output * choices, model.multiplier)
    if max_output is not None:
        return tokens
    # The client named no maximum, so ours must not be what makes a request larger than its limits.
    bounds = [
        bound
        for scope in scopes
        for bound in (scope.limits.tokens_per_minute, scope.limits.tokens_per_day)
        if bound is not None
    ]
    return max(min([tokens, *bounds]), standard_tokens(prompt, model.multiplier))


async def _largest_day(limiter: Limiter, principal: Principal, refused: Refused) -> str:
    """The most that a day can come to, in words, for requests that are larger than their limit."""
    limit, account = refused.limit, scopes_of(principal)[0]
    if limit.name is not LimitName.TOKENS_PER_DAY or limit.scope != account.id or not account.bonus_tokens:
        return f"{limit.limit:,} {_WORDS[limit.name]}"
    left = limits.bonus_left(account.bonus_tokens, await limiter.bonus_used(account))
    return f"{account.limits.tokens_per_day:,} {_WORDS[limit.name]} and {left:,} bonus tokens that are left"


def _refusal(refused: Refused, tokens: int, largest: str, now: int) -> Refusal:
    state, words = refused.limit, _WORDS[refused.limit.name]
    whose = "this key" if state.scope.startswith("key:") else "this account"
    headers = standing_headers(refused.standing)
    if refused.wait == limits.NEVER:
        if state.name is LimitName.REQUESTS_PER_MINUTE:
            message = f"The limit of {whose} is {state.limit} {words}. Ask the operator for a larger one."
        else:
            message = (
                f"This request may use up to {tokens:,} standard tokens, more than the limit of {whose}: "
                f"{largest}. Shorten the prompt or lower max_completion_tokens."
            )
        return Refusal(429, state.name, message, retry_after=clock.until_next_day(now), retry=False, headers=headers)
    if state.name is LimitName.CONCURRENCY:
        message = f"The limit of {whose} is {state.limit} {words}, and all are running. Retry when one has ended."
        return Refusal(429, state.name, message, retry_after=refused.wait, headers=headers)
    needed = "" if state.name is LimitName.REQUESTS_PER_MINUTE else f" This request may use up to {tokens:,}."
    reset = clock.format_duration(refused.wait)
    at = f" ({clock.format_instant(now + refused.wait)})" if state.name is LimitName.TOKENS_PER_DAY else ""
    message = (
        f"The limit of {whose} is {state.limit:,} {words}; {state.remaining:,} remain.{needed} "
        f"There is room again in {reset}{at}."
    )
    # Some SDKs would sleep as long as they are told; a bucket that was overdrawn takes longer than its minute.
    retry = False if state.name is LimitName.TOKENS_PER_DAY or refused.wait > clock.MINUTE else None
    return Refusal(429, state.name, message, retry_after=refused.wait, retry=retry, headers=headers)
