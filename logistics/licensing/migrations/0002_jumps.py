from django.db import migrations

from portal.core.jumps import jump_guard

MOVES = {
    "draft": ["submitted", "withdrawn"],
    "submitted": ["returned", "approved", "refused", "withdrawn"],
    "returned": ["submitted", "withdrawn"],
}


class Migration(migrations.Migration):
    dependencies = [("licensing", "0001_certification")]

    operations = [jump_guard(table="licensing_application", moves=MOVES)]
