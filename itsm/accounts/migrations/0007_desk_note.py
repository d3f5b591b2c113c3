from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_admin_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="desk_note",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Such as “VIP: call back within minutes”. Only staff read it.",
                max_length=120,
                verbose_name="note for the desk",
            ),
        ),
    ]
