"""Indexes from which the board of demand counts."""

from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

GROUPS = ('kind', 'theme', 'province', 'industry', 'month', 'rule')


def upgrade():
    op.drop_index('ix_need_summary_month', 'need_summary')
    for name in GROUPS:
        op.create_index(f'ix_need_summary_{name}', 'need_summary', [name, 'firm', 'is_met'])
    op.create_index('ix_need_summary_unmet', 'need_summary', ['is_met', 'kind', 'theme', 'province', 'firm'])
    op.create_index('ix_lead_summary_kind', 'lead_summary', ['kind', 'hours'])


def downgrade():
    op.drop_index('ix_lead_summary_kind', 'lead_summary')
    op.drop_index('ix_need_summary_unmet', 'need_summary')
    for name in GROUPS:
        op.drop_index(f'ix_need_summary_{name}', 'need_summary')
    op.create_index('ix_need_summary_month', 'need_summary', ['month', 'kind'])
