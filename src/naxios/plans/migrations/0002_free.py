from django.db import migrations


def create_free(apps, schema_editor):
    """The plan of every account without another entitlement; the operator's catalogue file may change its limits."""
    apps.get_model("plans", "Plan").objects.create(
        name="free",
        display_name="Free",
        tokens_per_day=100_000,
        requests_per_minute=10,
        tokens_per_minute=20_000,
        concurrency=2,
        requires_discord=True,
    )


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunPython(create_free, migrations.RunPython.noop)]
