"""What fairness counts: leads by the sort of firm and what came of them, and what rankings showed of each platform."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTS = "(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) IN ('service', 'operator')"
ADDED = (
    sa.Column('firm', sa.Uuid(), nullable=False), sa.Column('size', sa.String(64), nullable=True),
    sa.Column('is_one_person', sa.Boolean(), nullable=True), sa.Column('channel', sa.String(64), nullable=False),
    sa.Column('language', sa.String(64), nullable=False), sa.Column('came_at', MOMENT, nullable=False),
    sa.Column('waited', sa.Double(), nullable=True), sa.Column('is_accepted', sa.Boolean(), nullable=True),
    sa.Column('is_completed', sa.Boolean(), nullable=True))


def upgrade():
    # The job fills the table anew: what it counts is all in the leads.
    op.drop_table('lead_summary')
    make_lead_summary(*ADDED)
    op.create_index(op.f('ix_lead_summary_came_at'), 'lead_summary', ['came_at'])
    op.create_table(
        'exposure_summary', sa.Column('ranking_id', sa.Uuid(), nullable=False),
        sa.Column('platform_id', sa.Uuid(), nullable=False), sa.Column('firm', sa.Uuid(), nullable=False),
        sa.Column('month', sa.Date(), nullable=False), sa.Column('places', sa.Integer(), nullable=False),
        sa.Column('is_first', sa.Boolean(), nullable=False), sa.Column('weight', sa.Double(), nullable=False),
        sa.Column('fit', sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(['ranking_id'], ['ranking.id'], name=op.f('fk_exposure_summary_ranking_id_ranking'),
                                ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['platform_id'], ['organisation.id'],
                                name=op.f('fk_exposure_summary_platform_id_organisation')),
        sa.PrimaryKeyConstraint('ranking_id', 'platform_id', name=op.f('pk_exposure_summary')))
    op.create_index('ix_exposure_summary_month', 'exposure_summary', ['month', 'platform_id'])
    guard('exposure_summary')


def downgrade():
    op.drop_table('exposure_summary')
    op.drop_table('lead_summary')
    make_lead_summary()


def make_lead_summary(*added):
    op.create_table(
        'lead_summary', sa.Column('lead_id', sa.Uuid(), nullable=False),
        sa.Column('platform_id', sa.Uuid(), nullable=False), sa.Column('offering_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(64), nullable=False), sa.Column('province', sa.String(64), nullable=True),
        sa.Column('month', sa.Date(), nullable=False), sa.Column('hours', sa.Double(), nullable=True),
        sa.Column('changed_at', MOMENT, nullable=False), *added,
        sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_summary_lead_id_lead'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_lead_summary_offering_id_offering')),
        sa.ForeignKeyConstraint(['platform_id'], ['organisation.id'],
                                name=op.f('fk_lead_summary_platform_id_organisation')),
        sa.PrimaryKeyConstraint('lead_id', name=op.f('pk_lead_summary')))
    op.create_index('ix_lead_summary_month', 'lead_summary', ['month', 'platform_id'])
    op.create_index(op.f('ix_lead_summary_offering_id'), 'lead_summary', ['offering_id'])
    guard('lead_summary')


def guard(table):
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"CREATE POLICY second_wall ON {table} USING ({COUNTS})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
