"""Where provider URLs may lead (the table of the SSRF guard), and which addresses lie in one network."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.addresses import Reach, is_reachable, network_of

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


# Networks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8.8.8.1", "8.8.8.254"),
        ("2606:4700:10::1", "2606:4700:0010:ffff:ffff:ffff:ffff:ffff"),
        ("8.8.8.1", "::ffff:8.8.8.9"),
        ("8.8.8.1", "64:ff9b::808:809"),
        ("2606:4700:10::1", "2606:4700:10::1%eth0"),
    ],
)
def test_addresses_of_one_network_are_told_to_be_so(one: str, other: str) -> None:
    assert network_of(one) is not None
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(("one", "other"), [("8.8.8.1", "8.8.9.1"), ("2606:4700:10::1", "2606:4700:11::1")])
def test_addresses_of_two_networks_are_told_apart(one: str, other: str) -> None:
    assert network_of(one) != network_of(other)


@pytest.mark.parametrize("address", [*LOOPBACK[:4], *PRIVATE[:5], "fe80::1", "fd00::1", "::", "0.0.0.0", "169.254.1.1"])
def test_inner_addresses_have_no_network_that_says_anything(address: str) -> None:
    assert network_of(address) is None


@given(st.ip_addresses(v=4))
def test_a_network_is_the_first_24_bits_of_an_ipv4_address(address: ipaddress.IPv4Address) -> None:
    network = network_of(str(address))

    assert network in (None, address.packed[:3])
    if address.is_global:
        assert network is not None


@given(st.ip_addresses(v=6), st.sampled_from(["compressed", "exploded"]))
def test_a_network_is_the_first_48_bits_of_an_ipv6_address(address: ipaddress.IPv6Address, form: str) -> None:
    network = network_of(getattr(address, form))

    assert network == network_of(str(address))
    if address.is_global and address.ipv4_mapped is None:
        assert network == address.packed[:6]


@given(st.text())
def test_whatever_a_proxy_passes_on_has_a_network_or_none(text: str) -> None:
    network = network_of(text)

    assert network is None or len(network) in (3, 6)
