from django.conf import settings
from django.db import migrations, models


# The worker may delete inquiries for the sake of the synthetic ones; no mistake of ours shall make
# it delete a person's. It has to say first what it is about to do, and then each row is looked at.
PROTECT = """
CREATE FUNCTION inquiries_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the worker deletes synthetic inquiries only'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_when_forgetting BEFORE DELETE ON inquiries_inquiry FOR EACH STATEMENT
    WHEN (current_user = 'clinic_worker'
          AND current_setting('inquiries.forgets_synthetic', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION inquiries_refuse_deletion();
CREATE TRIGGER only_synthetic BEFORE DELETE ON inquiries_inquiry FOR EACH ROW
    WHEN (current_user = 'clinic_worker' AND NOT OLD.is_synthetic)
    EXECUTE FUNCTION inquiries_refuse_deletion();
"""
UNPROTECT = """
DROP TRIGGER only_synthetic ON inquiries_inquiry;
DROP TRIGGER only_when_forgetting ON inquiries_inquiry;
DROP FUNCTION inquiries_refuse_deletion();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0008_retention'),
        ('trials', '0010_team_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SyntheticRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('inquiry_id', models.UUIDField(editable=False, null=True, unique=True)),
                ('started_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('sealed_for', models.CharField(blank=True, max_length=32)),
                ('failure', models.CharField(blank=True, choices=[('form', 'the form did not answer as it should'), ('refused', 'the form was not accepted'), ('receipt', 'the private page did not open'), ('lost', 'what was accepted is not in the database'), ('quarantined', 'it was taken for spam'), ('keys', 'no private key opens what the public door sealed'), ('mail', 'its message did not go out'), ('interrupted', 'the worker ended before it was sent')], max_length=20)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='inquiry',
            name='is_synthetic',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(condition=models.Q(('is_synthetic', True)), fields=['received_at'], name='inquiry_synthetic'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('is_synthetic', False), models.Q(('assignee__isnull', True), ('first_opened_at__isnull', True), ('state', 'new')), _connector='OR'), name='inquiry_synthetic_is_nobodys_work'),
        ),
        migrations.AddIndex(
            model_name='syntheticrun',
            index=models.Index(fields=['-started_at'], name='synthetic_run_newest'),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
