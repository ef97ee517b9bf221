"""Audit rows can be added and nothing else, whoever asks.

The triggers fire for every role, the owner included, unless ``session_replication_role`` is
``replica``: setting that needs a privilege which no process of ours holds in production. Restoring
a dump and emptying a test database set it.
"""

from django.db import migrations

PROTECT = """
CREATE FUNCTION clinic_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % can only be added', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {0}
    FOR EACH ROW EXECUTE FUNCTION clinic_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {0}
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {1}
    FOR EACH ROW EXECUTE FUNCTION clinic_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {1}
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_refuse_change();
"""
UNPROTECT = """
DROP TRIGGER append_only ON {0};
DROP TRIGGER append_only_truncate ON {0};
DROP TRIGGER append_only ON {1};
DROP TRIGGER append_only_truncate ON {1};
DROP FUNCTION clinic_refuse_change();
"""
TABLES = ("clinic_auditevent", "clinic_auditchain")


class Migration(migrations.Migration):
    dependencies = [("clinic", "0003_operations")]

    operations = [
        migrations.RunSQL(PROTECT.format(*TABLES), UNPROTECT.format(*TABLES)),
    ]
