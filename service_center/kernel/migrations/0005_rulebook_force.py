"""What PostgreSQL forbids in the rulebook: two versions that count at one instant, and settings out of bounds."""

from django.db import migrations

FORWARD = """
ALTER TABLE kernel_rule ADD CONSTRAINT rule_force_no_overlap EXCLUDE USING gist
    (key WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (status IN ('in_force', 'superseded'));
ALTER TABLE kernel_setting ADD CONSTRAINT setting_force_no_overlap EXCLUDE USING gist
    (key WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (status IN ('in_force', 'superseded'));
ALTER TABLE kernel_approvalstep ADD CONSTRAINT approvalstep_force_no_overlap EXCLUDE USING gist
    (key WITH =, tstzrange(valid_from, valid_to) WITH &&) WHERE (status IN ('in_force', 'superseded'));
ALTER TABLE kernel_setting ADD CONSTRAINT setting_within_bounds CHECK (
    kind NOT IN ('integer', 'decimal', 'money', 'weight', 'duration')
    OR ((minimum IS NULL OR (value #>> '{}')::numeric >= minimum)
        AND (maximum IS NULL OR (value #>> '{}')::numeric <= maximum)));
"""

BACKWARD = """
ALTER TABLE kernel_setting DROP CONSTRAINT setting_within_bounds;
ALTER TABLE kernel_approvalstep DROP CONSTRAINT approvalstep_force_no_overlap;
ALTER TABLE kernel_setting DROP CONSTRAINT setting_force_no_overlap;
ALTER TABLE kernel_rule DROP CONSTRAINT rule_force_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_cache_table")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
