"""Openness lists as versions, batches, and units that count towards targets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.create_table('batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('title', DOCUMENT, nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('publish_at', MOMENT, nullable=True),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sa.UniqueConstraint('number', name=op.f('uq_batch_number'))
    )
    op.create_table('list_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('list_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('title', DOCUMENT, nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('response_days', sa.Integer(), nullable=True),
    sa.Column('valid_through', sa.Date(), nullable=True),
    sa.Column('verified_at', sa.Date(), nullable=True),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('import_id', sa.Uuid(), nullable=True),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_list_version_batch_id')),
    sa.ForeignKeyConstraint(['import_id'], ['job.id'], name=op.f('fk_list_version_import_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['list_id'], ['openness_list.id'], name=op.f('fk_list_version_list_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_version')),
    sa.UniqueConstraint('list_id', 'number', name=op.f('uq_list_version_list_id_number'))
    )
    op.create_index(op.f('ix_list_version_batch_id'), 'list_version', ['batch_id'])
    op.create_table('list_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=True),
    sa.Column('content', DOCUMENT, nullable=False),
    sa.Column('base', DOCUMENT, nullable=False),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_list_entry_offering_id'),
                            ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['list_version.id'], name=op.f('fk_list_entry_version_id'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_entry')),
    sa.UniqueConstraint('version_id', 'external_id', name=op.f('uq_list_entry_version_id_external_id'))
    )
    op.create_index('ix_list_entry_offering_id', 'list_entry', ['offering_id'])
    op.create_table('list_move',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('from_state', sa.String(length=32), nullable=True),
    sa.Column('to_state', sa.String(length=32), nullable=False),
    sa.Column('side', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_list_move_person_id')),
    sa.ForeignKeyConstraint(['version_id'], ['list_version.id'], name=op.f('fk_list_move_version_id'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_move'))
    )
    op.create_index(op.f('ix_list_move_version_id'), 'list_move', ['version_id'])
    op.create_table('list_reminder',
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('valid_through', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('sent_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['list_version.id'], name=op.f('fk_list_reminder_version_id'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'valid_through', 'days', name=op.f('pk_list_reminder'))
    )
    op.create_table('target_unit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('title', DOCUMENT, nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('region', sa.String(length=64), nullable=True),
    sa.Column('theme', sa.String(length=64), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('evidence', DOCUMENT, nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('decided_at', MOMENT, nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_target_unit_organisation_id')),
    sa.ForeignKeyConstraint(['theme'], ['theme.code'], name=op.f('fk_target_unit_theme')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target_unit')),
    sa.UniqueConstraint('target', 'source', name=op.f('uq_target_unit_target_source'))
    )
    op.create_index('ix_target_unit_target_state', 'target_unit', ['target', 'state', 'year'])


def downgrade():
    for name in ('target_unit', 'list_reminder', 'list_move', 'list_entry', 'list_version', 'batch'):
        op.drop_table(name)
