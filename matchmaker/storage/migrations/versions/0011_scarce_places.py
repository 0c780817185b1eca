"""Scarce places of offerings, allotted among the rows of a batch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade():
    op.add_column('referral_batch', sa.Column('allocation', sa.Enum(
        'best_each', 'fair_capacity', name='allocation', native_enum=False, length=32), nullable=False,
        server_default='best_each'))
    op.add_column('referral_batch', sa.Column('allotment', DOCUMENT, nullable=True))
    op.create_table(
        'referral_choice',
        sa.Column('batch_id', sa.Uuid(), nullable=False),
        sa.Column('row', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('named', DOCUMENT, nullable=False),
        sa.Column('fits', DOCUMENT, nullable=False),
        sa.Column('given', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['batch_id'], ['referral_batch.id'], name=op.f('fk_referral_choice_batch_id'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('batch_id', 'row', name=op.f('pk_referral_choice')),
    )


def downgrade():
    op.drop_table('referral_choice')
    op.drop_column('referral_batch', 'allotment')
    op.drop_column('referral_batch', 'allocation')
