"""From a need to an answer: needs that are kept, consent by recipient, leads, sign-ins, mail.

Nothing wrote to the tables of needs, contacts, consents and rankings before this version, so they are made anew.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    for table in ("ranking", "consent", "contact", "need"):
        op.drop_table(table)
    op.create_table('attempts',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('window', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'window', name=op.f('pk_attempts'))
    )
    op.create_table('need',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('submitted_by', sa.Uuid(), nullable=True),
    sa.Column('status', sa.Enum('draft', 'open', 'fulfilled', 'closed', 'expired', name='needstatus', native_enum=False, length=32), nullable=False),
    sa.Column('direction', sa.Enum('seeks_resource', 'seeks_scenario', name='direction', native_enum=False, length=32), nullable=False),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('kinds', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('industries', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('themes', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('trl_now', sa.Integer(), nullable=True),
    sa.Column('trl_target', sa.Integer(), nullable=True),
    sa.Column('must_haves', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('nice_to_haves', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('quantity', sa.String(), nullable=True),
    sa.Column('budget_min', sa.BigInteger(), nullable=True),
    sa.Column('budget_max', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=True),
    sa.Column('needed_from', sa.Date(), nullable=True),
    sa.Column('needed_by', sa.Date(), nullable=True),
    sa.Column('region', sa.String(length=64), nullable=True),
    sa.Column('delivery', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('sensitivity', sa.String(length=64), nullable=True),
    sa.Column('anonymous_until_accepted', sa.Boolean(), nullable=False),
    sa.Column('excluded_platforms', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('vouchers_held', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('language', sa.String(length=64), nullable=False),
    sa.Column('firm', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.Column('answers', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_need_organisation_id')),
    sa.ForeignKeyConstraint(['submitted_by'], ['person.id'], name=op.f('fk_need_submitted_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need')),
    sa.UniqueConstraint('reference', name=op.f('uq_need_reference'))
    )
    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_need_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_sign_in_key_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_person_id'), ['person_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_attachment_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_need_id'), ['need_id'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('recipient_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(length=64), nullable=False),
    sa.Column('text_version', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=64), nullable=False),
    sa.Column('shows_files_at_once', sa.Boolean(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_consent_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recipient_id'], ['organisation.id'], name=op.f('fk_consent_recipient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_need_id'), ['need_id'], unique=False)
        batch_op.create_index('uq_consent_need_id_recipient_id_in_force', ['need_id', 'recipient_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.create_table('contact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('organisation', sa.String(length=200), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('email', sa.String(length=200), nullable=False),
    sa.Column('telephone', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_contact_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('need_id', name=op.f('uq_contact_need_id'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_email'), ['email'], unique=False)

    op.create_table('mail',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice', sa.String(length=64), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('status', sa.Enum('queued', 'sent', 'failed', name='mailstatus', native_enum=False, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(need_id IS NULL) <> (person_id IS NULL)', name=op.f('ck_mail_one_recipient')),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_mail_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_person_id'), ['person_id'], unique=False)

    op.create_table('private_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_private_link_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_private_link')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_private_link_key_hash'))
    )
    with op.batch_alter_table('private_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_private_link_need_id'), ['need_id'], unique=False)

    op.create_table('ranking',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('snapshot', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('index_version', sa.String(length=64), nullable=False),
    sa.Column('model_version', sa.String(length=64), nullable=False),
    sa.Column('rules_version', sa.String(length=64), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('considered', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('shown', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_ranking_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ranking'))
    )
    with op.batch_alter_table('ranking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ranking_need_id'), ['need_id'], unique=False)

    op.create_table('watch',
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('known', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_watch_need_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('need_id', name=op.f('pk_watch'))
    )
    op.create_table('lead',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('need_id', sa.Uuid(), nullable=False),
    sa.Column('offering_id', sa.Uuid(), nullable=False),
    sa.Column('offering_version', sa.Integer(), nullable=False),
    sa.Column('platform_id', sa.Uuid(), nullable=False),
    sa.Column('origin', sa.Enum('form', 'search', 'referral', 'reroute', name='origin', native_enum=False, length=32), nullable=False),
    sa.Column('ranking_id', sa.Uuid(), nullable=True),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('fit', sa.Double(), nullable=False),
    sa.Column('breakdown', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('suggested', 'submitted', 'in_review', 'info_requested', 'waitlisted', 'terms_offered', 'accepted', 'in_delivery', 'completed', 'failed', 'declined', 'appealed', 'declined_final', 'withdrawn', 'dismissed', 'expired', name='leadstate', native_enum=False, length=32), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_response_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decline_reason', sa.Enum('not_eligible', 'no_capacity', 'out_of_area', 'budget', 'insufficient_information', 'compliance', 'duplicate', 'conflict_of_interest', 'stale', 'not_needed', 'unreachable', 'other', name='declinereason', native_enum=False, length=32), nullable=True),
    sa.Column('terms', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.Column('outcome', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['person.id'], name=op.f('fk_lead_assignee_id')),
    sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_lead_need_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offering_id'], ['offering.id'], name=op.f('fk_lead_offering_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['lead.id'], name=op.f('fk_lead_parent_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['platform_id'], ['organisation.id'], name=op.f('fk_lead_platform_id')),
    sa.ForeignKeyConstraint(['ranking_id'], ['ranking.id'], name=op.f('fk_lead_ranking_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead')),
    sa.UniqueConstraint('need_id', 'offering_id', name=op.f('uq_lead_need_id_offering_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_lead_reference'))
    )
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_offering_id'), ['offering_id'], unique=False)
        batch_op.create_index('ix_lead_platform_id_state_due_at', ['platform_id', 'state', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_lead_ranking_id'), ['ranking_id'], unique=False)

    op.create_table('decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Enum('accept', 'ask', 'decline', name='action', native_enum=False, length=32), nullable=False),
    sa.Column('reason', sa.Enum('not_eligible', 'no_capacity', 'out_of_area', 'budget', 'insufficient_information', 'compliance', 'duplicate', 'conflict_of_interest', 'stale', 'not_needed', 'unreachable', 'other', name='declinereason', native_enum=False, length=32), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('status', sa.Enum('pending', 'cancelled', 'done', 'refused', name='decisionstatus', native_enum=False, length=32), nullable=False),
    sa.Column('refusal', sa.String(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('matures_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_decision_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_decision_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_lead_id'), ['lead_id'], unique=False)
        batch_op.create_index('uq_decision_lead_id_pending', ['lead_id'], unique=True, sqlite_where=sa.text("status = 'pending'"), postgresql_where=sa.text("status = 'pending'"))

    op.create_table('lead_message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('side', sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_message_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_lead_message_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_message'))
    )
    with op.batch_alter_table('lead_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_message_lead_id'), ['lead_id'], unique=False)

    op.create_table('lead_move',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_state', sa.Enum('suggested', 'submitted', 'in_review', 'info_requested', 'waitlisted', 'terms_offered', 'accepted', 'in_delivery', 'completed', 'failed', 'declined', 'appealed', 'declined_final', 'withdrawn', 'dismissed', 'expired', name='leadstate', native_enum=False, length=32), nullable=True),
    sa.Column('to_state', sa.Enum('suggested', 'submitted', 'in_review', 'info_requested', 'waitlisted', 'terms_offered', 'accepted', 'in_delivery', 'completed', 'failed', 'declined', 'appealed', 'declined_final', 'withdrawn', 'dismissed', 'expired', name='leadstate', native_enum=False, length=32), nullable=False),
    sa.Column('side', sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('is_override', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_move_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_lead_move_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_move'))
    )
    with op.batch_alter_table('lead_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_move_lead_id'), ['lead_id'], unique=False)

    op.create_table('lead_note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_lead_note_lead_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_lead_note_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lead_note'))
    )
    with op.batch_alter_table('lead_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_note_lead_id'), ['lead_id'], unique=False)

    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.String(length=64), nullable=False, server_default='zh'))
