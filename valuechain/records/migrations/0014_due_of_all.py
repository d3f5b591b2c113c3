"""Gives lists of all records, the over ones too, in the order they are due. Writers are not held up."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("records", "0013_latest_of_any")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(fields=["resource", "next_due_at", "id"], name="record_due"),
        ),
    ]
