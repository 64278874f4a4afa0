import pytest


@pytest.mark.django_db
def test_boot():
    from django.db import connection

    with connection.cursor() as c:
        c.execute("select count(*) from pg_inherits")
        print(c.fetchone())
