"""The operator's vocabulary: reasons to decline as data, and terms that are retired."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade():
    op.create_table('decline_reason',
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('label', DOCUMENT, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_decline_reason'))
    )
    for name in ('kind', 'theme'):
        op.add_column(name, sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    for name in ('kind', 'theme'):
        op.drop_column(name, 'retired_at')
    op.drop_table('decline_reason')
