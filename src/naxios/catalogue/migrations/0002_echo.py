from django.db import migrations


def create_echo(apps, schema_editor):
    """The built-in demonstration, so that a first request needs no third party."""
    provider = apps.get_model("catalogue", "Provider").objects.create(name="naxios", kind="echo")
    model = apps.get_model("catalogue", "Model").objects.create(
        name="naxios/echo", display_name="Echo (demonstration)", context_tokens=32_000, max_output_tokens=1_000
    )
    apps.get_model("catalogue", "Route").objects.create(model=model, provider=provider, upstream_model="naxios/echo")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(create_echo, migrations.RunPython.noop)]
