"""The way to Stripe's API: one client, with time limits, and its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import stripe

from naxios.billing.providers import ProviderRefused, ProviderTrouble

CONNECT_SECONDS = 3.05
ANSWER_SECONDS = 10.0
RETRIES = 2
"""By the library, with growing pauses. It sends the same idempotency key again, so nothing happens twice."""

_NOT_TODAY = (
    stripe.APIConnectionError,
    stripe.RateLimitError,
    stripe.AuthenticationError,
    stripe.PermissionError,
    stripe.IdempotencyError,
)


@lru_cache(maxsize=4)
def client(secret_key: str, api_url: str) -> stripe.StripeClient:
    """The client of a key; connections are kept open between calls, and nothing of the library's own state is set."""
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_url},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
    )


@contextmanager
def speaking() -> Iterator[None]:
    """Turn the library's errors into ours. Their own texts may quote parts of a key, and stay out of ours."""
    try:
        yield
    except stripe.CardError as error:
        raise ProviderRefused(f"{error.user_message or 'The card was declined.'} Nothing was changed.") from None
    except _NOT_TODAY as error:
        raise ProviderTrouble(_kind(error)) from error
    except stripe.InvalidRequestError as error:
        raise ProviderRefused(
            f"Stripe refuses this: {error.user_message or error.code or 'it does not say why.'}"
        ) from None
    except stripe.StripeError as error:
        raise ProviderTrouble(_kind(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProviderTrouble(f"Stripe answered something that cannot be read ({type(error).__name__})") from error


def metadata_of(found: Any, name: str) -> str:
    """What was attached to an object under ``name``; empty if nothing was."""
    metadata = getattr(found, "metadata", None)
    return str(metadata[name]) if metadata is not None and name in metadata else ""


def is_missing(error: stripe.InvalidRequestError) -> bool:
    """Whether Stripe has no such object."""
    return error.code == "resource_missing" or error.http_status == 404


def _kind(error: stripe.StripeError) -> str:
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return "Stripe does not accept NAXIOS_STRIPE_SECRET_KEY"
    status = f" {error.http_status}" if error.http_status else ""
    return f"Stripe cannot be reached or fails ({type(error).__name__}{status})"
