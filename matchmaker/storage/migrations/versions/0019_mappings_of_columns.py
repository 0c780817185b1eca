"""How the columns of an incubator's own tables become ours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

FIELDS = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
OWN = ("(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) = 'service' OR organisation_id = "
       "ANY (((SELECT NULLIF(current_setting('matchmaker.incubators', true), '')::uuid[]))::uuid[])")


def upgrade():
    op.create_table(
        'referral_mapping', sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('organisation_id', sa.Uuid(), nullable=False), sa.Column('name', sa.String(200), nullable=False),
        sa.Column('columns', FIELDS, nullable=False), sa.Column('constants', FIELDS, nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'],
                                name=op.f('fk_referral_mapping_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_mapping')),
        sa.UniqueConstraint('organisation_id', 'name', name=op.f('uq_referral_mapping_organisation_id_name')))
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"CREATE POLICY second_wall ON referral_mapping USING ({OWN})")
        op.execute("ALTER TABLE referral_mapping ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    op.drop_table('referral_mapping')
