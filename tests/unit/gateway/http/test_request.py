"""A request's bytes: exactly these, and never any that a value smuggles in."""

import pytest

from naxios.gateway.http.request import Origin, prepare


def test_a_request_with_a_body_says_how_long_it_is() -> None:
    request = prepare("POST", "https://api.example.com/v1/chat/completions", [("Authorization", "Bearer sk-1")])

    assert request.origin == Origin(True, "api.example.com", 443)
    assert request.with_body(b'{"a":1}') == (
        b"POST /v1/chat/completions HTTP/1.1\r\n"
        b"host: api.example.com\r\n"
        b"authorization: Bearer sk-1\r\n"
        b"content-length: 7\r\n"
        b"\r\n"
        b'{"a":1}'
    )


def test_a_request_without_a_body_says_nothing_of_one() -> None:
    request = prepare("GET", "http://api.example.com/v1/models", [])

    assert request.with_body(None) == b"GET /v1/models HTTP/1.1\r\nhost: api.example.com\r\n\r\n"


@pytest.mark.parametrize(
    ("url", "origin", "host"),
    [
        ("http://api.example.com/", Origin(False, "api.example.com", 80), b"api.example.com"),
        ("http://api.example.com:8080/", Origin(False, "api.example.com", 8080), b"api.example.com:8080"),
        ("https://API.example.com/", Origin(True, "api.example.com", 443), b"api.example.com"),
        ("https://10.0.0.1:1/", Origin(True, "10.0.0.1", 1), b"10.0.0.1:1"),
        ("http://[::1]:80/", Origin(False, "::1", 80), b"[::1]:80"),
        ("http://bücher.example.com/", Origin(False, "xn--bcher-kva.example.com", 80), b"xn--bcher-kva.example.com"),
    ],
)
def test_the_host_is_named_as_the_url_names_it(url: str, origin: Origin, host: bytes) -> None:
    request = prepare("GET", url, [])

    assert request.origin == origin
    assert b"\r\nhost: %b\r\n" % host in request.head


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://a.example.com", b"/"),
        ("http://a.example.com/v1/models", b"/v1/models"),
        ("http://a.example.com/v1/a b", b"/v1/a%20b"),
        ("http://a.example.com/v1/a%20b", b"/v1/a%20b"),
        ("http://a.example.com/v1/ä", b"/v1/%C3%A4"),
        ("http://a.example.com/v1?api-version=1&x=a b", b"/v1?api-version=1&x=a%20b"),
        ("http://a.example.com/v1#part", b"/v1"),
    ],
)
def test_the_path_is_written_as_a_request_may_have_it(url: str, target: bytes) -> None:
    assert prepare("GET", url, []).head.startswith(b"GET %b HTTP/1.1\r\n" % target)


def test_of_headers_with_the_same_name_the_last_one_counts() -> None:
    head = prepare("GET", "http://a.example.com/", [("user-agent", "ours"), ("User-Agent", "theirs")]).head

    assert head.lower().count(b"user-agent") == 1
    assert b"user-agent: theirs\r\n" in head


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x", "a\r\nx-evil: 1"),
        ("x", "a\nx-evil: 1"),
        ("x", "a\rx-evil: 1"),
        ("x", "a\0"),
        ("x", "a\x7f"),
        ("x: 1\r\nx-evil", "1"),
        ("x evil", "1"),
        ("x:", "1"),
        ("", "1"),
        ("ä", "1"),
        ("host", "evil.example.com"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("connection", "upgrade"),
    ],
)
def test_a_header_that_would_change_the_request_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="not a header"):
        prepare("GET", "http://a.example.com/", [(name, value)])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/v1",
        "ftp://a.example.com/",
        "http://",
        "http:///v1",
        "http://user:password@a.example.com/",
        "http://a.example.com:port/",
        "http://a.example.com:99999/",
        "http://a b.example.com/",
        'http://a".example.com/',
        "http://[::1/",
        f"http://{'ä' * 70}.example.com/",
    ],
)
def test_what_is_no_url_of_a_provider_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        prepare("GET", url, [])


@pytest.mark.parametrize("character", ["\r", "\n", "\t", "\0", "\x1f", "\x7f"])
def test_no_character_of_a_url_can_end_the_line(character: str) -> None:
    try:
        request = prepare("GET", f"http://a.example.com/v1{character}x: 1", [])
    except ValueError:
        return
    assert request.head.count(b"\r\n") == 2
    assert request.head.replace(b"\r\n", b"").decode().isprintable()
