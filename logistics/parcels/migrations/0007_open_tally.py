"""A tally of the parcels on their way, kept by the table itself: exact at every moment, whoever writes."""

import django.contrib.postgres.fields
from django.db import migrations, models

# A statement that leaves where and how parcels stand as they were (most do not move anything else) appends nothing.
KEEP = """
CREATE FUNCTION parcels_keep_tally() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO parcels_opentally (area, station_id, direction, stage, issues, parcels)
        SELECT area, station_id, direction, stage, issues, sum(n) FROM (
            SELECT area, station_id, direction, stage, issues, 1 AS n FROM came WHERE closed_at IS NULL
            UNION ALL
            SELECT area, station_id, direction, stage, issues, -1 FROM went WHERE closed_at IS NULL
        ) changed GROUP BY area, station_id, direction, stage, issues HAVING sum(n) <> 0;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO parcels_opentally (area, station_id, direction, stage, issues, parcels)
        SELECT area, station_id, direction, stage, issues, count(*) FROM came WHERE closed_at IS NULL
        GROUP BY area, station_id, direction, stage, issues;
    ELSE
        INSERT INTO parcels_opentally (area, station_id, direction, stage, issues, parcels)
        SELECT area, station_id, direction, stage, issues, -count(*) FROM went WHERE closed_at IS NULL
        GROUP BY area, station_id, direction, stage, issues;
    END IF;
    RETURN NULL;
END $body$;
CREATE TRIGGER parcel_tally_insert AFTER INSERT ON parcels_parcel
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION parcels_keep_tally();
CREATE TRIGGER parcel_tally_update AFTER UPDATE ON parcels_parcel
    REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION parcels_keep_tally();
CREATE TRIGGER parcel_tally_delete AFTER DELETE ON parcels_parcel
    REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION parcels_keep_tally();
"""
# The triggers hold writers off until this is committed, so nothing is missing and nothing is counted twice.
COUNT = """
INSERT INTO parcels_opentally (area, station_id, direction, stage, issues, parcels)
SELECT area, station_id, direction, stage, issues, count(*) FROM parcels_parcel WHERE closed_at IS NULL
GROUP BY area, station_id, direction, stage, issues;
"""


class Migration(migrations.Migration):
    dependencies = [("parcels", "0006_door_codes_and_carriers")]
    operations = [
        migrations.CreateModel(
            name="OpenTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area", models.CharField(max_length=12, verbose_name="目的地区划")),
                ("station_id", models.BigIntegerField(blank=True, null=True, verbose_name="所在站点")),
                (
                    "direction",
                    models.CharField(
                        choices=[("DOWN", "下行（到村）"), ("UP", "上行（出村）")], max_length=4, verbose_name="方向"
                    ),
                ),
                ("stage", models.CharField(max_length=20, verbose_name="阶段")),
                (
                    "issues",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="未结异常",
                    ),
                ),
                ("parcels", models.IntegerField(verbose_name="件数变化")),
            ],
            options={"verbose_name": "在途件数", "verbose_name_plural": "在途件数"},
        ),
        migrations.RunSQL(KEEP, "DROP FUNCTION parcels_keep_tally CASCADE"),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
