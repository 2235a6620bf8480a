from django.db import migrations


def give_every_account_its_address(apps, schema_editor):
    """Accounts from before addresses were verified: staff made them, so their addresses count as shown."""
    addresses = apps.get_model("account", "EmailAddress").objects
    for user in apps.get_model("accounts", "User").objects.all():
        shown = {"verified": True, "primary": True}
        addresses.update_or_create(user=user, email=user.email.lower(), defaults=shown)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_known_devices"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunPython(give_every_account_its_address, migrations.RunPython.noop)]
