from django.db import migrations

from portal.core.jumps import jump_guard

MOVES = {
    "valid": ["suspended", "expired", "replaced", "revoked", "cancelled"],
    "suspended": ["valid", "expired", "replaced", "revoked", "cancelled"],
    "expired": ["replaced", "revoked", "cancelled"],
}


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_certification")]

    operations = [jump_guard(table="certificates_certificate", moves=MOVES)]
