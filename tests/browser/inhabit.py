"""Run as a program, in the environment of a server: makes people, keys and usage, and prints what it made as JSON."""

import json
import os
import random
import sys
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naxios.settings")
import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from naxios.abuse import queries as abuse  # noqa: E402
from naxios.abuse import reviews  # noqa: E402
from naxios.abuse import services as signs  # noqa: E402
from naxios.accounts.services import create_user  # noqa: E402
from naxios.codes import queries as code_queries  # noqa: E402
from naxios.codes import services as codes  # noqa: E402
from naxios.domain import clock  # noqa: E402
from naxios.domain.entitlements import BonusSource  # noqa: E402
from naxios.domain.journal import Entry, RefusalEntry, SharedKeyEntry, UsageEntry  # noqa: E402
from naxios.domain.limits import Limits  # noqa: E402
from naxios.domain.usage import UsageSource  # noqa: E402
from naxios.keys import services as keys  # noqa: E402
from naxios.plans import queries as plan_queries  # noqa: E402
from naxios.plans import services as plans  # noqa: E402
from naxios.usage import services as usage  # noqa: E402
from tests.browser.selling import sell  # noqa: E402

MODELS = [
    ("gpt-5-mini", "openai", 5),
    ("claude-sonnet-5", "anthropic", 3),
    ("naxios/echo", "naxios", 2),
    ("embed-3", "openai", 1),
]
OTHERS = ["ada@mailinator.com", "bob@example.com", "eve@example.com"]
DAYS = 20
REQUESTS = 600


def person(email: str, password: str, *, staff: bool) -> tuple[Any, str]:
    """An account with a verified address, and the cookie of a session of its own."""
    user = create_user(email=email, password=password, is_staff=staff)
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return user, session.session_key


