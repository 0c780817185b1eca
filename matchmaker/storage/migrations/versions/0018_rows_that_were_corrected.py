"""How rows of referrals stood before they were corrected."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

ITEMS = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
OUTCOMES = ('accepted', 'accepted_with_warnings', 'refused', 'skipped')
STANDINGS = ('tried', 'matched', 'consent_asked', 'sent', 'consent_refused', 'withdrawn')
SERVICE = "(SELECT NULLIF(current_setting('matchmaker.actor', true), '')) = 'service'"


def upgrade():
    op.add_column('referral', sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('referral_trace', sa.Column('sent_mark', sa.String(64), nullable=True))
    op.create_table(
        'referral_revision', sa.Column('referral_id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('outcome', sa.Enum(*OUTCOMES, name='outcome', native_enum=False, length=32), nullable=False),
        sa.Column('standing', sa.Enum(*STANDINGS, name='standing', native_enum=False, length=32), nullable=True),
        sa.Column('remarks', ITEMS, nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('person_id', sa.Uuid(), nullable=True), sa.Column('api_key_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['api_key_id'], ['api_key.id'], name=op.f('fk_referral_revision_api_key_id_api_key')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_referral_revision_person_id_person')),
        sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_revision_referral_id_referral'),
                                ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('referral_id', 'version', name=op.f('pk_referral_revision')))
    if op.get_bind().dialect.name == 'postgresql':
        seen = ("EXISTS (SELECT FROM referral JOIN referral_batch ON referral_batch.id = referral.batch_id "
                "WHERE referral.id = referral_id)")
        op.execute(f"CREATE POLICY second_wall ON referral_revision USING ({SERVICE} OR {seen})")
        op.execute("ALTER TABLE referral_revision ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    op.drop_table('referral_revision')
    with op.batch_alter_table('referral_trace') as table:
        table.drop_column('sent_mark')
    with op.batch_alter_table('referral') as table:
        table.drop_column('version')
