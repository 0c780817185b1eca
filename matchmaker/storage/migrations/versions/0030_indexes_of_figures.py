"""Indexes from which answer times and topics are counted."""

from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

AGE = ['platform_id', 'state', 'created_at', 'id']


def upgrade():
    op.drop_index('ix_lead_age', 'lead')
    op.create_index('ix_lead_age', 'lead', [*AGE, 'first_response_at', 'due_at'])
    op.create_index('ix_need_summary_topic_id', 'need_summary', ['topic_id', 'firm', 'is_met'])


def downgrade():
    op.drop_index('ix_need_summary_topic_id', 'need_summary')
    op.drop_index('ix_lead_age', 'lead')
    op.create_index('ix_lead_age', 'lead', AGE)
