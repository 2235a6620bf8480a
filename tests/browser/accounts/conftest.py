"""A server under http://localhost, where browsers offer passkeys."""

from collections.abc import Iterator

import pytest

from tests.serving import Server, running_server
from tests.stand_ins.mail_server import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    address = f"http://localhost:{port}"
    with running_server(tmp_path_factory.mktemp("naxios"), port=port, NAXIOS_BASE_URL=address) as server:
        yield server
