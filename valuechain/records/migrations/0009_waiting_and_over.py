"""Finds what waits, and what is over, without walking past everything else. Writers are not held up."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("records", "0008_tags_index")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                models.F("resource"),
                models.OrderBy(models.F("next_due_at"), nulls_last=True),
                models.F("id"),
                condition=models.Q(("phase", "waiting")),
                name="record_waiting",
            ),
        ),
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=models.Q(("phase__in", ["done", "void"])),
                fields=["resource", "-opened_at", "-id"],
                name="record_over_newest",
            ),
        ),
    ]
