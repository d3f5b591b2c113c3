import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0006_pinned_summaries")]

    operations = [
        migrations.AddField(
            model_name="record",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30),
                blank=True,
                db_default=[],
                default=list,
                help_text="Short words to find it by, such as vpn. Only staff read them.",
                size=None,
                verbose_name="tags",
            ),
        ),
    ]
