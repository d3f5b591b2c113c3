from django.db import migrations

# A vote is never changed, and nobody votes on what they asked for or wrote: the program says so
# first, with a sentence; the database says so for whatever comes past the program.
SQL = """
CREATE FUNCTION approvals_refuse_vote_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Votes are only ever added (% refused).', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER votes_are_append_only BEFORE UPDATE OR DELETE ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_vote_change();
CREATE TRIGGER votes_are_never_emptied BEFORE TRUNCATE ON approvals_vote
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_vote_change();

CREATE FUNCTION approvals_refuse_own_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked approvals_approval%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM approvals_approval WHERE id = NEW.approval_id;
    IF asked.result <> 'pending' THEN
        RAISE EXCEPTION 'Approval % is over.', asked.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.cast_by_id IN (SELECT unnest(asked.barred))
        OR NEW.approver_id IN (SELECT unnest(asked.barred))
        OR asked.requested_by_id IN (NEW.cast_by_id, NEW.approver_id)
    THEN
        RAISE EXCEPTION 'Nobody approves what they asked for or wrote themselves.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER votes_are_never_own BEFORE INSERT ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_own_vote();
"""

UNDO = """
DROP TRIGGER votes_are_never_own ON approvals_vote;
DROP FUNCTION approvals_refuse_own_vote();
DROP TRIGGER votes_are_append_only ON approvals_vote;
DROP TRIGGER votes_are_never_emptied ON approvals_vote;
DROP FUNCTION approvals_refuse_vote_change();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_approvals")]
    operations = [migrations.RunSQL(SQL, UNDO)]
