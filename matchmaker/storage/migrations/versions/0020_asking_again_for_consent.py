"""How often and when a firm was asked for its consent."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('referral_trace', sa.Column('asked', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('referral_trace', sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE referral_trace SET asked = 1, asked_at = (SELECT created_at FROM referral_batch "
               "WHERE referral_batch.id = referral_trace.batch_id) WHERE EXISTS (SELECT 1 FROM referral "
               "WHERE referral.id = referral_trace.referral_id AND referral.standing = 'consent_asked')")


def downgrade():
    with op.batch_alter_table('referral_trace') as table:
        table.drop_column('asked_at')
        table.drop_column('asked')
