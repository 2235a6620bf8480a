import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def rebuild_rollups(apps, schema_editor):
    # The code of today, not a copy of it: a later migration that changes rollups rebuilds them as well, and then takes
    # this step out. Every version so far has kept all records, so nothing is lost.
    from naxios.usage.rebuild import rebuild

    if apps.get_model("usage", "UsageRecord").objects.exists() or apps.get_model("usage", "RefusalCount").objects.exists():
        rebuild()


class Migration(migrations.Migration):

    dependencies = [
        ('keys', '0001_initial'),
        ('usage', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name='UsageRollup'),
        migrations.CreateModel(
            name='UsageRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('reasoning_tokens', models.BigIntegerField(default=0)),
                ('standard_tokens', models.BigIntegerField(default=0)),
                ('within_5_ms', models.BigIntegerField(default=0)),
                ('within_10_ms', models.BigIntegerField(default=0)),
                ('within_20_ms', models.BigIntegerField(default=0)),
                ('within_50_ms', models.BigIntegerField(default=0)),
                ('within_100_ms', models.BigIntegerField(default=0)),
                ('within_200_ms', models.BigIntegerField(default=0)),
                ('within_500_ms', models.BigIntegerField(default=0)),
                ('within_1_s', models.BigIntegerField(default=0)),
                ('within_2_s', models.BigIntegerField(default=0)),
                ('within_5_s', models.BigIntegerField(default=0)),
                ('within_10_s', models.BigIntegerField(default=0)),
                ('within_20_s', models.BigIntegerField(default=0)),
                ('within_50_s', models.BigIntegerField(default=0)),
                ('within_100_s', models.BigIntegerField(default=0)),
                ('over_100_s', models.BigIntegerField(default=0)),
                ('period', models.CharField(choices=[('hour', 'Hour'), ('day', 'Day'), ('month', 'Month')], max_length=5)),
                ('start', models.DateTimeField()),
                ('model', models.CharField(max_length=200)),
                ('provider', models.CharField(max_length=50)),
                ('status', models.PositiveSmallIntegerField()),
                ('requests', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('duration', models.BigIntegerField(default=0)),
                ('first_byte', models.BigIntegerField(default=0)),
                ('first_byte_count', models.BigIntegerField(default=0)),
                ('key', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keys.apikey')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'period', 'start', 'model'], name='usage_usage_user_id_2550f2_idx'), models.Index(fields=['key', 'period', 'start'], name='usage_usage_key_id_a1ad11_idx')],
                'constraints': [models.UniqueConstraint(fields=('period', 'start', 'user', 'key', 'model', 'provider', 'status'), name='one_rollup_a_period')],
            },
        ),
        migrations.CreateModel(
            name='RefusalRollup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('day', models.DateTimeField()),
                ('count', models.BigIntegerField(default=0)),
                ('key', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keys.apikey')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'day'], name='usage_refus_user_id_f83b41_idx')],
                'constraints': [models.UniqueConstraint(fields=('key', 'code', 'day'), name='one_refusal_rollup_a_day')],
            },
        ),
        migrations.AlterField(
            model_name='refusalcount',
            name='key',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keys.apikey'),
        ),
        migrations.AlterField(
            model_name='refusalcount',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='usagerecord',
            name='key',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keys.apikey'),
        ),
        migrations.AlterField(
            model_name='usagerecord',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='usagerecord',
            index=models.Index(fields=['user', 'model', 'admitted_at'], name='usage_usage_user_id_6c889c_idx'),
        ),
        migrations.RunPython(rebuild_rollups, migrations.RunPython.noop),
    ]
