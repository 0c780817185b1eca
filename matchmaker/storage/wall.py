"""The second wall: on PostgreSQL the database itself knows who asks, and shows nobody a rival's rows.

The first is `matchmaker.storage.queries.scope`. Should a query forget it, the policies on the private tables (a
migration makes them) still go by the session's actor: ``info["actor"]``, the service itself where nobody is named. A
query that `scope` made carries its own asker, so that what asks as the service, in somebody's request, says so.

The settings hold for one transaction and are told to the database when they change. SQLite has no such policies.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import ORMExecuteState, Session, UserDefinedOption, sessionmaker

from matchmaker.domain.actors import ANSWERING, REFERRING, Actor, Client, Firm, Holder, Member, Service

Visible = TypeVar("Visible", bound=Callable[..., Any])
ACTOR = "actor"
SERVICE = Service()
KEPT = 128
"""Queries of each function of `scope`, for those who asked last; one takes some ten kilobytes."""
SETTINGS = ("actor", "need", "person", "places", "incubators", "account")
_TELL = "SELECT " + ", ".join(f"set_config('matchmaker.{name}', %s, true)" for name in SETTINGS)
_TOLD, _BEFORE = "matchmaker_told", "asker_before_flush"
_UNKNOWN = object()


class Asker(UserDefinedOption):
    """By whom a query is asked, with whatever is loaded later from what it found."""

    propagate_to_loaders = True


def names_asker(visible: Visible) -> Visible:
    """Let the query that a function of `scope` makes for an actor carry this actor.

    It must follow from the actor alone: queries are kept for actors who are equal in everything, roles among it, since
    to put one together takes longer than to run it. A moment goes into it as a parameter, asked for when it runs.
    """
    @wraps(visible)
    @lru_cache(KEPT)
    def select_for(actor: Actor) -> Any:
        return visible(actor).options(Asker(actor))

    return cast(Visible, select_for)


def attach(sessions: sessionmaker[Session] | Session) -> None:
    """Let the database know who asks, before each statement of these sessions."""
    event.listen(sessions, "do_orm_execute", _tell_asker)
    event.listen(sessions, "before_flush", _begin_flush)
    event.listen(sessions, "after_flush", _end_flush)


def go_on_as(session: Session, actor: Actor | None) -> None:
    """Let a session be an actor's from now on, now that it is known who that is; the service's own stays so."""
    if _actor_of(session) != SERVICE:
        session.info[ACTOR] = actor


@contextmanager
def as_service(session: Session) -> Iterator[None]:
    """Let the service write what an actor has brought about in things that the actor does not see. Flushes."""
    actor = _actor_of(session)
    session.flush()
    session.info[ACTOR] = SERVICE
    try:
        yield
        session.flush()
    finally:
        session.info[ACTOR] = actor


def guard(engine: Engine) -> None:
    """Notice where the database takes a setting back by itself."""
    event.listen(engine, "rollback_savepoint", _forget)


def is_above(connection: Connection) -> bool:
    """Tell whether the database's role is one that no policy binds, so that there is no second wall."""
    if connection.dialect.name != "postgresql":
        return False
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(connection.scalar(query))


def _actor_of(session: Session) -> Actor | None:
    actor: Actor | None = session.info.get(ACTOR, SERVICE)
    return actor


def _tell_asker(state: ORMExecuteState) -> None:
    actor = _actor_of(state.session)
    for option in state.user_defined_options:
        if isinstance(option, Asker):
            actor = option.payload
    _ensure(state.session, actor)


def _begin_flush(session: Session, *_context: object) -> None:
    session.info[_BEFORE] = _ensure(session, _actor_of(session))


def _end_flush(session: Session, _context: object) -> None:
    """Go back to the asker of the query that is about to be sent and made the session flush."""
    if (asker := session.info.pop(_BEFORE)) is not None:
        _ensure(session, asker)


def _ensure(session: Session, actor: Actor | None) -> Actor | None:
    """Tell the database who asks, unless it knows; return whom it took for that, if anybody."""
    if session.bind is None or session.bind.dialect.name != "postgresql":
        return None
    connection = session.connection()
    told_in, told = connection.info.get(_TOLD, (None, None))
    if told_in is not connection.get_transaction():
        told = None  # A new transaction has been told nothing, and takes who asks for nobody.
    if told is not actor and told != actor:
        connection.exec_driver_sql(_TELL, _settings(actor))
        connection.info[_TOLD] = (connection.get_transaction(), actor)
    return None if told is _UNKNOWN else told


def _forget(connection: Connection, *_savepoint: object) -> None:
    connection.info[_TOLD] = (connection.get_transaction(), _UNKNOWN)


def _settings(actor: Actor | None) -> tuple[str, ...]:
    """Return who asks, in the order of `SETTINGS`.

    >>> _settings(None), _settings(Service())
    (('', '', '', '{}', '{}', ''), ('service', '', '', '{}', '{}', ''))
    """
    match actor:
        case Service():
            return ("service", "", "", "{}", "{}", "")
        case Holder():
            return ("holder", str(actor.need_id), "", "{}", "{}", "")
        case Firm():
            return ("firm", "", "", "{}", "{}", str(actor.account_id))
        case Member():
            return ("operator" if actor.is_operator else "member", "", str(actor.person_id),
                    _array(actor.organisations(*ANSWERING)), _array(actor.organisations(*REFERRING)), "")
        case Client():
            return ("client", "", "", "{}", _array([actor.organisation_id]), "")
        case None:
            return ("", "", "", "{}", "{}", "")


def _array(ids: Iterable[UUID]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"
