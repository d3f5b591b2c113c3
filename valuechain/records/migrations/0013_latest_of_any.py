"""Finds the latest of all records, for suggestions while somebody types. Writers are not held up."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("records", "0012_program_of_a_comment")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(fields=["-updated_at", "-id"], name="record_changed_of_any"),
        ),
    ]
