# make run    the demo on http://127.0.0.1:8000/ (MATCHMAKER_PORT, MATCHMAKER_HOME and the rest: docs/settings.md)
# make test   every check and test that this machine can run; what was skipped is listed with the reason
# make faults long repeats of kills and races, and the pages once more on PostgreSQL
# make translations   bring the catalogues up to date with the code
# make clean  remove what can be made again; the data in MATCHMAKER_HOME stays

PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
RECIPE := setup.cfg pyproject.toml constraints.txt

.PHONY: run test faults translations clean

run: .venv/installed
	@MATCHMAKER_DEMO=$${MATCHMAKER_DEMO:-1} exec $(BIN)/matchmaker run

test: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not faults"

faults: .venv/installed-test
	$(BIN)/pytest -m faults

translations: .venv/installed
	$(BIN)/pybabel extract --mapping babel.cfg --keywords "_ gettext ngettext:1,2 Message Fault:2 Invalid NotFound Conflict Forbidden Unavailable Expired SignInNeeded TooMany met:2 missing:2 unknown:1" \
		--no-location --sort-output --omit-header --output .messages.pot matchmaker
	$(BIN)/pybabel update --input-file .messages.pot --output-dir matchmaker/translations --locale zh \
		--no-fuzzy-matching --ignore-obsolete
	rm .messages.pot

.venv/installed: $(RECIPE)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

.venv/installed-test: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	touch $@

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
