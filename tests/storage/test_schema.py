from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from matchmaker import storage
from matchmaker.domain import Base
from matchmaker.storage import migrating, schema


def test_migrations_make_what_the_mapped_classes_say(database):
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_comparison_sees_a_planted_difference(database):
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE theme ADD COLUMN planted INTEGER"))
    with database.begin() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        connection.execute(text("ALTER TABLE theme DROP COLUMN planted"))
    assert [difference[0] for difference in found] == ["remove_column"]


def test_json_is_jsonb_on_postgresql_and_moments_have_a_zone(database):
    columns = {column["name"]: str(column["type"]) for column in inspect(database).get_columns("job")}
    wanted = {"postgresql": ("JSONB", "TIMESTAMP"), "sqlite": ("JSON", "DATETIME")}[database.dialect.name]
    assert (columns["payload"], columns["created_at"]) == wanted


def test_an_upgraded_database_is_current_and_a_new_one_is_not(database, tmp_path):
    with database.connect() as connection:
        assert schema.is_current(connection)
    new = storage.make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with new.connect() as connection:
        assert not schema.is_current(connection)
    new.dispose()


def test_processes_that_upgrade_at_once_do_it_one_by_one(tmp_path):
    engines = [storage.make_engine(f"sqlite:///{tmp_path / 'race.db'}") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrating.upgrade, engines))
    with engines[0].connect() as connection:
        assert schema.is_current(connection)
    for engine in engines:
        engine.dispose()
