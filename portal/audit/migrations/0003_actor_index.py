from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_area"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "action", "-at"], name="audit_actor"),
        ),
    ]
