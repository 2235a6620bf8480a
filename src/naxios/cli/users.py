"""``naxios user``: create, show, suspend and resume accounts."""

from typing import TYPE_CHECKING, Any

import click

from naxios.cli.output import json_option, show

if TYPE_CHECKING:
    from naxios.accounts.models import User

_WHO = "WHO is an account's id, its e-mail address or the beginning of one of its keys."


@click.group()
def user() -> None:
    """Accounts."""


@user.command(epilog="Prints a link, good once and for three days, with which the person chooses a password.")
@click.argument("email")
@click.option("--staff", is_flag=True, help="May use the staff console.")
@click.option("--plan", "plan_name", help="Grant this plan; without it the account is on `free`.")
@json_option
def create(email: str, staff: bool, plan_name: str | None, as_json: bool) -> None:
    """Make an account."""
    from naxios.server.migrate import open_database

    config = open_database()
    from django.db import transaction

    from naxios.accounts import services
    from naxios.accounts.links import password_path
    from naxios.plans import queries as plans
    from naxios.plans import services as plan_services

    with transaction.atomic():
        plan = plans.by_name(plan_name) if plan_name else None
        made = services.create_user(email=email, is_staff=staff)
        if plan is not None:
            plan_services.grant(user=made, plan=plan)
    show({**_described(made), "set_password_link": config.address + password_path(made)}, as_json=as_json)


@user.command("show", epilog=_WHO)
@click.argument("who")
@json_option
def show_(who: str, as_json: bool) -> None:
    """Show an account: its plan, limits, standing and keys."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts.queries import find

    show(_described(find(who)), as_json=as_json)


@user.command(epilog=_WHO)
@click.argument("who")
@json_option
def suspend(who: str, as_json: bool) -> None:
    """Stop all keys of an account, until it is resumed."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts import services
    from naxios.accounts.queries import find

    found = find(who)
    services.suspend(user=found)
    show(_described(found), as_json=as_json)


@user.command(epilog=_WHO)
@click.argument("who")
@json_option
def resume(who: str, as_json: bool) -> None:
    """Let the keys of a suspended account work again."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts import services
    from naxios.accounts.queries import find

    found = find(who)
    services.resume(user=found)
    show(_described(found), as_json=as_json)


def _described(account: "User") -> dict[str, Any]:
    import msgspec

    from naxios.keys import queries as keys
    from naxios.plans import queries as plans

    plan = plans.plan_of(account.pk)
    return {
        "id": account.pk,
        "email": account.email,
        "staff": account.is_staff,
        "standing": "suspended" if account.is_suspended else "active",
        "created_at": account.created_at.isoformat(timespec="seconds"),
        "plan": plan.name,
        "limits": msgspec.to_builtins(plan.limits),
        "keys": len(keys.of_user(account.pk)),
    }
