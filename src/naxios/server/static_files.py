"""Static files collected once for each version: compressed, and named by their content."""

import hashlib
import shutil
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from naxios.config import Config
from naxios.server.locks import locked

_STAMP = ".collected"
_UNUSED = ["redoc*"]  # django-ninja's other documentation page


def collect_static_files(config: Config) -> None:
    """Collect what the applications ship into ``static/`` under the home directory, unless it is there already."""
    root = config.home / "static"
    wanted = _fingerprint()
    with locked(config.home / "static.lock"):
        stamp = root / _STAMP
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(root, ignore_errors=True)
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=_UNUSED)
        stamp.write_text(wanted)


def _fingerprint() -> str:
    """Changes whenever a file's name, size or time does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()
