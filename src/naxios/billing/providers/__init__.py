"""What Naxios asks of a payment provider: one interface, and a folder beside this file for each provider.

A folder that has ``build(config) -> PaymentProvider | None`` in its ``__init__.py`` is found by itself; ``None`` says
that it is not configured. Webhooks are hints only: they say whose state may have changed, and
:meth:`PaymentProvider.read` says what it is. So it does not matter in which order they come, or how often.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from naxios.billing.providers.truth import Truth
from naxios.errors import Refused


class ProviderTrouble(Exception):
    """The provider cannot be reached, or answers nonsense. Tried again later; the message quotes no secret."""


class ProviderRefused(Refused):
    """The provider will not do it; the message says why, for the person who asked."""


class NotGenuine(Exception):
    """A webhook that the provider did not send, or not lately."""


class Item(msgspec.Struct, frozen=True):
    """What is bought: a plan by the month (``tokens`` is 0), or a pack of tokens once.

    Attributes
    ----------
    price_reference : the provider's own name of the price, if the operator has made it there.
    """

    name: str
    title: str
    price_minor: int
    currency: str
    tokens: int = 0
    trial_days: int = 0
    price_reference: str = ""

    @property
    def is_plan(self) -> bool:
        """Whether it is bought by the month."""
        return self.tokens == 0


class Buyer(msgspec.Struct, frozen=True):
    """Who buys. ``key`` is unique to this customer and never changes; ``reference`` is empty before the first time."""

    key: str
    reference: str
    email: str
    account: int


class Order(msgspec.Struct, frozen=True):
    """A checkout to be opened. ``key`` makes opening it twice the same as once."""

    key: str
    customer: str
    item: Item
    success_url: str
    cancel_url: str
    expires_at: datetime


class Opened(msgspec.Struct, frozen=True):
    """A checkout that waits for its person at ``url`` until ``expires_at``."""

    reference: str
    url: str
    expires_at: datetime


class Preview(msgspec.Struct, frozen=True):
    """What a change of plan would cost: ``amount_minor`` at once, or on the next invoice. Below 0 it is a credit.

    Attributes
    ----------
    as_of : the moment from which on the rest of the period is counted, if the provider tells. A change as of then costs
        exactly this.
    """

    amount_minor: int
    currency: str
    as_of: datetime | None = None


class Hint(msgspec.Struct, frozen=True):
    """Something happened to ``about``. ``customer`` is empty where the hint does not say whose it is."""

    reference: str
    type: str
    about: str
    customer: str
    at: datetime


class PaymentProvider(Protocol):
    """A payment provider. Everything may raise :class:`ProviderTrouble`; what changes something, ProviderRefused."""

    name: str
    title: str
    renews: bool
    """Whether its subscriptions go on by themselves. If not, the next period is bought before this one ends."""
    has_portal: bool
    """Whether it has a page where people change how they pay."""

    def customer(self, buyer: Buyer) -> str:
        """The reference of a customer for ``buyer``: a new one, or the one that was made by the same key."""

    def open_checkout(self, order: Order) -> Opened:
        """A page where the person pays."""

    def close_checkout(self, reference: str) -> None:
        """Nobody can pay there any more. One that is over already is left as it is."""

    def portal(self, customer: str, return_url: str) -> str:
        """The address of the page where people change how they pay."""

    def change_plan(self, subscription: str, item: Item, *, at_once: bool, as_of: datetime | None) -> None:
        """Go over to another plan, with proration as of a moment shortly before, or now; ``at_once`` has the
        difference paid now, or refuses."""

    def preview(self, subscription: str, item: Item, *, at_once: bool) -> Preview | None:
        """What :meth:`change_plan` would cost; ``None`` if that cannot be told before."""

    def cancel(self, subscription: str, *, at_once: bool) -> None:
        """End a subscription at once or with its period. One that has ended is left as it is."""

    def resume(self, subscription: str) -> None:
        """Take back a cancellation before it takes effect."""

    def refund(self, payment: str, amount_minor: int, *, key: str) -> None:
        """Give back a part of a payment or all of it. The same key does it once."""

    def forget(self, customer: str) -> None:
        """Delete the customer, which ends all of its subscriptions. One that is gone is left as it is."""

    def hint(self, body: bytes, headers: Mapping[str, str]) -> Hint | None:
        """What a webhook says; ``None`` if it is of no interest.

        Raises
        ------
        NotGenuine
            The provider did not send it, or not lately.
        """

    def hint_by_reference(self, reference: str) -> Hint | None:
        """An event that happened, by its id; ``None`` if there is none of interest."""

    def hints_since(self, moment: datetime) -> Iterator[Hint]:
        """What has happened since ``moment``, as far as the provider remembers, oldest first."""

    def customer_of(self, hint: Hint) -> str:
        """Whose state a hint is about; empty if nobody's."""

    def owner_of(self, customer: str) -> tuple[int, str] | None:
        """The account that a customer was made for and its key, if this installation has made it."""

    def read(self, customer: str, checkouts: Iterable[str]) -> Truth:
        """Everything about a customer, as it is now, and about the checkouts named."""

    def live_customers(self) -> Iterator[str]:
        """The customers that have a subscription which has not ended."""
