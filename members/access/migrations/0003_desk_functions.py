from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="function",
            options={
                "default_permissions": (),
                "managed": False,
                "permissions": [
                    ("parcel.view", "PARCEL_VIEW"),
                    ("parcel.view_personal", "PARCEL_VIEW_PERSONAL"),
                    ("parcel.explain", "PARCEL_EXPLAIN"),
                    ("parcel.create", "PARCEL_CREATE"),
                    ("parcel.correct", "PARCEL_CORRECT"),
                    ("parcel.return", "PARCEL_RETURN"),
                    ("event.record", "EVENT_RECORD"),
                    ("bag.manage", "BAG_MANAGE"),
                    ("handover.give", "HANDOVER_GIVE"),
                    ("handover.take", "HANDOVER_TAKE"),
                    ("station.receive", "STATION_RECEIVE"),
                    ("station.give_out", "STATION_GIVE_OUT"),
                    ("stock.take", "STOCK_TAKE"),
                    ("parcel.deliver", "PARCEL_DELIVER"),
                    ("scan.undo", "SCAN_UNDO"),
                    ("document.print", "DOCUMENT_PRINT"),
                    ("consent.record", "CONSENT_RECORD"),
                    ("import.run", "IMPORT_RUN"),
                    ("import.view", "IMPORT_VIEW"),
                    ("refused.view", "REFUSED_VIEW"),
                    ("timer.configure", "TIMER_CONFIGURE"),
                    ("enterprise.view", "ENTERPRISE_VIEW"),
                    ("enterprise.edit", "ENTERPRISE_EDIT"),
                    ("station.view", "STATION_VIEW"),
                    ("station.edit", "STATION_EDIT"),
                    ("staff.manage", "STAFF_MANAGE"),
                    ("device.view", "DEVICE_VIEW"),
                    ("device.manage", "DEVICE_MANAGE"),
                    ("feed.manage", "FEED_MANAGE"),
                    ("division.view", "DIVISION_VIEW"),
                    ("division.edit", "DIVISION_EDIT"),
                    ("people.view", "PEOPLE_VIEW"),
                    ("people.grant", "PEOPLE_GRANT"),
                    ("audit.view", "AUDIT_VIEW"),
                    ("message.view", "MESSAGE_VIEW"),
                    ("message.resend", "MESSAGE_RESEND"),
                    ("data.export", "DATA_EXPORT"),
                    ("own.parcels", "OWN_PARCELS"),
                ],
                "verbose_name": "功能",
            },
        ),
    ]
