# make demo and make test work on a fresh clone: they make the environments they need.
PYTHON ?= python3
VENV := .venv
CLIENT := .venv-client
LEARN := .venv-learn
YARDSTICK := .venv-yardstick
BIN := $(VENV)/bin
export OMP_NUM_THREADS ?= 1
export NO_ALBUMENTATIONS_UPDATE := 1

.PHONY: help demo test test-learn test-clients lint bench train-demo prove-text prove-rotation yardstick picture catalogue lock clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -e 's/:.*## /\t/' | expand -t 16

$(VENV)/.light: requirements/light.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements/light.lock --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.light requirements/test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements/test.lock --editable '.[test]'
	@touch $@

$(LEARN)/.done: requirements/all.lock pyproject.toml
	$(PYTHON) -m venv $(LEARN)
	$(LEARN)/bin/pip install --quiet --disable-pip-version-check -c requirements/all.lock --editable '.[learn,test]'
	@touch $@

$(CLIENT)/.done: requirements/client.lock
	$(PYTHON) -m venv $(CLIENT)
	$(CLIENT)/bin/pip install --quiet --disable-pip-version-check -r requirements/client.lock
	@touch $@

demo: $(VENV)/.light ## a labelled data set of drawn parts and its report, from nothing
	$(BIN)/defectgen generate name=demo count=64 labels=all 'splits={train: 0.7, val: 0.3}' 'export=[coco,yolo,mvtec]' overwrite=true

test: $(VENV)/.test ## all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup
	@$(MAKE) --no-print-directory test-learn
	@$(MAKE) --no-print-directory test-clients

test-learn: $(LEARN)/.done ## the models that need torch, with tiny ones made here
	$(LEARN)/bin/python -m pytest tests/model

test-clients: $(VENV)/.test $(CLIENT)/.done ## the exports as their real consumers read them
	PYTHONPATH=. $(CLIENT)/bin/python -m pytest tests/client

lint: $(VENV)/.test ## style and floors
	$(BIN)/ruff check generator tests docs
	$(BIN)/ruff format --check generator tests docs
	$(BIN)/lint-imports

bench: $(VENV)/.test $(LEARN)/.done ## speed, as shares of floors measured in the same run
	$(BIN)/python tests/bench/bench_synthesis.py
	$(BIN)/python tests/bench/bench_run.py
	$(BIN)/python tests/bench/bench_text.py
	$(BIN)/python tests/bench/bench_rotation.py
	$(LEARN)/bin/python -m tests.bench.bench_model

train-demo: $(LEARN)/.done ## a GAN and a diffusion model from five defects a class, and sheets of what they paint (half an hour)
	$(LEARN)/bin/python tests/bench/train_demo.py

prove-text: $(VENV)/.test $(LEARN)/.done ## what is claimed of text: lines, a real reader, exact labels, a network, memory (two hours)
	$(BIN)/python -m tests.bench.prove_text
	$(BIN)/python -m tests.bench.reink_text
	$(LEARN)/bin/python -m tests.bench.crnn_text
	$(BIN)/python tests/bench/bench_text.py memory

prove-rotation: $(VENV)/.test $(LEARN)/.done ## what is claimed of angles: an independent estimator, what a network can tell of each fill (half an hour)
	$(BIN)/python -m tests.bench.prove_rotation
	$(LEARN)/bin/python -m tests.bench.leak_rotation

$(YARDSTICK)/.done: requirements/yardstick.lock
	$(PYTHON) -m venv $(YARDSTICK)
	$(YARDSTICK)/bin/pip install --quiet --disable-pip-version-check -r requirements/yardstick.lock
	@touch $@

yardstick: $(LEARN)/.done $(YARDSTICK)/.done ## does it make a detector better on real defects (needs DEFECTGEN_DATA, DEFECTGEN_YARDSTICK)
	@test -n "$$DEFECTGEN_DATA" -a -n "$$DEFECTGEN_YARDSTICK" || { echo "set DEFECTGEN_DATA and DEFECTGEN_YARDSTICK"; exit 2; }
	$(LEARN)/bin/python tests/bench/yardstick.py --python $(YARDSTICK)/bin/python

picture: $(VENV)/.light ## the README's picture
	$(BIN)/defectgen preview name=readme count=8 good_share=0 'defects_per_image=[1,1]' seed=5
	$(BIN)/python -c "from PIL import Image; Image.open('outputs/readme.run/preview.png').save('docs/preview.jpg', quality=86)"

catalogue: $(VENV)/.light ## docs/catalogue, docs/text, docs/rotation: every kind of defect, all of text, every fill and ground
	$(BIN)/python docs/catalogue/draw.py
	$(BIN)/python docs/text/draw.py
	$(BIN)/python docs/rotation/draw.py

lock: ## renew requirements/*.lock from pyproject.toml
	$(PYTHON) requirements/renew.py

clean: ## remove environments and outputs
	rm -rf $(VENV) $(LEARN) $(CLIENT) $(YARDSTICK) outputs/* .pytest_cache .hypothesis .import_linter_cache
