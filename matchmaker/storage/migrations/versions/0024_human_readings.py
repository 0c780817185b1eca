"""Firms that are not ranked by a machine, and their requests for a person to read their need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

ITEMS = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
SEEN = ("(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) IN ('service', 'operator') OR need_id = "
        "(SELECT NULLIF(current_setting('matchmaker.need', true), '')::uuid)")


def upgrade():
    op.add_column('need', sa.Column('is_ranked', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        'human_reading', sa.Column('id', sa.Uuid(), nullable=False), sa.Column('need_id', sa.Uuid(), nullable=False),
        sa.Column('at', MOMENT, nullable=False), sa.Column('due_at', MOMENT, nullable=False),
        sa.Column('note', sa.String(), nullable=False), sa.Column('person_id', sa.Uuid(), nullable=True),
        sa.Column('answer', sa.String(), nullable=False), sa.Column('offerings', ITEMS, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_human_reading_need_id_need'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_human_reading_person_id_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_human_reading')))
    op.create_index(op.f('ix_human_reading_need_id'), 'human_reading', ['need_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"CREATE POLICY second_wall ON human_reading USING ({SEEN})")
        op.execute("ALTER TABLE human_reading ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    op.drop_table('human_reading')
    with op.batch_alter_table('need') as table:
        table.drop_column('is_ranked')
