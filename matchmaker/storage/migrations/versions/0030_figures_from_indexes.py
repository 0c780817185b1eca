"""Figures are counted from indexes: topics from one of their own, and on PostgreSQL all of them.

PostgreSQL takes a comparison with a setting to hold for one row in a hundred. So it thought what boards count small, and
sorted whole tables that an index has in order. That something is not null it takes to hold for nearly all rows.
"""

from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

COUNTING = "current_setting('matchmaker.actor', true) IN ('service', 'operator')"
FOR_ALL_ROWS = f"(SELECT CASE WHEN {COUNTING} THEN true END) IS NOT NULL"
FOR_FEW_ROWS = "(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) IN ('service', 'operator')"
COUNTED = ('need_summary', 'lead_summary', 'exposure_summary', 'fairness_month')


def upgrade():
    op.create_index('ix_need_summary_topic_id', 'need_summary', ['topic_id', 'firm', 'is_met'])
    tell_who_counts(FOR_ALL_ROWS)


def downgrade():
    tell_who_counts(FOR_FEW_ROWS)
    op.drop_index('ix_need_summary_topic_id', 'need_summary')


def tell_who_counts(condition):
    if op.get_bind().dialect.name == 'postgresql':
        for table in COUNTED:
            op.execute(f"ALTER POLICY second_wall ON {table} USING ({condition})")
