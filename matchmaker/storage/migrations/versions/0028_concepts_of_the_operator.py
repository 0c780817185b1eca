"""Concepts that the operator adds to the lexicon."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade():
    op.create_table('concept',
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('broader', sa.String(length=64), nullable=False),
    *(sa.Column(name, DOCUMENT, nullable=False) for name in ('kinds', 'en', 'zh', 'lay_en', 'lay_zh')),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_concept'))
    )


def downgrade():
    op.drop_table('concept')
