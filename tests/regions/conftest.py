import pytest
from django.db import connection

from portal.regions.services import load_county


@pytest.fixture(scope="module")
def counties(django_db_setup, django_db_blocker):
    """The real 庄浪县 and, beside it, 静宁县: loaded once for all tests of a module, then taken away."""
    with django_db_blocker.unblock():
        for code in ("620825", "620826"):
            load_county(code)
        yield
        with connection.cursor() as cursor:  # in one statement: rows protect their parents
            cursor.execute("DELETE FROM regions_division")
