"""From outside: sign up, be let in by a link, and be noticed when somebody else tries."""

from tests.serving import Server
from tests.visiting import Visitor, mailed_link, until

PASSWORD = "four unrelated words"


def test_signing_up_needs_nothing_but_the_server(server: Server) -> None:
    visitor = Visitor(server)
    visitor.send("/accounts/signup/", email="zoe@example.com", password1=PASSWORD, is_old_enough="on")

    dashboard = visitor.send(mailed_link(server, "zoe@example.com", "Confirm your e-mail address"))

    assert (dashboard.status_code, dashboard.url.path) == (200, "/dashboard/")


def test_an_account_made_by_staff_is_entered_with_its_link(server: Server) -> None:
    made = server.cli("user", "create", "made@example.com")

    dashboard = Visitor(server).send(made["set_password_link"].removeprefix(server.url), password1=PASSWORD)
    assert dashboard.url.path == "/dashboard/"

    again = Visitor(server).send("/accounts/login/", login="made@example.com", password=PASSWORD)
    assert again.url.path == "/dashboard/"


def test_a_failed_sign_in_stands_on_the_security_page_soon(server: Server) -> None:
    made = server.cli("user", "create", "tried@example.com")
    owner = Visitor(server)
    owner.send(made["set_password_link"].removeprefix(server.url), password1=PASSWORD)

    Visitor(server, **{"user-agent": "curl/8.11.0"}).send("/accounts/login/", login="tried@example.com", password="x")

    until(lambda: "wrong password" in owner.get("/dashboard/security/").text)


def test_a_key_made_on_the_command_line_is_told_by_mail(server: Server) -> None:
    server.key(user="keys@example.com")

    assert mailed_link(server, "keys@example.com", "A new API key on your account") == "/dashboard/security/"
