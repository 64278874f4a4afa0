from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="stocktakeitem",
            name="piece",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="第几件"),
        ),
        migrations.RemoveConstraint(model_name="stocktakeitem", name="stock_take_item_once"),
        migrations.AddConstraint(
            model_name="stocktakeitem",
            constraint=models.UniqueConstraint(fields=("stock_take", "parcel", "piece"), name="stock_take_item_once"),
        ),
        migrations.AddConstraint(
            model_name="stocktakeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("piece__lte", 999)), name="stock_take_piece_in_range"
            ),
        ),
    ]
