from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("plans", "0004_bonus"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="trial_days",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="stripe_price",
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
