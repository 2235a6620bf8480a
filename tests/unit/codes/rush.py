"""Many accounts that redeem codes at the same time, and what has to be so afterwards, on any database."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.codes import services
from naxios.codes.models import Code, Redemption
from naxios.errors import Refused
from naxios.plans import services as plan_services
from naxios.plans.models import Entitlement
from tests.unit.codes.making import stored

ACCOUNTS = 50
TIMES = 10

WON, USED_UP, ALREADY, UNDONE, ENOUGH, WITHDRAWN = "won", "used up", "already", "undone", "enough", "withdrawn"
_WORDS = {
    "This code is used up": USED_UP,
    "You have redeemed this code already": ALREADY,
    "You redeemed this code, and staff undid it": UNDONE,
    "An account can redeem": ENOUGH,
    "This code has been withdrawn": WITHDRAWN,
}


def people() -> list[User]:
    """Fifty accounts, and the plan that their codes lead to."""
    plan_services.put(name="pro", fields={"tokens_per_day": 1_000})
    return [accounts.create_user(email=f"person{number}@example.com") for number in range(ACCOUNTS)]


def rush(tries: Iterable[tuple[User, str]], beside: Callable[[], object] | None = None) -> Counter[tuple[int, str]]:
    """Let every account try every code, all at the same time; counts the answers by account.

    Parameters
    ----------
    beside : done once meanwhile, when some have won and others have not tried yet.
    """
    shuffled = list(tries)
    random.Random(7).shuffle(shuffled)
    start = Barrier(ACCOUNTS)

    def work(number: int) -> list[tuple[int, str]]:
        try:
            start.wait()
            mine, told = shuffled[number::ACCOUNTS], []
            for turn, (user, code) in enumerate(mine):
                if beside is not None and (number, turn) == (0, 1):
                    beside()
                told.append((user.pk, _try(user, code)))
            return told
        finally:
            connections.close_all()

    with ThreadPoolExecutor(ACCOUNTS) as pool:
        return Counter(answer for answers in pool.map(work, range(ACCOUNTS)) for answer in answers)


def _try(user: User, code: str) -> str:
    try:
        services.redeem(user=user, code=code)
    except Refused as refused:
        (answer,) = (answer for words, answer in _WORDS.items() if str(refused).startswith(words))
        return answer
    return WON


def answers(told: Counter[tuple[int, str]]) -> Counter[str]:
    """The answers, whoever got them."""
    counted: Counter[str] = Counter()
    for (_, answer), count in told.items():
        counted[answer] += count
    return counted


def winners(told: Counter[tuple[int, str]]) -> Counter[int]:
    """How often each account won."""
    return Counter({user_id: count for (user_id, answer), count in told.items() if answer == WON})


def a_code_for_one() -> None:
    """500 tries of a code that can be redeemed once: one wins, all others are told why not."""
    users = people()
    _, (code,) = services.create_batch(plan_name="pro", days=30)

    told = rush((user, code) for user in users for _ in range(TIMES))

    assert sum(told.values()) == 500
    assert sum(winners(told).values()) == 1
    assert answers(told)[USED_UP] + answers(told)[ALREADY] == 499
    assert _given() == (1, 1, stored(code).uses)


def a_code_once_an_account() -> None:
    """500 tries of a code that everybody can redeem once: each account wins once."""
    users = people()
    _, (code,) = services.create_batch(plan_name="pro", days=30, max_uses=1_000)

    told = rush((user, code) for user in users for _ in range(TIMES))

    assert winners(told) == Counter({user.pk: 1 for user in users})
    assert answers(told)[ALREADY] == 450
    assert _given() == (50, 50, stored(code).uses)


def a_code_for_some() -> None:
    """500 tries of a code that can be redeemed 20 times in all: 20 accounts win once each."""
    users = people()
    _, (code,) = services.create_batch(plan_name="pro", days=30, max_uses=20)

    told = rush((user, code) for user in users for _ in range(TIMES))

    assert len(winners(told)) == 20
    assert set(winners(told).values()) == {1}
    assert answers(told)[USED_UP] + answers(told)[ALREADY] == 480
    assert _given() == (20, 20, stored(code).uses)


def codes_of_a_batch() -> None:
    """Ten codes of a batch for each account, of which each may redeem two: each wins twice."""
    users = people()
    _, written = services.create_batch(plan_name="pro", days=30, count=ACCOUNTS * TIMES, per_account=2)

    told = rush((user, code) for number, user in enumerate(users) for code in written[number::ACCOUNTS])

    assert winners(told) == Counter({user.pk: 2 for user in users})
    assert answers(told)[ENOUGH] == 400
    assert _given() == (100, 100, Code.objects.filter(uses=1).count())
    for user in users:  # one after the other
        first, second = Entitlement.objects.filter(user=user).order_by("starts_at")
        assert first.ends_at == second.starts_at


def a_batch_that_is_voided_meanwhile() -> None:
    """Whatever was redeemed before the batch was taken back is undone, and nothing is redeemed after."""
    users = people()
    batch, (code,) = services.create_batch(plan_name="pro", days=30, max_uses=1_000)

    told = rush(
        ((user, code) for user in users for _ in range(TIMES)),
        beside=lambda: services.void_batch(batch=batch, actor=None, take_back=True, why="it leaked"),
    )

    assert sum(told.values()) == 500
    assert set(answers(told)) <= {WON, ALREADY, UNDONE, WITHDRAWN}
    assert answers(told)[WITHDRAWN] > 0
    assert Redemption.objects.filter(undone_at=None).count() == 0
    assert Redemption.objects.count() == sum(winners(told).values())
    assert not Entitlement.objects.filter(ends_at__gt=timezone.now()).exists()


def _given() -> tuple[int, int, int]:
    """Redemptions, entitlements and uses."""
    return Redemption.objects.count(), Entitlement.objects.count(), sum(Code.objects.values_list("uses", flat=True))


RUSHES = [
    a_code_for_one,
    a_code_once_an_account,
    a_code_for_some,
    codes_of_a_batch,
    a_batch_that_is_voided_meanwhile,
]
