"""Where provider URLs may lead: the table of the SSRF guard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.addresses import Reach, is_reachable

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "100.63.255.255",
    "100.128.0.1",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "2002:808:808::1",
    "64:ff9b::808:808",
]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1"]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",  # carrier-grade NAT
    "100.100.100.200",  # metadata of Alibaba
    "198.18.0.1",
    "192.0.2.1",
    "240.0.0.1",
    "255.255.255.255",
    "0.0.0.1",
    "fc00::1",
    "fd00:ec2::254",  # metadata of AWS
    "fec0::2",  # the host of a QEMU guest
    "2001::1",  # Teredo
    "2001:db8::1",
    "100::1",
    "::127.0.0.1",
    "::10.0.0.1",
    "64:ff9b:1::a00:1",  # NAT64 of one's own network
    "64:ff9b:1:fffe::a00:1",
    "::ffff:10.0.0.1",
    "2002:a00:1::1",
    "64:ff9b::a00:1",
    "64:ff9b::6440:1",
]
NOWHERE = [
    "169.254.169.254",  # metadata of AWS, GCP, Azure: no model is served there, but credentials are
    "169.254.170.2",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:169.254.169.254",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "::ffff:0.0.0.0",
    "::ffff:224.0.0.1",
]


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached_by_every_server(address: str, reach: Reach) -> None:
    assert is_reachable(address, reach)


@pytest.mark.parametrize(("reach", "reached"), [(Reach.PUBLIC, False), (Reach.LOOPBACK, True), (Reach.PRIVATE, True)])
@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_is_reached_where_the_server_itself_is_bound_to_it(address: str, reach: Reach, reached: bool) -> None:
    assert is_reachable(address, reach) is reached


@pytest.mark.parametrize(("reach", "reached"), [(Reach.PUBLIC, False), (Reach.LOOPBACK, False), (Reach.PRIVATE, True)])
@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_reached_only_where_that_is_allowed(address: str, reach: Reach, reached: bool) -> None:
    assert is_reachable(address, reach) is reached


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("address", NOWHERE)
def test_addresses_of_nobody_of_everybody_and_of_the_link_are_never_reached(address: str, reach: Reach) -> None:
    assert not is_reachable(address, reach)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_however_it_is_wrapped(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    high, low = number >> 16, number & 0xFFFF

    for reach in Reach:
        plain = is_reachable(str(address), reach)
        assert is_reachable(f"::ffff:{address}", reach) is plain
        assert is_reachable(f"2002:{high:x}:{low:x}::1", reach) is plain
        assert is_reachable(f"64:ff9b::{high:x}:{low:x}", reach) is plain


@given(st.ip_addresses())
def test_whoever_reaches_further_reaches_everything_nearer(address: object) -> None:
    reached = [is_reachable(str(address), reach) for reach in (Reach.PUBLIC, Reach.LOOPBACK, Reach.PRIVATE)]

    assert reached == sorted(reached)


@pytest.mark.parametrize("text", ["", "localhost", "example.com", "127.1", "0x7f000001", "2130706433", "10.0.0.1/8"])
def test_only_addresses_are_judged(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_reachable(text, Reach.PRIVATE)
