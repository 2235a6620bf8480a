"""The console's Discord pages: how members stand, whose standing is in doubt, and moving a free tier."""

import pytest
from django.test import Client

from naxios.accounts.models import User
from naxios.accounts.queries import find
from naxios.discord import services
from naxios.discord.models import FreeTierClaim, Identity
from naxios.errors import Refused
from naxios.staff import audit
from tests.unit.accounts.people import person, signed_in, text_of
from tests.unit.discord.members import ADA, GUILD, LEFT, configured, connected

OVERVIEW = "/staff/discord/"
BOB = "200000000000000002"

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def staff(ada: User) -> Client:
    person("staff@example.com", is_staff=True)
    return signed_in("staff@example.com")


def shown(browser: Client, query: str = "") -> str:
    return " ".join(text_of(browser.get(OVERVIEW + query)).split())


def test_it_is_for_staff(ada: User) -> None:
    connected(ada)

    for path in (OVERVIEW, f"/staff/discord/identities/{Identity.objects.get().pk}/", "/staff/discord/claims/1/"):
        assert signed_in().get(path).status_code == 403


def test_empty_and_not_configured_it_says_so(staff: Client) -> None:
    with configured(CLIENT_ID=""):
        assert "Discord is not configured." in shown(staff)
    assert "Nobody has connected Discord yet" in shown(staff)


def test_it_counts_by_state_and_finds_people(staff: Client, ada: User, bob: User) -> None:
    connected(ada, username="ada.l")
    connected(bob, BOB, LEFT, username="bob.b")

    assert "2 found" in shown(staff)
    assert "1 found" in shown(staff, "?q=ada")
    assert "1 found" in shown(staff, f"?q={BOB}")
    assert "1 found" in shown(staff, "?q=@bob.b")
    assert "1 found" in shown(staff, "?state=verified")
    assert "Nobody found" in shown(staff, "?q=nobody")
    assert "2 found" in shown(staff, "?state=nonsense&page=7")


def test_it_shows_who_is_in_grace_and_until_when(staff: Client, ada: User) -> None:
    connected(ada, username="ada.l")
    services.note_not_told(discord_id=ADA)

    assert "1 in all" in shown(staff)


def test_it_says_what_is_wrong_with_the_setup(staff: Client) -> None:
    services.note_guild_gone(guild_id=GUILD)
    services.note_problem(kind="bot_refused")

    text = shown(staff)
    assert "Invite the bot to the server again" in text
    assert "Make a new token for the bot" in text
    services.note_guild_there(guild_id=GUILD)
    assert "Invite the bot" not in shown(staff)


def test_one_persons_page(staff: Client, ada: User) -> None:
    connected(ada, ADA, LEFT, username="ada.l")

    text = text_of(staff.get(f"/staff/discord/identities/{Identity.objects.get().pk}/"))

    assert "not_a_member" in text
    assert ADA in text
    assert staff.get("/staff/discord/identities/999/").status_code == 404


class TestMoving:
    def test_it_works(self, staff: Client, ada: User, bob: User) -> None:
        connected(ada)
        claim = FreeTierClaim.objects.get()
        path = f"/staff/discord/claims/{claim.pk}/"
        assert "ada@example.com" in text_of(staff.get(path))

        answer = staff.post(path, {"to": "bob@example.com", "why": "has lost the old account"})

        assert answer["Location"] == path
        assert FreeTierClaim.objects.get().user == bob
        event = audit.events().get()
        assert (event.actor_name, event.act, event.subject) == ("staff@example.com", "free_tier_moved", bob)

    def test_what_cannot_be_is_said(self, staff: Client, ada: User) -> None:
        connected(ada)
        path = f"/staff/discord/claims/{FreeTierClaim.objects.get().pk}/"

        assert "There is no account" in text_of(staff.post(path, {"to": "nobody@example.com", "why": "so"}))
        assert "has it already" in text_of(staff.post(path, {"to": "ada@example.com", "why": "so"}))
        assert staff.post(path, {"to": "", "why": ""}).status_code == 422
        assert staff.get("/staff/discord/claims/999/").status_code == 404

    def test_a_claim_of_a_deleted_account_is_found_by_the_discord_id(self, staff: Client, ada: User) -> None:
        connected(ada)
        ada.delete()

        assert "an account that was deleted" in shown(staff, f"?q={ADA}")


class TestFindingAccounts:
    """Commands and staff name people by what they have at hand."""

    @pytest.mark.parametrize("who", [ADA, "ada.l", "@ada.l", "ADA.L", "ada@example.com"])
    def test_it_works(self, ada: User, who: str) -> None:
        connected(ada, username="ada.l")

        assert find(who) == ada

    def test_a_name_that_two_were_seen_with_is_ambiguous(self, ada: User, bob: User) -> None:
        connected(ada, username="same")
        connected(bob, BOB, username="same")

        with pytest.raises(Refused, match="Give the Discord id"):
            find("same")

    @pytest.mark.parametrize("who", ["nobody", "@", "", "123456789012345678", "nobody@example.com"])
    def test_nobody_is_nobody(self, ada: User, who: str) -> None:
        with pytest.raises(Refused, match="There is no account"):
            find(who)

    def test_ids_of_accounts_go_on_working(self, ada: User) -> None:
        assert find(str(ada.pk)) == ada
