from django.db import migrations

SQL = """
CREATE FUNCTION records_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events are only ever added (% refused).', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON records_event
    FOR EACH ROW EXECUTE FUNCTION records_refuse_event_change();
CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON records_event
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_event_change();
"""

UNDO = """
DROP TRIGGER events_are_append_only ON records_event;
DROP TRIGGER events_are_never_emptied ON records_event;
DROP FUNCTION records_refuse_event_change();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_spine")]
    operations = [migrations.RunSQL(SQL, UNDO)]