def requests(user_id: int, key_ids: list[int], *, first: int = 0, count: int = REQUESTS) -> list[Entry]:
    """Requests of the last weeks, more by day than by night, a few of them failed; ``first`` numbers them."""
    chance = random.Random(7)
    now = clock.now()
    entries: list[Entry] = []
    for number in range(first, first + count):
        age = int(chance.random() ** 2 * DAYS * clock.DAY) + clock.SECOND
        (model, provider, _), status = chance.choices(MODELS, [weight for *_, weight in MODELS])[0], 200
        if chance.random() < 0.03:
            status = chance.choice([400, 499, 502, 504])
        tokens_in, tokens_out = chance.randint(50, 900), chance.randint(20, 300) if status == 200 else 0
        entries.append(
            UsageEntry(
                request_id=f"req_{number:024x}",
                account_id=user_id,
                key_id=chance.choice(key_ids),
                model=model,
                provider=provider,
                endpoint="chat.completions",
                status=status,
                error="" if status == 200 else "provider_error",
                streamed=chance.random() < 0.6,
                input_tokens=tokens_in,
                output_tokens=tokens_out,
                cached_tokens=tokens_in // 3,
                reasoning_tokens=0,
                standard_tokens=tokens_in + tokens_out,
                usage_source=UsageSource.REPORTED,
                admitted_at=now - age,
                duration=chance.randint(300_000, 9_000_000),
                first_byte=chance.randint(90_000, 280_000),
                attempts=1,
            )
        )
    entries.append(RefusalEntry(user_id, key_ids[0], "requests_per_minute", now // clock.MINUTE - 40, 12))
    return entries


def suspicions(held: Any, staff: Any) -> int:
    """Accounts under review, and one whose free tier is held; returns the number of its review."""
    alike = [create_user(email=email) for email in OTHERS]
    for number, user in enumerate([held, *alike]):
        signs.signed_up(user=user, address=f"2606:4700:10::{number:x}")
        signs.signed_in(user=user, address=f"2606:4700:10::{number:x}", device="the same browser")
    key, _ = keys.create(user=held, name="laptop")
    hour = clock.now() // clock.HOUR
    signs.note_shared_keys(entries=[SharedKeyEntry(held.pk, key.pk, hour, 23)])
    signs.discord_connected(user_id=held.pk, made_at=timezone.now() - timedelta(days=4))
    open_reviews = {review.user_id: review for review in abuse.page("open", 1)}
    reviews.clear(review=open_reviews[alike[-1].pk], actor=staff, note="A workshop, announced by mail.")
    reviews.hold(review=open_reviews[held.pk], actor=staff, note="Four alike, and a key in many places.")
    return open_reviews[held.pk].pk


def redeem_codes(owner: Any, staff: Any) -> None:
    """Batches of codes: one that is valid and partly redeemed, one that is voided, one for later."""
    plans.put(name="starter", fields={"display_name": "Starter", "tokens_per_day": 500_000})
    _, written = codes.create_batch(
        plan_name="starter", days=30, count=6, name="autumn", note="For those who helped in the forum.", actor=staff
    )
    for number, code in enumerate(written[:3]):
        codes.redeem(user=create_user(email=f"friend{number}@example.com"), code=code)
    given = codes.redeem(user=owner, code=written[3])
    redemption = code_queries.redemption(given.number)
    assert redemption is not None
    codes.undo_redemption(redemption=redemption, actor=staff, why="it was for a colleague")
    _, (launch,) = codes.create_batch(tokens=50_000, bonus_days=30, max_uses=1_000, name="launch week", actor=staff)
    codes.redeem(user=owner, code=launch)
    leaked, _ = codes.create_batch(plan_name="starter", days=7, count=100, actor=None)
    codes.void_batch(batch=leaked, actor=staff, take_back=False, why="it leaked")
    codes.create_batch(tokens=1_000, valid_from=timezone.now() + timedelta(days=9), name="spring", actor=staff)


def plans_and_bonus(owner: Any) -> None:
    """A plan that is paused, one that has ended, and bonus tokens that end."""
    now = timezone.now()
    fields = {"display_name": "Pro", "tokens_per_day": 5_000_000, "price_minor": 1_500, "currency": "usd"}
    plans.put(name="pro", fields=fields)
    pro = plan_queries.by_name("pro")
    for begun, ends, note in ((40, -10, "For a talk at the meet-up"), (5, 25, "")):
        starts_at, ends_at = now - timedelta(days=begun), now + timedelta(days=ends)
        entitlement = plans.grant(user=owner, plan=pro, starts_at=starts_at, ends_at=ends_at, note=note)
    plans.pause(entitlement=entitlement, reason="A payment is looked into")
    ends_at = now + timedelta(days=20)
    plans.grant_bonus(user=owner, tokens=250_000, source=BonusSource.STAFF, ends_at=ends_at, note="An outage")


def main(owner_email: str, staff_email: str, password: str) -> None:
    """Make everything."""
    owner, owner_session = person(owner_email, password, staff=False)
    staff, staff_session = person(staff_email, password, staff=True)
    held, held_session = person("held@example.com", password, staff=False)
    production, _ = keys.create(
        user=owner,
        name="production",
        tags={"team": "search", "stage": "live"},
        limits=Limits(tokens_per_day=80_000, requests_per_minute=60),
    )
    staging, _ = keys.create(
        user=owner, name="staging", tags={"stage": "test"}, expires_at=timezone.now() + timedelta(days=30)
    )
    old, _ = keys.create(user=owner, name="old laptop")
    keys.revoke(key=old)
    plans_and_bonus(owner)
    usage.record(entries=requests(owner.pk, [production.pk, production.pk, staging.pk]), segment="past", offset=1)
    usage.forget_segment(segment="past")
    redeem_codes(owner, staff)
    customer, customer_session = person("customer@example.com", password, staff=False)
    bought, _ = keys.create(user=customer, name="shop")
    entries = requests(customer.pk, [bought.pk], first=REQUESTS, count=REQUESTS // 3)
    usage.record(entries=entries, segment="past", offset=2)
    usage.forget_segment(segment="past")
    sell(customer)
    review = suspicions(held, staff)
    sessions = {
        "owner": owner_session,
        "staff": staff_session,
        "customer": customer_session,
        "held": held_session,
    }
    print(json.dumps({"sessions": sessions, "key_id": production.pk, "review": review}))


if __name__ == "__main__":
    main(*sys.argv[1:])
