"""Indexes of the leads of a need at a platform, and of answer times."""

from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_lead_answers', 'lead', ['created_at', 'state', 'platform_id', 'first_response_at', 'due_at'])
    op.create_index('ix_lead_need_id', 'lead', ['need_id', 'platform_id', 'state'])


def downgrade():
    op.drop_index('ix_lead_need_id', 'lead')
    op.drop_index('ix_lead_answers', 'lead')
