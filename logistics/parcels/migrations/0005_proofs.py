import django.db.models.deletion
from django.db import migrations, models

import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("parcels", "0004_public_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("handover", "交接照片"),
                            ("delivery", "签收照片"),
                            ("signature", "手写签名"),
                            ("damage", "破损照片"),
                        ],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("file", models.CharField(max_length=120, unique=True, verbose_name="文件")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("bytes", models.PositiveIntegerField(verbose_name="字节数")),
                ("width", models.PositiveIntegerField(verbose_name="宽")),
                ("height", models.PositiveIntegerField(verbose_name="高")),
                ("taken_at", models.DateTimeField(verbose_name="拍摄时间")),
                ("taken_by", models.CharField(max_length=80, verbose_name="拍摄人")),
                (
                    "handover",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="parcels.handover",
                        verbose_name="交接单",
                    ),
                ),
                (
                    "parcel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="parcels.parcel",
                        verbose_name="包裹",
                    ),
                ),
            ],
            options={
                "verbose_name": "照片",
                "verbose_name_plural": "照片",
            },
        ),
        migrations.CreateModel(
            name="DoorDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "proof",
                    models.CharField(
                        choices=[("code", "签收码"), ("photo", "照片"), ("signature", "手写签名")],
                        max_length=10,
                        verbose_name="凭证",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="签收时间")),
                ("given_by", models.CharField(max_length=80, verbose_name="经手人")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                (
                    "parcel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="door_deliveries",
                        to="parcels.parcel",
                        verbose_name="包裹",
                    ),
                ),
                (
                    "photo",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parcels.photo",
                        verbose_name="照片或签名",
                    ),
                ),
            ],
            options={
                "verbose_name": "上门签收",
                "verbose_name_plural": "上门签收",
            },
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handover__isnull", True), ("parcel__isnull", False)),
                    models.Q(("handover__isnull", False), ("parcel__isnull", True)),
                    _connector="OR",
                ),
                name="photo_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="doordelivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)), fields=("parcel",), name="door_delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="doordelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("proof", "code"), ("photo__isnull", False), _connector="OR"),
                name="door_delivery_has_its_proof",
            ),
        ),
        migrations.AlterField(
            model_name="refusedevent",
            name="code",
            field=models.CharField(
                choices=[
                    ("unknown_parcel", "没有这个包裹"),
                    ("ambiguous_number", "号码对应多个包裹"),
                    ("unknown_station", "没有这个站点"),
                    ("unknown_code", "不认识的事件代码"),
                    ("wrong_direction", "方向不符"),
                    ("out_of_scope", "不在本站或本企业范围内"),
                    ("future_time", "时间在将来"),
                    ("too_old", "时间过早"),
                    ("malformed", "格式有误"),
                    ("unknown_corrected", "找不到被更正的事件"),
                    ("needs_proof", "需要先核验"),
                    ("needs_consent", "收件人未同意"),
                    ("open_handover", "交接未确认"),
                ],
                max_length=20,
                verbose_name="原因",
            ),
        ),
    ]
