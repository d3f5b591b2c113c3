from django.db import migrations, models

# The trail knew it all along.
BACKFILL = """
UPDATE records_comment AS said SET program = left(happened.data->>'program', 120)
FROM records_event AS happened
WHERE happened.verb IN ('comment.reply', 'comment.note') AND happened.data ? 'program'
  AND said.id = (happened.data->>'comment')::bigint
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0011_exports")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="program",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of what came by the API: the name of the token it was sent with.",
                max_length=120,
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
