"""Tell the planner that a read out of order costs hardly more, as on every disk of today.

With the default, made for turning disks, a search reads the whole table instead of the word index.
An owner of the schema who does not own the database leaves it as it is.
"""

from django.db import migrations

PLAN = """
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET random_page_cost = 1.1', current_database());
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [("trials", "0003_compress_records")]

    operations = [migrations.RunSQL(PLAN, migrations.RunSQL.noop)]
