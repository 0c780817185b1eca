"""Weights that are learnt, proposed and promoted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        'weights_proposal', sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('state', sa.Enum('proposed', 'refused', 'promoted', name='proposalstate', native_enum=False, length=32),
                  nullable=False),
        sa.Column('base', sa.String(64), nullable=False),
        *(sa.Column(name, DOCUMENT, nullable=False) for name in ('weights', 'evidence', 'left_out', 'found', 'reasons')),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_weights_proposal')))
    op.create_table(
        'weights_version', sa.Column('id', sa.Uuid(), nullable=False), sa.Column('version', sa.String(64), nullable=False),
        sa.Column('base', sa.String(64), nullable=False), sa.Column('announced', sa.Date(), nullable=False),
        sa.Column('in_force_from', sa.Date(), nullable=False), sa.Column('weights', DOCUMENT, nullable=False),
        sa.Column('why', DOCUMENT, nullable=False), sa.Column('proposal_id', sa.Uuid(), nullable=False),
        sa.Column('promoted_by', sa.Uuid(), nullable=True), sa.Column('promoted_at', MOMENT, nullable=False),
        sa.Column('ended', sa.Date(), nullable=True), sa.Column('ended_why', DOCUMENT, nullable=True),
        sa.Column('ended_by', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['proposal_id'], ['weights_proposal.id'],
                                name=op.f('fk_weights_version_proposal_id_weights_proposal')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_weights_version')),
        sa.UniqueConstraint('proposal_id', name=op.f('uq_weights_version_proposal_id')),
        sa.UniqueConstraint('version', name=op.f('uq_weights_version_version')))


def downgrade():
    op.drop_table('weights_version')
    op.drop_table('weights_proposal')
