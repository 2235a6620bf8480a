"""What the operator decides about signs of misuse, in the catalogue file."""

import pytest

from naxios.abuse import queries
from naxios.abuse.policy import Policy
from naxios.catalogue import file, services
from naxios.catalogue.services import Change
from naxios.domain.addresses import Reach


def read(text: str) -> file.Declared:
    return file.read(text, "catalogue.toml", {}, frozenset())


def applied(text: str, *, dry_run: bool = False) -> list[Change]:
    return services.apply(declared=read(text), reach=Reach.LOOPBACK, dry_run=dry_run).changes


@pytest.mark.usefixtures("database")
def test_it_works() -> None:
    text = "[abuse]\nhold = true\n\n[abuse.weights]\nshared_key = 10\n"

    (change,) = applied(text)

    assert change == Change("change", "abuse", "settings", {"hold": (False, True), "weights.shared_key": (60, 10)})
    assert (queries.policy().hold, queries.policy().weights.shared_key) == (True, 10)
    assert applied(text) == []


@pytest.mark.usefixtures("database")
def test_a_dry_run_leaves_everything_as_it_is() -> None:
    assert applied("[abuse]\nhold = true\n", dry_run=True)

    assert queries.policy() == Policy()


@pytest.mark.usefixtures("database")
def test_a_file_without_the_table_leaves_everything_as_it_is() -> None:
    applied("[abuse]\nhold = true\n")

    assert applied("") == []
    assert queries.policy().hold


@pytest.mark.usefixtures("database")
def test_a_setting_that_is_left_out_has_its_default_again() -> None:
    applied("[abuse]\nhold = true\nreview_at = 50\n")
    applied("[abuse]\nhold = true\n")

    assert queries.policy() == Policy(hold=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[abuse]\nholds = true\n", "catalogue.toml:2: abuse.holds: there is no such setting"),
        ("[abuse]\nhold = 1\n", "catalogue.toml:2: abuse.hold: input should be a valid boolean"),
        (
            "[abuse]\nreview_at = 100\nhold_at = 50\n",
            "catalogue.toml:1: abuse: hold_at is at least review_at: nothing is held that nobody is asked to look at",
        ),
        (
            "[abuse]\n[abuse.weights]\nshared_key = -1\n",
            "catalogue.toml:3: abuse.weights.shared_key: input should be greater than or equal to 0",
        ),
        (
            "[abuse]\nshared_key_networks = 100\n",
            "catalogue.toml:2: abuse.shared_key_networks: input should be less than or equal to 64",
        ),
        ("[abuse.weights]\nluck = 5\n", "catalogue.toml:2: abuse.weights.luck: there is no such setting"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(file.FileProblems) as found:
        read(text)

    assert found.value.problems == [problem]
