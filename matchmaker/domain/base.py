"""The base of every mapped class, and the column types that all share."""

import datetime as dt
import enum
from typing import Annotated, Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def utc_now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562): unique, and ordered by the moment of its making."""
    return uuid_utils.compat.uuid7()


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite, which keeps no zone, gives it back aware too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse naive moments, and store the others in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime says no moment; give it a time zone")
        return value and value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give the moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def choice(kind: type[enum.StrEnum]) -> Enum:
    """Return a column type that stores the values of `kind` as text, checked when read and written."""
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

PrimaryId = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Code = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
Texts = Annotated[dict[str, str], mapped_column(Document)]
"""A text that people read: ``{"zh": ..., "en": ...}``, either alone is enough."""
Items = Annotated[list[Any], mapped_column(Document, default=list)]
Fields = Annotated[dict[str, Any], mapped_column(Document)]
Moment = Annotated[dt.datetime, mapped_column(UTCDateTime)]
Created = Annotated[dt.datetime, mapped_column(UTCDateTime, default=utc_now)]


class Base(DeclarativeBase):
    """Base of every mapped class; constraints get predictable names, so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMES)
