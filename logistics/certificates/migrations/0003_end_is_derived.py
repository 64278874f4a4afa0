from django.db import migrations

from portal.core.jumps import jump_guard

MOVES = {
    "valid": ["suspended", "replaced", "revoked", "cancelled"],
    "suspended": ["valid", "replaced", "revoked", "cancelled"],
}

# The end of a certificate is read from its date; what was marked as ended was told, or was marked by a wrong clock.
FORGET_THE_MARK = """
    DROP TRIGGER certificates_certificate_jump ON certificates_certificate;
    INSERT INTO certificates_reminder (certificate_id, days, sent_at)
        SELECT id, 0, now() FROM certificates_certificate
        WHERE state = 'expired' AND valid_until < (now() AT TIME ZONE 'Asia/Shanghai')::date
        ON CONFLICT DO NOTHING;
    UPDATE certificates_certificate SET state = 'valid' WHERE state = 'expired';
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_jumps")]

    operations = [
        migrations.RunSQL(FORGET_THE_MARK, migrations.RunSQL.noop),
        jump_guard(table="certificates_certificate", moves=MOVES),
    ]
