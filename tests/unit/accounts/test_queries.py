"""How an account is found."""

import pytest

from naxios.accounts import queries, services
from naxios.accounts.models import User
from naxios.errors import Refused
from naxios.keys import services as keys

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return services.create_user(email="dev@example.com")


def test_an_account_is_found_by_id_address_and_key(user: User) -> None:
    _, secret = keys.create(user=user, name="laptop")

    for who in (str(user.pk), "dev@example.com", " DEV@example.com ", secret, secret[:11], secret[:6]):
        assert queries.find(who) == user


@pytest.mark.parametrize("who", ["", "999", "other@example.com", "nx_00000000", "²", "9" * 50, "-1", "%"])
def test_what_names_nobody_is_refused(user: User, who: str) -> None:
    with pytest.raises(Refused, match="There is no account"):
        queries.find(who)


def test_a_prefix_that_several_accounts_have_is_refused(user: User) -> None:
    other = services.create_user(email="other@example.com")
    for owner in (user, other):
        keys.create(user=owner, name="laptop")

    with pytest.raises(Refused, match="More than one account"):
        queries.find("nx_")


def test_whether_there_is_staff_is_known(user: User) -> None:
    assert not queries.staff_exists()

    services.create_user(email="staff@example.com", is_staff=True)

    assert queries.staff_exists()
    assert queries.count() == 2
