"""Find refused events of a number fast, when the parcel is registered after its first scans."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parcels", "0002_event_log")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX refused_unknown ON parcels_refusedevent ((raw -> 'number')) "
            "WHERE code = 'unknown_parcel' AND settled_at IS NULL",
            "DROP INDEX refused_unknown",
        )
    ]
