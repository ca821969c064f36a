# Two commands for a fresh machine: `make chat` and `make test`. Needs Python 3.11 or newer with venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
INDEX ?= .geungeo/index
SHOTS ?= .geungeo/screenshots
BIN := $(VENV)/bin
Q ?= 해인 클러스터 이름의 유래는?

.PHONY: chat ask index test slow lint eval screenshots clean

chat: index  ## sets up, indexes seeds/, opens the chat page
	$(BIN)/geungeo chat --index $(INDEX)

ask: index  ## make ask Q="질문"
	@$(BIN)/geungeo ask --index $(INDEX) '$(subst ','\'',$(Q))'

index: $(VENV)/.installed
	@$(BIN)/geungeo index seeds --index $(INDEX)

test: $(VENV)/.tested  ## the fast tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

slow: $(VENV)/.tested  ## the slow ones: browser, fresh processes
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m slow

screenshots: $(VENV)/.tested  ## the chat page in each of its states
	$(BIN)/python tests/screenshots.py $(SHOTS)

lint: $(VENV)/.tested
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

eval: $(VENV)/.installed  ## recall on the gold questions
	$(BIN)/python -m eval

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q torch==2.13.0
	$(BIN)/python -m pip install --disable-pip-version-check -q -e .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) .geungeo
