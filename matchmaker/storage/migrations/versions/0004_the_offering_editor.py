"""The offering editor: states with their moves, versions, changes in preparation, reminders, and who waits for room."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('offering_move',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_state', sa.Enum('draft', 'in_review', 'published', 'suspended', 'withdrawn', 'expired', name='offeringstatus', native_enum=False, length=32), nullable=True),
    sa.Column('to_state', sa.Enum('draft', 'in_review', 'published', 'suspended', 'withdrawn', 'expired', name='offeringstatus', native_enum=False, length=32), nullable=False),
    sa.Column('side', sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('is_change', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_offering_move_offering_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_offering_move_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offering_move'))
    )
    with op.batch_alter_table('offering_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offering_move_offering_id'), ['offering_id'], unique=False)

    op.create_table('offering_reminder',
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('valid_through', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_offering_reminder_offering_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offering_id', 'valid_through', 'days', name=op.f('pk_offering_reminder'))
    )
    op.create_table('offering_revision',
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'in_review', 'published', 'suspended', 'withdrawn', 'expired', name='offeringstatus', native_enum=False, length=32), nullable=False),
    sa.Column('changes', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('base', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_offering_revision_offering_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offering_id', name=op.f('pk_offering_revision'))
    )
    op.create_table('offering_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_offering_version_offering_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_offering_version_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offering_version')),
    sa.UniqueConstraint('offering_id', 'version', name=op.f('uq_offering_version_offering_id_version'))
    )
    op.create_table('stock_watch',
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_stock_watch_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_stock_watch_offering_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', 'offering_id', name=op.f('pk_stock_watch'))
    )
    op.add_column('offering', sa.Column('suspended_by', sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32), nullable=True))
    op.add_column('offering', sa.Column('submitted_by', sa.Uuid(), nullable=True))
