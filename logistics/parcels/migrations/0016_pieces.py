import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parcels", "0015_digest_of_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ParcelPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几件")),
                ("shelf", models.CharField(blank=True, max_length=16, verbose_name="货架位")),
                ("arrived_at", models.DateTimeField(verbose_name="到站时间")),
                ("given_at", models.DateTimeField(blank=True, null=True, verbose_name="交付时间")),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="piece_rows",
                        to="parcels.parcel",
                        verbose_name="包裹",
                    ),
                ),
            ],
            options={
                "verbose_name": "分件",
                "verbose_name_plural": "分件",
                "constraints": [
                    models.UniqueConstraint(fields=("parcel", "number"), name="piece_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 999)), name="piece_number_in_range"
                    ),
                ],
            },
        ),
    ]
