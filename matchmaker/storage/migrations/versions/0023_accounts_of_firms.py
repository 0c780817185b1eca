"""Accounts in which firms gather their needs, and what a firm in its account sees behind the second wall."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

ITEMS = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def _setting(name, kind):
    return f"(SELECT NULLIF(current_setting('matchmaker.{name}', true), '')::{kind})"


ACTOR, NEED, ACCOUNT = _setting('actor', 'text'), _setting('need', 'uuid'), _setting('account', 'uuid')
PLACES = f"ANY (({_setting('places', 'uuid[]')})::uuid[])"
INCUBATORS = f"ANY (({_setting('incubators', 'uuid[]')})::uuid[])"
SERVICE, OPERATOR = f"{ACTOR} = 'service'", f"{ACTOR} IN ('service', 'operator')"
REVEALED = "('accepted', 'in_delivery', 'completed')"
TRACED = f"SELECT need_id FROM referral_trace WHERE organisation_id = {INCUBATORS}"


def _policies(gathered):
    """Return table → what a row must meet, with or without the needs gathered in the account that asks."""
    def own(column):
        return f"{column} = {NEED}" + (f" OR {column} IN (SELECT need_id FROM gathered_need "
                                       f"WHERE account_id = {ACCOUNT})" if gathered else '')

    def lead(condition):
        return f"EXISTS (SELECT FROM lead WHERE lead.id = lead_id AND ({condition}))"

    def shared(need_id, condition):
        return ("EXISTS (SELECT FROM lead JOIN consent ON consent.need_id = lead.need_id "
                "AND consent.recipient_id = lead.platform_id AND consent.withdrawn_at IS NULL "
                f"WHERE lead.need_id = {need_id} AND lead.platform_id = {PLACES} AND ({condition}))")

    firm = f"{SERVICE} OR {own('need_id')}"
    sides = f"{SERVICE} OR {lead('(' + own('lead.need_id') + ') OR lead.platform_id = ' + PLACES)}"
    return {
        'lead': f"{OPERATOR} OR {own('need_id')} OR platform_id = {PLACES} OR need_id IN ({TRACED})",
        'lead_message': sides, 'lead_reading': sides,
        'need': f"{SERVICE} OR {own('id')} OR {shared('need.id', 'true')}",
        'contact': f"{firm} OR {shared('contact.need_id', f'lead.state IN {REVEALED}')}",
        'attachment': f"{firm} OR {shared('attachment.need_id', f'lead.state IN {REVEALED} OR consent.shows_files_at_once')}",
        'consent': f"{firm} OR recipient_id = {PLACES}",
        'ranking': firm, 'watch': firm, 'stock_watch': firm, 'find_consent': firm,
    }


OWN = {'firm_account': f"{SERVICE} OR id = {ACCOUNT}",
       'gathered_need': f"{SERVICE} OR account_id = {ACCOUNT} OR need_id = {NEED}"}


def upgrade():
    op.create_table(
        'firm_account', sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('address_hash', sa.String(64), nullable=False), sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('told_at', MOMENT, nullable=True), sa.PrimaryKeyConstraint('id', name=op.f('pk_firm_account')),
        sa.UniqueConstraint('address_hash', name=op.f('uq_firm_account_address_hash')))
    op.create_table(
        'gathered_need', sa.Column('need_id', sa.Uuid(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False), sa.Column('gathered_at', MOMENT, nullable=False),
        sa.Column('news', ITEMS, nullable=False),
        sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_gathered_need_need_id_need'), ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['account_id'], ['firm_account.id'], ondelete='CASCADE',
                                name=op.f('fk_gathered_need_account_id_firm_account')),
        sa.PrimaryKeyConstraint('need_id', name=op.f('pk_gathered_need')))
    op.create_index(op.f('ix_gathered_need_account_id'), 'gathered_need', ['account_id'])
    op.create_table(
        'firm_key', sa.Column('id', sa.Uuid(), nullable=False), sa.Column('need_id', sa.Uuid(), nullable=False),
        sa.Column('address_hash', sa.String(64), nullable=False), sa.Column('gathers', sa.Boolean(), nullable=False),
        sa.Column('key_hash', sa.String(64), nullable=False), sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('expires_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['need_id'], ['need.id'], name=op.f('fk_firm_key_need_id_need'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_firm_key')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_firm_key_key_hash')))
    for column in ('need_id', 'address_hash'):
        op.create_index(op.f(f'ix_firm_key_{column}'), 'firm_key', [column])
    op.create_table(
        'firm_sign_in', sa.Column('id', sa.Uuid(), nullable=False), sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('key_hash', sa.String(64), nullable=False), sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('expires_at', MOMENT, nullable=False), sa.Column('device', sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['firm_account.id'], ondelete='CASCADE',
                                name=op.f('fk_firm_sign_in_account_id_firm_account')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_firm_sign_in')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_firm_sign_in_key_hash')))
    op.create_index(op.f('ix_firm_sign_in_account_id'), 'firm_sign_in', ['account_id'])
    with op.batch_alter_table('private_link') as batch_op:
        batch_op.add_column(sa.Column('firm_sign_in_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_private_link_firm_sign_in_id'), ['firm_sign_in_id'])
        batch_op.create_foreign_key(batch_op.f('fk_private_link_firm_sign_in_id_firm_sign_in'), 'firm_sign_in',
                                    ['firm_sign_in_id'], ['id'], ondelete='CASCADE')
    if op.get_bind().dialect.name == 'postgresql':
        for table, visible in OWN.items():
            op.execute(f"CREATE POLICY second_wall ON {table} USING ({visible})")
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        _alter(_policies(gathered=True))


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        _alter(_policies(gathered=False))
    with op.batch_alter_table('private_link') as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_private_link_firm_sign_in_id_firm_sign_in'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_private_link_firm_sign_in_id'))
        batch_op.drop_column('firm_sign_in_id')
    for name in ('firm_sign_in', 'firm_key', 'gathered_need', 'firm_account'):
        op.drop_table(name)


def _alter(policies):
    for table, visible in policies.items():
        op.execute(f"ALTER POLICY second_wall ON {table} USING ({visible})")
