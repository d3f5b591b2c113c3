"""Finds what is tagged, to say which tags are in use. Writers are not held up."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("records", "0009_waiting_and_over")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                condition=models.Q(("tags", []), _negated=True),
                fields=["-id"],
                name="record_tagged",
            ),
        ),
    ]
