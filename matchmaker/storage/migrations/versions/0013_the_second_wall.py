"""Row-level security on PostgreSQL: each private row is shown to whom it concerns, whatever a query asks for.

`matchmaker.storage.wall` says who asks. The policies bind the owner of the tables too; a role that is a superuser or
has BYPASSRLS they do not bind. Nobody, which is who asks when nothing was said, sees nothing.
"""

from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


# Each setting is read in a sub-select, which PostgreSQL evaluates once a query and not once a row.
def _setting(name, kind):
    return f"(SELECT NULLIF(current_setting('matchmaker.{name}', true), '')::{kind})"


ACTOR, NEED, PERSON = _setting('actor', 'text'), _setting('need', 'uuid'), _setting('person', 'uuid')
PLACES = f"ANY (({_setting('places', 'uuid[]')})::uuid[])"
INCUBATORS = f"ANY (({_setting('incubators', 'uuid[]')})::uuid[])"
SERVICE, OPERATOR = f"{ACTOR} = 'service'", f"{ACTOR} IN ('service', 'operator')"
FIRM = f"{SERVICE} OR need_id = {NEED}"
REVEALED = "('accepted', 'in_delivery', 'completed')"


def _lead(condition):
    """Tell of a row that hangs on a lead whether that lead is visible and meets a condition."""
    return f"EXISTS (SELECT FROM lead WHERE lead.id = lead_id AND ({condition}))"


def _shared(need_id, condition):
    """Tell of a row that belongs to a need whether one of its leads was brought to the actor with a consent in force."""
    return ("EXISTS (SELECT FROM lead JOIN consent ON consent.need_id = lead.need_id "
            "AND consent.recipient_id = lead.platform_id AND consent.withdrawn_at IS NULL "
            f"WHERE lead.need_id = {need_id} AND lead.platform_id = {PLACES} AND ({condition}))")


ANY_LEAD = f"{SERVICE} OR {_lead('true')}"
SIDES = f"{SERVICE} OR {_lead(f'lead.need_id = {NEED} OR lead.platform_id = {PLACES}')}"
TEAM = f"{SERVICE} OR {_lead(f'lead.platform_id = {PLACES}')}"
REFERRED = f"{SERVICE} OR organisation_id = {INCUBATORS}"
BATCH = "EXISTS (SELECT FROM referral_batch WHERE referral_batch.id = batch_id)"
TRACED = f"SELECT need_id FROM referral_trace WHERE organisation_id = {INCUBATORS}"

POLICIES = {
    'lead': f"{OPERATOR} OR need_id = {NEED} OR platform_id = {PLACES} OR need_id IN ({TRACED})",
    'lead_move': ANY_LEAD, 'lead_feedback': ANY_LEAD, 'clock_step': ANY_LEAD, 'appeal': ANY_LEAD, 'complaint': ANY_LEAD,
    'lead_message': SIDES, 'lead_reading': SIDES, 'decision': SIDES, 'lead_presence': TEAM, 'lead_note': TEAM,
    'need': f"{SERVICE} OR id = {NEED} OR {_shared('need.id', 'true')}",
    'contact': f"{FIRM} OR {_shared('contact.need_id', f'lead.state IN {REVEALED}')}",
    'attachment': f"{FIRM} OR {_shared('attachment.need_id', f'lead.state IN {REVEALED} OR consent.shows_files_at_once')}",
    'consent': f"{FIRM} OR recipient_id = {PLACES}",
    'ranking': FIRM, 'watch': FIRM, 'stock_watch': FIRM, 'find_consent': FIRM,
    'finding': f"{FIRM} OR EXISTS (SELECT FROM offering WHERE offering.id = offering_id AND offering.platform_id = {PLACES})",
    'saved_view': f"{SERVICE} OR person_id = {PERSON}", 'queue_export': f"{SERVICE} OR person_id = {PERSON}",
    'referral_batch': REFERRED,
    'referral_trace': f"{REFERRED} OR need_id = {NEED}",
    'referral_choice': f"{SERVICE} OR {BATCH}",
    'referral': f"{SERVICE} OR {BATCH} "
                "OR EXISTS (SELECT FROM referral_trace WHERE referral_trace.referral_id = referral.id)",
    'mail': SERVICE,
}
"""Table → what a row must meet to be seen and to be written."""
WRITTEN_BY_ALL = frozenset({'mail'})
"""Whoever acts may leave a letter with the service; only the service takes it up again."""


def upgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    for table, visible in POLICIES.items():
        check = ' WITH CHECK (true)' if table in WRITTEN_BY_ALL else ''
        op.execute(f"CREATE POLICY second_wall ON {table} USING ({visible}){check}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    for table in POLICIES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY second_wall ON {table}")
