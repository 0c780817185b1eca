"""Keys of the API, and what incubators send with them: batches, referrals, and what is kept of each row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('api_key',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('prefix', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('is_live', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('replaced_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_api_key_made_by')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_api_key_organisation_id')),
    sa.ForeignKeyConstraint(['replaced_by'], ['api_key.id'], name=op.f('fk_api_key_replaced_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_key_prefix'))
    )
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_key_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('api_key_use',
    sa.Column('api_key_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_key.id'], name=op.f('fk_api_key_use_api_key_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('api_key_id', name=op.f('pk_api_key_use'))
    )
    op.create_table('referral_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('api_key_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('retry_of', sa.Uuid(), nullable=True),
    sa.Column('idempotency_key', sa.String(length=200), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('options', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('is_live', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_key.id'], name=op.f('fk_referral_batch_api_key_id')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_referral_batch_job_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_referral_batch_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_referral_batch_person_id')),
    sa.ForeignKeyConstraint(['retry_of'], ['referral_batch.id'], name=op.f('fk_referral_batch_retry_of')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_batch')),
    sa.UniqueConstraint('organisation_id', 'idempotency_key', name=op.f('uq_referral_batch_organisation_id_idempotency_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_referral_batch_reference'))
    )
    with op.batch_alter_table('referral_batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_batch_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('referral',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('accepted', 'accepted_with_warnings', 'refused', 'skipped', name='outcome', native_enum=False, length=32), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=True),
    sa.Column('standing', sa.Enum('tried', 'matched', 'consent_asked', 'sent', 'consent_refused', 'withdrawn', name='standing', native_enum=False, length=32), nullable=True),
    sa.Column('remarks', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['referral_batch.id'], name=op.f('fk_referral_batch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral')),
    sa.UniqueConstraint('batch_id', 'row', name=op.f('uq_referral_batch_id_row'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index('ix_referral_batch_id_mark', ['batch_id', 'mark'], unique=False)

    op.create_table('referral_trace',
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=True),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('external_id', sa.String(length=200), nullable=True),
    sa.Column('is_live', sa.Boolean(), nullable=False),
    sa.Column('wanted', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('matches', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('firm_mark', sa.String(length=64), nullable=True),
    sa.Column('signature', sa.LargeBinary(), nullable=True),
    sa.Column('band_0', sa.BigInteger(), nullable=True),
    sa.Column('band_1', sa.BigInteger(), nullable=True),
    sa.Column('band_2', sa.BigInteger(), nullable=True),
    sa.Column('band_3', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['referral_batch.id'], name=op.f('fk_referral_trace_batch_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_referral_trace_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_referral_trace_organisation_id')),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_trace_referral_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('referral_id', name=op.f('pk_referral_trace'))
    )
    with op.batch_alter_table('referral_trace', schema=None) as batch_op:
        batch_op.create_index('ix_referral_trace_band_0', ['band_0'], unique=False)
        batch_op.create_index('ix_referral_trace_band_1', ['band_1'], unique=False)
        batch_op.create_index('ix_referral_trace_band_2', ['band_2'], unique=False)
        batch_op.create_index('ix_referral_trace_band_3', ['band_3'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_trace_need_id'), ['need_id'], unique=False)
        batch_op.create_index('ix_referral_trace_organisation_id_firm_mark', ['organisation_id', 'firm_mark'], unique=False)
