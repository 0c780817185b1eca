"""Exposure by offering and day, the looks at it, and versions of the weights that come of no proposal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')


def upgrade():
    op.create_table(
        'offering_exposure', sa.Column('day', sa.Date(), nullable=False),
        sa.Column('offering_id', sa.Uuid(), nullable=False), sa.Column('fit', sa.Double(), nullable=False),
        sa.Column('weight', sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_offering_exposure_offering_id_offering')),
        sa.PrimaryKeyConstraint('day', 'offering_id', name=op.f('pk_offering_exposure')))
    op.create_table(
        'exposure_look', sa.Column('day', sa.Date(), nullable=False), sa.Column('shares', DOCUMENT, nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('day', name=op.f('pk_exposure_look')))
    with op.batch_alter_table('weights_version') as table:
        table.alter_column('proposal_id', existing_type=sa.Uuid(), nullable=True)


def downgrade():
    op.execute('DELETE FROM weights_version WHERE proposal_id IS NULL')
    with op.batch_alter_table('weights_version') as table:
        table.alter_column('proposal_id', existing_type=sa.Uuid(), nullable=False)
    op.drop_table('exposure_look')
    op.drop_table('offering_exposure')
