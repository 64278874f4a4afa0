import os
import shutil
import tempfile
from pathlib import Path

import pytest

from portal import embedded


@pytest.fixture
def var():
    """A folder for servers of the test's own, below one that the database's own user may pass."""
    folder = Path(tempfile.mkdtemp(prefix="portal-commands-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    var = folder / "var"
    yield var
    if var.exists():
        embedded.stop_redis(var)
        embedded.stop_postgres(var)
    shutil.rmtree(folder)
