from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parcels", "0020_index_of_kept_lines"), ("registry", "0001_initial")]
    operations = [
        migrations.AddField(
            "parcelnumber", "generation", models.PositiveSmallIntegerField(default=0, verbose_name="第几次让出")
        ),
        migrations.RemoveConstraint("parcelnumber", "parcel_number_once"),
        migrations.AddConstraint(
            "parcelnumber",
            models.UniqueConstraint(
                fields=["number", "carrier", "generation"], name="parcel_number_once", nulls_distinct=False
            ),
        ),
    ]
