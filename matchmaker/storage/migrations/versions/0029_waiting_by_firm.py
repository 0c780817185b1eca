"""The index from which waiting times are counted tells firms apart."""

from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index('ix_lead_summary_kind', 'lead_summary')
    op.create_index('ix_lead_summary_kind', 'lead_summary', ['kind', 'firm', 'hours'])


def downgrade():
    op.drop_index('ix_lead_summary_kind', 'lead_summary')
    op.create_index('ix_lead_summary_kind', 'lead_summary', ['kind', 'hours'])
