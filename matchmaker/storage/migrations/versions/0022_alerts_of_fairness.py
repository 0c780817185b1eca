"""Alerts of fairness, and the looks that raise and close them."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table(
        'fairness_look', sa.Column('day', sa.Date(), nullable=False), sa.Column('tests', sa.Integer(), nullable=False),
        sa.Column('raised', sa.Integer(), nullable=False), sa.Column('closed', sa.Integer(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False), sa.PrimaryKeyConstraint('day', name=op.f('pk_fairness_look')))
    op.create_table(
        'fairness_alert', sa.Column('id', sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ('dimension', 'value', 'outcome')),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ('raised_on', 'since')),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ('firms', 'leads')),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ('figure', 'others')),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ('ratio', 'p')),
        sa.Column('tests', sa.Integer(), nullable=False), sa.Column('is_within', sa.Boolean(), nullable=False),
        sa.Column('acknowledged_at', MOMENT, nullable=True), sa.Column('acknowledged_by', sa.Uuid(), nullable=True),
        sa.Column('reason', sa.String(), nullable=False), sa.Column('closed_on', sa.Date(), nullable=True),
        sa.Column('closing', sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(['acknowledged_by'], ['person.id'],
                                name=op.f('fk_fairness_alert_acknowledged_by_person')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_fairness_alert')))
    op.create_index('uq_fairness_alert_open', 'fairness_alert', ['dimension', 'value', 'outcome'], unique=True,
                    sqlite_where=sa.text('closed_on IS NULL'), postgresql_where=sa.text('closed_on IS NULL'))


def downgrade():
    op.drop_table('fairness_alert')
    op.drop_table('fairness_look')
