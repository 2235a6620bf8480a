"""Accounts as payment providers know them."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from naxios.accounts import services as accounts
from naxios.billing.models import Customer
from naxios.billing.providers import Buyer, PaymentProvider
from naxios.errors import Refused


@transaction.atomic
def of_user(user: AbstractBaseUser, provider: PaymentProvider) -> Customer:
    """The customer row of ``user`` with ``provider``, made if there is none. At first it has no reference."""
    accounts.lock(user=user)
    found = Customer.objects.filter(provider=provider.name, user_id=user.pk, gone_at=None).first()
    return found or Customer.objects.create(provider=provider.name, user_id=user.pk)


def locked(customer_id: int) -> Customer:
    """The row, with nobody else at work on it or on its account before the present transaction ends.

    The account comes first, as when it is deleted: in another order two transactions could wait for each other.
    """
    user_id = Customer.objects.values_list("user_id", flat=True).get(pk=customer_id)
    if user_id is not None:
        accounts.lock_if_there(user_id=user_id)
    return Customer.objects.select_for_update().get(pk=customer_id)


def made_known(customer: Customer, provider: PaymentProvider) -> str:
    """The provider's reference of ``customer``; asks for one if there is none. The same key makes one customer there.

    Raises
    ------
    ProviderTrouble, ProviderRefused
        The provider does not answer, or will not have this customer.
    """
    if customer.reference:
        return customer.reference
    user = customer.user
    if user is None:
        raise Refused("The account has been deleted.")
    reference = provider.customer(Buyer(str(customer.key), customer.reference, user.get_username(), user.pk))
    _name(customer, reference)
    return reference


def known_or_adopted(provider: PaymentProvider, reference: str) -> Customer | None:
    """The customer that ``provider`` calls ``reference``.

    One that is not known was made here before a backup that was restored, or has a webhook that was faster than the
    answer to the request that made it: the provider keeps for whom it was made. ``None`` if it is none of ours.
    """
    known = Customer.objects.filter(provider=provider.name, reference=reference).first()
    if known is not None:
        return known
    owner = provider.owner_of(reference)
    if owner is None:
        return None
    account, key = owner
    named = Customer.objects.filter(provider=provider.name, key=key, reference="").first()
    if named is not None:
        _name(named, reference)
        return named
    return _adopt(provider, reference, account)


@transaction.atomic
def _adopt(provider: PaymentProvider, reference: str, account: int) -> Customer | None:
    user = get_user_model().objects.filter(pk=account).first()
    if user is None:
        return None
    accounts.lock(user=user)
    if Customer.objects.filter(provider=provider.name, user_id=account, gone_at=None).exists():
        return None  # the account has another one by now
    return Customer.objects.create(provider=provider.name, user_id=account, reference=reference)


@transaction.atomic
def _name(customer: Customer, reference: str) -> None:
    Customer.objects.filter(pk=customer.pk, reference="").update(reference=reference)
    customer.refresh_from_db(fields=["reference"])
