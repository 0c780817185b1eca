"""What the boards of the operator count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

ITEMS = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
COUNTED = ('need_summary', 'lead_summary')
COUNTS = "(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) IN ('service', 'operator')"


def upgrade():
    op.create_table(
        'demand_topic', sa.Column('id', sa.Uuid(), nullable=False), sa.Column('words', ITEMS, nullable=False),
        sa.Column('language', sa.String(64), nullable=False), sa.Column('made_at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_demand_topic')))
    op.create_table(
        'need_summary', sa.Column('need_id', sa.Uuid(), nullable=False), sa.Column('firm', sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=True) for name in ('kind', 'theme', 'province', 'industry')),
        sa.Column('month', sa.Date(), nullable=False), sa.Column('is_met', sa.Boolean(), nullable=False),
        sa.Column('fits', sa.Integer(), nullable=False), sa.Column('rule', sa.String(64), nullable=True),
        sa.Column('index_version', sa.String(64), nullable=False), sa.Column('topic_id', sa.Uuid(), nullable=True),
        sa.Column('summarised_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_need_summary_need_id_need'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['topic_id'], ['demand_topic.id'], name=op.f('fk_need_summary_topic_id_demand_topic'),
                                ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('need_id', name=op.f('pk_need_summary')))
    op.create_index('ix_need_summary_month', 'need_summary', ['month', 'kind'])
    op.create_index(op.f('ix_need_summary_firm'), 'need_summary', ['firm'])
    op.create_table(
        'lead_summary', sa.Column('lead_id', sa.Uuid(), nullable=False),
        sa.Column('platform_id', sa.Uuid(), nullable=False), sa.Column('offering_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(64), nullable=False),
        sa.Column('province', sa.String(64), nullable=True), sa.Column('month', sa.Date(), nullable=False),
        sa.Column('hours', sa.Double(), nullable=True),
        sa.Column('changed_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_summary_lead_id_lead'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_lead_summary_offering_id_offering')),
        sa.ForeignKeyConstraint(['platform_id'], ['organisation.id'],
                                name=op.f('fk_lead_summary_platform_id_organisation')),
        sa.PrimaryKeyConstraint('lead_id', name=op.f('pk_lead_summary')))
    op.create_index('ix_lead_summary_month', 'lead_summary', ['month', 'platform_id'])
    op.create_index(op.f('ix_lead_summary_offering_id'), 'lead_summary', ['offering_id'])
    if op.get_bind().dialect.name == 'postgresql':
        for table in COUNTED:
            op.execute(f"CREATE POLICY second_wall ON {table} USING ({COUNTS})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    for name in ('lead_summary', 'need_summary', 'demand_topic'):
        op.drop_table(name)
