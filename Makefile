# `make run` and `make test` do all the set-up themselves. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
TEXTS = $(shell find desktop -name '*.py' | LC_ALL=C sort) -source-language en -locations none -no-obsolete
# A file's tests stay together; those that measure time or listen to a sound server come after all others.
IN_TWO := --numprocesses 2 --dist loadfile -m "not thorough and not alone"
NO_TESTS := 5
LANGUAGES := resources/translations/retake

.PHONY: help setup run demo test lint bench translations lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## */  make \1\t/p' Makefile

setup:  ## make .venv from the lock file, where something changed
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing; Retake needs Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) packaging/bootstrap.py

run: setup  ## open the editor; ARGS="a.wav b.wav" with these in it
	$(BIN)/retake $(ARGS)

demo: setup  ## restore the bundled demo recordings, without a window
	$(BIN)/retake demo $(ARGS)

test: setup  ## all tests; ARGS="-k splice" for some
	@$(PYTHON) packaging/bootstrap.py tests
	$(BIN)/python -m pytest $(IN_TWO) $(ARGS) || [ $$? -eq $(NO_TESTS) ]
	$(BIN)/python -m pytest -m alone $(ARGS) || [ $$? -eq $(NO_TESTS) ]

lint: setup  ## format, rules, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup  ## the benchmarks
	@$(PYTHON) packaging/bootstrap.py tests
	$(BIN)/python -m pytest tests/benchmarks -s $(ARGS)
	$(BIN)/python -m pytest tests -m thorough

translations: setup  ## find the window's texts anew and compile their translations
	@$(BIN)/pyside6-lupdate $(TEXTS) -target-language zh_CN -ts $(LANGUAGES)_zh_CN.ts
	@$(BIN)/pyside6-lupdate $(TEXTS) -target-language en -pluralonly -ts $(LANGUAGES)_en.ts
	@$(BIN)/pyside6-lrelease $(LANGUAGES)_zh_CN.ts $(LANGUAGES)_en.ts

lock: setup  ## resolve the dependencies anew into packaging/requirements.lock
	$(BIN)/python -m pip install --quiet uv==0.13.8
	$(BIN)/python packaging/lock.py

clean:  ## remove caches and builds; .venv stays
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find engine desktop resources packaging tests -name __pycache__ -type d -prune -exec rm -rf {} +
