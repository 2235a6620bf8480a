"""``naxios user``: create and show accounts, grant them plans and bonus tokens, suspend and resume them."""

from typing import TYPE_CHECKING, Any

import click

from naxios.cli.output import json_option, show

if TYPE_CHECKING:
    from naxios.accounts.models import User
    from naxios.discord.models import Identity
    from naxios.plans.listing import ListedEntitlement

_WHO = "WHO is an account's id, its e-mail address, the beginning of one of its keys, or its id or username on Discord."


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
    from naxios.staff import audit

    with transaction.atomic():
        plan = plans.by_name(plan_name) if plan_name else None
        made = services.create_user(email=email, is_staff=staff)
        if plan is not None:
            plan_services.grant(user=made, plan=plan)
            audit.record(actor=None, act="plan_granted", subject=made, detail=f"{plan.name}, with the account")
    show({**_described(made), "set_password_link": config.address + password_path(made)}, as_json=as_json)


@user.command("show", epilog=_WHO)
@click.argument("who")
@json_option
def show_(who: str, as_json: bool) -> None:
    """Show an account: its plan and why it has it, limits, bonus tokens, standing, Discord and keys."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.accounts.queries import find

    show(_described(find(who)), as_json=as_json)


@user.command(epilog=_WHO)
@click.argument("who")
@click.option("--plan", "plan_name", help="The plan, from now on.")
@click.option("--bonus-tokens", type=click.IntRange(1), help="Tokens to use once those of the plan's day are used.")
@click.option("--days", type=click.IntRange(1), help="For how many days; without it, with an open end.")
@click.option("--note", default="", help="Why; the person is told.")
@json_option
def grant(
    who: str, plan_name: str | None, bonus_tokens: int | None, days: int | None, note: str, as_json: bool
) -> None:
    """Give an account a plan, bonus tokens, or both. The person is told by mail."""
    if plan_name is None and bonus_tokens is None:
        raise click.UsageError("Say what to give: --plan, --bonus-tokens or both.")
    from naxios.server.migrate import open_database

    open_database()
    from django.db import transaction

    from naxios.accounts.queries import find
    from naxios.plans import queries as plans
    from naxios.staff import accounts

    found = find(who)
    with transaction.atomic():
        if plan_name is not None:
            accounts.grant_plan(actor=None, user=found, plan=plans.by_name(plan_name), days=days, note=note)
        if bonus_tokens is not None:
            accounts.grant_bonus(actor=None, user=found, tokens=bonus_tokens, days=days, note=note)
    show(_described(found), as_json=as_json)


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
    from django.utils import timezone

    from naxios.discord import queries as discord
    from naxios.keys import queries as keys
    from naxios.plans import listing
    from naxios.plans import queries as plans

    plan, decision = plans.entitled(account.pk)
    bonus = plans.bonus_of(account.pk)
    listed = listing.entitlements(account.pk, decision, timezone.now())
    identity = discord.of_user(account.pk)
    return {
        "id": account.pk,
        "email": account.email,
        "staff": account.is_staff,
        "standing": "suspended" if account.is_suspended else "active",
        "created_at": account.created_at.isoformat(timespec="seconds"),
        "plan": plan.name,
        "plan_state": decision.state.value,
        "entitlements": [_entitlement(found) for found in listed],
        "limits": msgspec.to_builtins(plan.limits),
        "bonus_tokens": {"granted": bonus.total, "used": bonus.used, "left": bonus.left},
        "discord": None if identity is None else _identity(identity),
        "keys": len(keys.of_user(account.pk)),
    }


def _identity(identity: "Identity") -> dict[str, Any]:
    return {
        "id": identity.discord_id,
        "username": identity.username,
        "verification": identity.verification,
        "reason": identity.reason or None,
    }


def _entitlement(listed: "ListedEntitlement") -> dict[str, Any]:
    entitlement = listed.entitlement
    return {
        "plan": entitlement.plan.name,
        "source": entitlement.source,
        "state": listed.state,
        "starts_at": entitlement.starts_at.isoformat(timespec="seconds"),
        "ends_at": None if entitlement.ends_at is None else entitlement.ends_at.isoformat(timespec="seconds"),
    }
