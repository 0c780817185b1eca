"""The audit log, to which entries are only ever added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SQLITE = "CREATE TRIGGER audit_entry_{act} BEFORE {act} ON audit_entry " \
         "BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END"
POSTGRESQL = (
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$",
    "CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
)


def upgrade():
    op.create_table('audit_entry',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('side', sa.Enum('firm', 'platform', 'operator', 'service', name='side', native_enum=False, length=32), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('act', sa.Enum('created', 'changed', 'deleted', name='act', native_enum=False, length=32), nullable=False),
    sa.Column('thing', sa.String(length=64), nullable=False),
    sa.Column('thing_id', sa.String(length=200), nullable=False),
    sa.Column('fields', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_thing_thing_id', 'audit_entry', ['thing', 'thing_id'], unique=False)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in [SQLITE.format(act=act) for act in ("UPDATE", "DELETE")] if is_sqlite else POSTGRESQL:
        op.execute(statement)
