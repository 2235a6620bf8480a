"""What the bot says, where it is more than a sentence."""

from datetime import UTC, datetime

from naxios.discord.bot import wording
from naxios.discord.bot.outages import End
from naxios.status.evidence import Kind
from naxios.status.queries import Availability

UP, DOWN, DEGRADED, UNKNOWN = Availability.UP, Availability.DOWN, Availability.DEGRADED, Availability.UNKNOWN
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
LINK = "https://llm.example.com/status"


def test_all_is_well_in_one_line() -> None:
    assert wording.availability({"one": UP}, {"a": UP, "b": UP}, {}, link=LINK) == (
        "All is well: 2 models and 1 provider work. <https://llm.example.com/status>"
    )


def test_only_what_is_not_well_is_named_and_since_when_where_that_is_known() -> None:
    said = wording.availability(
        {"one": DOWN, "two": UP}, {"a": DOWN, "b": DEGRADED, "c": UP}, {(Kind.PROVIDER, "one"): AT}, link=LINK
    )

    assert said.splitlines() == [
        "Provider **one** does not work, since <t:1769860800:f>",
        "Model **a** does not work",
        "Model **b** works in part",
        "<https://llm.example.com/status>",
    ]


def test_many_are_counted() -> None:
    said = wording.availability({}, {f"model-{number}": DOWN for number in range(40)}, {}, link=LINK)

    assert f"… and {40 - wording.MOST_LINES} more" in said


def test_what_nobody_can_see_is_not_said_to_be_well() -> None:
    assert "cannot be seen" in wording.availability({"one": UNKNOWN}, {"a": UNKNOWN}, {}, link=LINK)


def test_names_are_not_taken_for_formatting() -> None:
    assert wording.outage_title(Kind.MODEL, "my_model_*", None) == "Model my\\_model\\_\\* does not work"


def test_each_end_of_an_outage_has_words_of_its_own() -> None:
    titles = {wording.outage_title(Kind.PROVIDER, "one", end) for end in (None, *End)}

    assert len(titles) == 4


def test_a_quiet_end_does_not_claim_that_it_works() -> None:
    text = wording.outage_text(Kind.MODEL, [], AT, AT, End.QUIET)

    assert "nobody has seen it work" in text


def test_nothing_is_longer_than_discord_takes() -> None:
    assert len(wording.clipped("x" * 5_000)) == wording.LONGEST
    assert wording.clipped("short") == "short"
