from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # Built beside the work that goes on, so that no row waits for it.
    atomic = False

    dependencies = [("records", "0007_tags")]

    operations = [
        AddIndexConcurrently(
            model_name="record", index=GinIndex(fields=["tags"], name="record_tags")
        ),
    ]
