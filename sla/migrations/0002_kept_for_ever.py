from django.db import migrations

SQL = """
CREATE FUNCTION sla_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Lines of a ledger are only ever added (% refused).', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON sla_ledgerline
    FOR EACH ROW EXECUTE FUNCTION sla_refuse_ledger_change();
CREATE TRIGGER ledger_is_never_emptied BEFORE TRUNCATE ON sla_ledgerline
    FOR EACH STATEMENT EXECUTE FUNCTION sla_refuse_ledger_change();

CREATE FUNCTION sla_refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'A published edition is never changed (% refused).', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER published_agreements_stay BEFORE UPDATE OR DELETE ON sla_agreementversion
    FOR EACH ROW EXECUTE FUNCTION sla_refuse_published_change();
CREATE TRIGGER published_calendars_stay BEFORE UPDATE OR DELETE ON sla_calendarversion
    FOR EACH ROW EXECUTE FUNCTION sla_refuse_published_change();
"""

UNDO = """
DROP TRIGGER ledger_is_append_only ON sla_ledgerline;
DROP TRIGGER ledger_is_never_emptied ON sla_ledgerline;
DROP FUNCTION sla_refuse_ledger_change();
DROP TRIGGER published_agreements_stay ON sla_agreementversion;
DROP TRIGGER published_calendars_stay ON sla_calendarversion;
DROP FUNCTION sla_refuse_published_change();
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_service_levels")]
    operations = [migrations.RunSQL(SQL, UNDO)]
