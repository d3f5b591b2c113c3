"""What is due next lies beyond what PostgreSQL counted last; it counts clocks after one in fifty changed."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("sla", "0002_kept_for_ever")]

    operations: ClassVar = [
        migrations.RunSQL(
            "ALTER TABLE sla_clock SET (autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE sla_clock RESET (autovacuum_analyze_scale_factor)",
        ),
    ]
