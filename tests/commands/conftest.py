import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal import embedded


@contextmanager
def servers_folder():
    """A folder for servers of the test's own, below one that the database's own user may pass."""
    folder = Path(tempfile.mkdtemp(prefix="portal-commands-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    var = folder / "var"
    try:
        yield var
    finally:
        if var.exists():
            embedded.stop_redis(var)
            embedded.stop_postgres(var)
        shutil.rmtree(folder)


@pytest.fixture
def var():
    with servers_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def module_var():
    with servers_folder() as folder:
        yield folder
