import django.db.models.deletion
from django.db import migrations, models

# What was given out before pickups were named by their pieces, was given out by the one pickup that stands.
_NAME = """
UPDATE parcels_parcelpiece p SET pickup_id = k.id
FROM parcels_pickup k WHERE k.parcel_id = p.parcel_id AND k.undone_at IS NULL AND p.given_at IS NOT NULL
"""
_FREE = "UPDATE parcels_parcelpiece SET given_at = NULL WHERE pickup_id IS NULL AND given_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("parcels", "0016_pieces"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="pickup", name="pickup_once"),
        migrations.AddField(
            model_name="pickup",
            name="partial",
            field=models.BooleanField(default=False, verbose_name="只交出部分件"),
        ),
        migrations.AddConstraint(
            model_name="pickup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("partial", False), ("undone_at__isnull", True)),
                fields=("parcel",),
                name="pickup_once",
            ),
        ),
        migrations.AddField(
            model_name="parcelpiece",
            name="pickup",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pieces",
                to="parcels.pickup",
                verbose_name="取件记录",
            ),
        ),
        # The foreign key is checked at once, so that the constraint may follow in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(_NAME, migrations.RunSQL.noop),
        migrations.RunSQL(_FREE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="parcelpiece",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_at__isnull", True), ("pickup__isnull", True)),
                    models.Q(("given_at__isnull", False), ("pickup__isnull", False)),
                    _connector="OR",
                ),
                name="piece_given_by_a_pickup",
            ),
        ),
    ]
