"""What fairness found of a month, counted once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
COUNTS = "(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) IN ('service', 'operator')"


def upgrade():
    op.create_table(
        'fairness_month', sa.Column('month', sa.Date(), nullable=False), sa.Column('leads', sa.Integer(), nullable=False),
        sa.Column('changed_at', MOMENT, nullable=True), sa.Column('groups', DOCUMENT, nullable=False),
        sa.Column('made_at', MOMENT, nullable=False), sa.PrimaryKeyConstraint('month', name=op.f('pk_fairness_month')))
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"CREATE POLICY second_wall ON fairness_month USING ({COUNTS})")
        op.execute("ALTER TABLE fairness_month ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    op.drop_table('fairness_month')
