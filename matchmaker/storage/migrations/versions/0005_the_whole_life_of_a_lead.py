"""The whole life of a lead: what was read, terms, slots, feedback of both sides, appeals and complaints."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def side():
    """Return the type of the column that names a side."""
    return sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32)


def upgrade():
    op.create_table('lead_reading',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('side', side(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_reading_lead_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lead_id', 'side', name=op.f('pk_lead_reading'))
    )
    op.create_table('lead_feedback',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('side', side(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('rating', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_lead_feedback_rating')),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_feedback_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_lead_feedback_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_feedback')),
    sa.UniqueConstraint('lead_id', 'side', name=op.f('uq_lead_feedback_lead_id_side'))
    )
    op.create_index(op.f('ix_lead_feedback_lead_id'), 'lead_feedback', ['lead_id'], unique=False)
    op.create_table('appeal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('is_granted', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_appeal_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_appeal_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeal')),
    sa.UniqueConstraint('lead_id', name=op.f('uq_appeal_lead_id'))
    )
    op.create_table('complaint',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.Enum('fee', 'conduct', 'contact', 'other', name='ground', native_enum=False, length=32), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('open', 'in_hand', 'upheld', 'rejected', name='complaintstate', native_enum=False, length=32), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_complaint_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_complaint_person_id')),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_complaint_answered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint'))
    )
    op.create_index(op.f('ix_complaint_lead_id'), 'complaint', ['lead_id'], unique=False)
    op.add_column('lead', sa.Column('slot_taken_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('decision', sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True))
