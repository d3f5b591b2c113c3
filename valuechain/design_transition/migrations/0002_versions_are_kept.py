from django.db import migrations

SQL = """
CREATE FUNCTION design_transition_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Versions are only ever added (% refused).', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER versions_are_append_only BEFORE UPDATE OR DELETE ON design_transition_specversion
    FOR EACH ROW EXECUTE FUNCTION design_transition_refuse_version_change();
CREATE TRIGGER versions_are_never_emptied BEFORE TRUNCATE ON design_transition_specversion
    FOR EACH STATEMENT EXECUTE FUNCTION design_transition_refuse_version_change();
"""

UNDO = """
DROP TRIGGER versions_are_append_only ON design_transition_specversion;
DROP TRIGGER versions_are_never_emptied ON design_transition_specversion;
DROP FUNCTION design_transition_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [("design_transition", "0001_design_transition")]
    operations = [migrations.RunSQL(SQL, UNDO)]
