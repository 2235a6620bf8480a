"""How a connection is made: addresses in turn, in bounded time, and over TLS only to who it has to be."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from naxios.gateway.http import connection
from naxios.gateway.http.connection import Connection, connect
from naxios.gateway.http.pool import Pool
from naxios.gateway.http.request import Origin
from naxios.gateway.upstream import UpstreamError
from tests.unit.gateway.http.asking import PATH, provider, upstream, whole
from tests.unit.gateway.http.server import Script, Then, answer, eventually, serving

pytestmark = pytest.mark.anyio

HOST = "provider.example.com"


class Book:
    """A resolver that tells these addresses after ``seconds``."""

    def __init__(self, *addresses: str, seconds: float = 0) -> None:
        self.known = list(addresses)
        self._seconds = seconds

    async def addresses(self, host: str, port: int) -> list[str]:
        await asyncio.sleep(self._seconds)
        return self.known


class Keeper:
    """Keeps nothing."""

    def keep(self, connection: Connection) -> None:
        raise AssertionError("nothing was exchanged")

    def lost(self, connection: Connection) -> None:
        pass


async def connected(book: Book, port: int, *, first: str = "", seconds: float = 20) -> Connection:
    origin, tls = Origin(False, HOST, port), ssl.create_default_context()
    return await connect(origin, book, tls, lambda: Connection(Keeper()), first=first, seconds=seconds)


@pytest.fixture
def unanswering() -> Iterator[int]:
    """A port on ``127.0.0.2`` whose queue is full, so that whoever connects waits for ever."""
    with socket.create_server(("127.0.0.2", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = []
        while True:
            client = socket.socket()
            client.settimeout(0.2)
            waiting.append(client)
            try:
                client.connect(("127.0.0.2", port))
            except TimeoutError:
                break
        yield port
        for client in waiting:
            client.close()


async def test_addresses_are_tried_in_turn_until_one_answers() -> None:
    async with serving(Script([answer()])) as server:
        made = await connected(Book("127.0.0.3", "127.0.0.2", "127.0.0.1"), server.port)

        await eventually(lambda: server.connections)
        assert made.address == "127.0.0.1"
        made.transport.abort()


async def test_the_address_that_answered_before_is_tried_first() -> None:
    async with serving(Script([answer()]), host="0.0.0.0") as server:
        made = await connected(Book("127.0.0.1", "127.0.0.2"), server.port, first="127.0.0.2")

        assert made.address == "127.0.0.2"
        made.transport.abort()


async def test_a_pool_remembers_which_address_answered() -> None:
    async with serving(Script([answer()]), host="0.0.0.0") as server:
        book = Book("127.0.0.2")
        pool = Pool(Origin(False, HOST, server.port), book, ssl.create_default_context())
        kept = await pool.ask(b"GET / HTTP/1.1\r\n\r\n", 20)
        book.known = ["127.0.0.1", "127.0.0.2"]
        await asyncio.gather(*(pool.ask(b"GET / HTTP/1.1\r\n\r\n", 20) for _ in range(2)))

        assert kept.status == 200
        assert server.reached_at == ["127.0.0.2", "127.0.0.2"]
        pool.close()


async def test_an_address_that_is_none_of_the_names_any_more_is_not_tried() -> None:
    async with serving(Script([answer()]), host="0.0.0.0") as server:
        made = await connected(Book("127.0.0.1"), server.port, first="127.0.0.2")

        assert made.address == "127.0.0.1"
        made.transport.abort()


async def test_an_address_that_does_not_answer_leaves_time_for_the_next(unanswering: int) -> None:
    listener = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", unanswering)
    async with listener:
        made = await connected(Book("127.0.0.2", "127.0.0.1"), unanswering, seconds=1)

        assert made.address == "127.0.0.1"
        made.transport.abort()


async def test_when_no_address_answers_in_time_it_is_a_timeout(unanswering: int) -> None:
    with pytest.raises(TimeoutError):
        await connected(Book("127.0.0.2"), unanswering, seconds=0.2)


async def test_the_time_includes_the_look_up_of_the_name() -> None:
    with pytest.raises(TimeoutError):
        await connected(Book("127.0.0.1", seconds=60), 1, seconds=0.1)


async def test_when_every_address_refuses_it_is_an_error_and_no_timeout() -> None:
    async with serving(Script([answer()])) as server:
        with pytest.raises(ConnectionRefusedError):
            await connected(Book("127.0.0.2", "127.0.0.3"), server.port)


def test_who_names_no_other_time_has_five_seconds() -> None:
    assert connection.CONNECT_SECONDS == 5


class Authority:
    """A certificate authority with one certificate, for ``names``. Its files lie in ``directory``."""

    def __init__(self, directory: Path, *names: str) -> None:
        self.file = directory / "authority.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._certificate("authority", self._key, is_authority=True)
        self.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))
        key = ec.generate_private_key(ec.SECP256R1())
        chain = directory / "server.pem"
        chain.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + self._certificate("server", key, *names).public_bytes(serialization.Encoding.PEM)
        )
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(chain)

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *names: str, is_authority: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_san(name) for name in names]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.mark.parametrize(("names", "host"), [(["localhost"], "localhost"), (["127.0.0.1"], "127.0.0.1")])
async def test_a_provider_that_proves_its_name_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], host: str
) -> None:
    authority = Authority(tmp_path, *names)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with serving(Script([answer()]), tls=authority.context) as server, upstream() as client:
        for _ in range(2):
            asking = client.post(provider(url=f"https://{host}:{server.port}/v1"), PATH, b"{}")
            assert await whole(asking) == (200, b"hello")

    assert [asked.connection for asked in server.asked] == [0, 0]


@pytest.mark.parametrize(
    ("names", "trusted"),
    [(["other.example.com"], True), (["127.0.0.2"], True), ([], True), (["127.0.0.1", "localhost"], False)],
    ids=["another name", "another address", "no name", "unknown authority"],
)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_provider_that_does_not_is_sent_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], trusted: bool, host: str
) -> None:
    authority = Authority(tmp_path, *names)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    async with serving(Script([answer()]), tls=authority.context) as server, upstream() as client:
        with pytest.raises(UpstreamError):
            await client.post(provider(url=f"https://{host}:{server.port}/v1"), PATH, b"{}")

    assert server.asked == []


async def test_a_provider_that_speaks_no_tls_where_it_should_is_an_error() -> None:
    listener = await asyncio.start_server(
        lambda reader, writer: writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "127.0.0.1", 0
    )
    async with listener, upstream() as client:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(UpstreamError):
            await client.post(provider(url=f"https://127.0.0.1:{port}/v1"), PATH, b"{}")


# The standard library's loop, which only the command line uses, cannot tell the two apart.
@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True})], ids=["uvloop"])
async def test_a_body_that_only_the_connection_ends_is_not_whole_if_someone_cut_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    script = Script([b"HTTP/1.1 200 OK\r\n\r\n", b"hello"], Then.RESET)
    async with serving(script, tls=authority.context) as server, upstream() as client:
        with pytest.raises(UpstreamError):
            await whole(client.post(provider(url=f"https://127.0.0.1:{server.port}/v1"), PATH, b"{}"))
