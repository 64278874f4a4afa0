"""Parcels that staff look at."""

from tests.custody.conftest import counter  # noqa: F401  fixture
