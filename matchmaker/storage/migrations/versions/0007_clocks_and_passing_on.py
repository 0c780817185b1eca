"""Answer clocks and their steps, consent to passing on, lists with a rule of their own, and suspended platforms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('clock_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('half_time', 'day_before', 'late', 'suspended', 'next', name='stepkind', native_enum=False, length=32), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offerings', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_clock_step_lead_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_step')),
    sa.UniqueConstraint('lead_id', 'due_at', 'kind', name=op.f('uq_clock_step_lead_id_due_at_kind'))
    )
    op.add_column('consent', sa.Column('passes_on', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('openness_list', sa.Column('response_days', sa.Integer(), nullable=True))
    op.add_column('organisation', sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('organisation', sa.Column('suspended_why', sa.String(), nullable=True))
    op.add_column('organisation', sa.Column('suspended_by_id', sa.Uuid(), nullable=True))
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_parent_id'), ['parent_id'], unique=False)
