"""The concepts that a firm confirmed or struck out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ITEMS = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
NAMES = ('concepts', 'excluded_concepts')


def upgrade():
    for name in NAMES:
        op.add_column('need', sa.Column(name, ITEMS, nullable=False, server_default=sa.text("'[]'")))


def downgrade():
    for name in NAMES:
        op.drop_column('need', name)
