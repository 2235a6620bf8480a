"""What can be done with plans: declare, delete, grant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.plans.models import Entitlement, Plan


@transaction.atomic
def grant(
    *, user: AbstractBaseUser, plan: Plan, source: str = Entitlement.Source.STAFF, ends_at: datetime | None = None
) -> Entitlement:
    """Put ``user`` on ``plan`` from now on."""
    entitlement = Entitlement.objects.create(
        user_id=user.pk, plan=plan, source=source, starts_at=timezone.now(), ends_at=ends_at
    )
    invalidation.account_changed(user.pk)
    return entitlement


@transaction.atomic
def put(*, name: str, fields: Mapping[str, Any]) -> tuple[bool, dict[str, tuple[Any, Any]]]:
    """Make the plan ``name`` have ``fields``.

    Returns
    -------
    created, changed
        Whether it is new, and each changed field's old and new value.
    """
    plan = Plan.objects.filter(name=name).first()
    created = plan is None
    plan = plan or Plan(name=name)
    changed = {field: (getattr(plan, field), value) for field, value in fields.items() if getattr(plan, field) != value}
    if created or changed:
        for field, value in fields.items():
            setattr(plan, field, value)
        plan.save()
        invalidation.catalogue_changed()
    return created, changed


@transaction.atomic
def delete(*, name: str) -> None:
    """Delete the plan ``name``.

    Raises
    ------
    Refused
        An account has been on it.
    """
    try:
        Plan.objects.filter(name=name).delete()
    except ProtectedError:
        raise Refused(f"Plan {name} cannot be deleted: accounts are or were on it. Keep it in the file.") from None
    invalidation.catalogue_changed()
