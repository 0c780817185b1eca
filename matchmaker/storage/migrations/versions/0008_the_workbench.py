"""The workbench: saved views, who has a lead open, exports, and needs that platforms may find."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade():
    op.create_table('saved_view',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('asked', DOCUMENT, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_saved_view_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('person_id', 'name', name=op.f('uq_saved_view_person_id_name'))
    )
    op.create_table('lead_presence',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_presence_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_lead_presence_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lead_id', 'person_id', name=op.f('pk_lead_presence'))
    )
    op.create_table('queue_export',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('form', sa.String(length=64), nullable=False),
    sa.Column('filters', DOCUMENT, nullable=False),
    sa.Column('leads', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_queue_export_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_export'))
    )
    op.create_table('find_consent',
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('text_version', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=64), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_find_consent_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', name=op.f('pk_find_consent'))
    )
    op.create_table('finding',
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('fit', sa.Double(), nullable=False),
    sa.Column('factors', DOCUMENT, nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_finding_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_finding_offering_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', 'offering_id', name=op.f('pk_finding'))
    )
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.create_index('ix_finding_offering_id_fit', ['offering_id', 'fit'], unique=False)
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.drop_index('ix_lead_platform_id_state_due_at')
        batch_op.create_index('ix_lead_due', ['platform_id', 'state', 'due_at', 'id'], unique=False)
        batch_op.create_index('ix_lead_fit', ['platform_id', 'state', 'fit', 'id'], unique=False)
        batch_op.create_index('ix_lead_age', ['platform_id', 'state', 'created_at', 'id'], unique=False)
        batch_op.create_index('ix_lead_owner', ['platform_id', 'state', 'assignee_id', 'due_at'], unique=False)
