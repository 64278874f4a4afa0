import django.db.models.deletion
from django.db import migrations, models

import portal.core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parcels", "0005_proofs"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockTake",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "盘点中"), ("done", "已完成"), ("dropped", "已放弃")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("started_by", models.CharField(max_length=80, verbose_name="开始人")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("ended_by", models.CharField(blank=True, max_length=80, verbose_name="结束人")),
                ("expected", models.PositiveIntegerField(blank=True, null=True, verbose_name="账面件数")),
                ("counted", models.PositiveIntegerField(blank=True, null=True, verbose_name="实点件数")),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.station",
                        verbose_name="站点",
                    ),
                ),
            ],
            options={
                "verbose_name": "盘点",
                "verbose_name_plural": "盘点",
            },
        ),
        migrations.CreateModel(
            name="StockTakeItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shelf", models.CharField(blank=True, max_length=16, verbose_name="货架位")),
                ("scanned_at", models.DateTimeField(blank=True, null=True, verbose_name="扫描时间")),
                (
                    "difference",
                    models.CharField(
                        blank=True,
                        choices=[("missing", "账上有，货架上没有"), ("extra", "货架上有，账上没有")],
                        max_length=8,
                        verbose_name="差异",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parcels.parcel",
                        verbose_name="包裹",
                    ),
                ),
                (
                    "stock_take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="desk.stocktake",
                        verbose_name="盘点",
                    ),
                ),
            ],
            options={
                "verbose_name": "盘点明细",
                "verbose_name_plural": "盘点明细",
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("hub-inbound", "中心到件"),
                            ("sort", "分拣集包"),
                            ("open-bag", "拆袋清点"),
                            ("hand-over", "交出"),
                            ("take-over", "接收"),
                            ("inbound", "到站入库"),
                            ("give-out", "取件出库"),
                            ("stock-take", "盘点货架"),
                            ("load", "装车派送"),
                            ("find", "找包裹"),
                        ],
                        max_length=12,
                        verbose_name="作业",
                    ),
                ),
                ("actor", models.CharField(max_length=80, verbose_name="操作者")),
                ("number", models.CharField(blank=True, max_length=64, verbose_name="条码")),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="手机时间")),
                ("recorded_at", models.DateTimeField(verbose_name="收到时间")),
                (
                    "result",
                    models.CharField(
                        choices=[("ok", "成功"), ("repeat", "重复"), ("ask", "待确认"), ("refused", "未办理")],
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="原因代码")),
                ("answer", models.JSONField(default=dict, verbose_name="答复")),
                ("events", models.JSONField(default=list, verbose_name="产生的事件")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                (
                    "parcel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="parcels.parcel",
                        verbose_name="包裹",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.station",
                        verbose_name="站点",
                    ),
                ),
            ],
            options={
                "verbose_name": "扫描",
                "verbose_name_plural": "扫描",
                "indexes": [models.Index(fields=["station", "task", "-recorded_at"], name="scan_recent")],
            },
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("station",), name="stock_take_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="stock_take_end_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeitem",
            constraint=models.UniqueConstraint(fields=("stock_take", "parcel"), name="stock_take_item_once"),
        ),
    ]
