"""Keep the words of a search document outside its row: counts read the rows, never the words."""

from django.db import migrations

NARROW = "ALTER TABLE trials_searchdocument SET (toast_tuple_target = 512)"
COMPRESS = """
DO $$ BEGIN
    ALTER TABLE trials_searchdocument ALTER COLUMN vector SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [("trials", "0005_true_mirror")]

    operations = [
        migrations.RunSQL(NARROW, "ALTER TABLE trials_searchdocument RESET (toast_tuple_target)"),
        migrations.RunSQL(COMPRESS, migrations.RunSQL.noop),
    ]
