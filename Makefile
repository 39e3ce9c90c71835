# make run    everything that config/config.yaml names: sweeps, fit, figures, report
# make test   the tests; make test TESTS=tests/test_fit.py for some
# make coverage  the tests, and which lines of the package they run: 90 % at least
# make dashboard  the fit, while it runs or afterwards, in a browser at http://127.0.0.1:8080/dashboard
# make bench  cost and accuracy of the integrator, about 10 minutes; a line more in docs/bench_history.csv
# make published  R_E against the step, by the authors' program, ours, and Brian2's methods, about half an hour
# make calibration  whether posteriors are right as often as they say: 40 truths a fit, hours; CASES=gutnisky2017_4 for one
# make seeds  one fit of eight knobs whatever its seed: ten of them, an hour and a half
# make neural  the same fit beside that of the library sbi at ten times the CPU time, about three hours
# make recovery  known gains sought again, 10 fits of at most 8 minutes
# make samplers  the samplers at equal CPU time, of 3, 8 and 10 knobs, about three hours
# make load   20,000 short points through the workflow, about 11 minutes on 2 cores; POINTS=2000 for less
# make scripts  scripts that nobody here wrote, adopted and swept: make scripts SCRIPTS=folder/of/scripts
# make speed  100 points of three networks by this pipeline and by Brian2's own ways, about 40 minutes
# make docs   the documents as a site, results/docs/index.html, in half a minute
# make reference  what pages of docs/ have from the code (verbs, keys, knobs, words), written into them anew
# make archive  a run as a folder of its own, with all that it rests on: results/archive
# make gallery  the doctor on networks whose fault is known, about 15 minutes
# make examples  the doctor on scripts that are healthy: make examples EXAMPLES=folder/of/scripts, as Brian2's examples
# make field  the doctor on scripts after reports of users, sick and cured, about 20 minutes
# make mutations  2000 wrong inputs to all verbs, of over 6000: is each refused in a sentence? 8 minutes; SEED=2 for others
# make setup  the environment alone, in .venv: what requirements.lock pins, and this software
# make clean  take away .venv and caches; make clean-results asks, and takes away all results
# make style  lint, format and type checks
# PYTHON picks the interpreter, CONFIG another run: make run PYTHON=python3.13 CONFIG=config/smoke.yaml
# FIT picks the folder of another fit, PORT another port: make dashboard FIT=results/smoke/fit PORT=8081

PYTHON ?= python3
CONFIG ?= config/config.yaml
FIT ?= results/fit
PORT ?= 8080
POINTS ?= 20000
TESTS ?= tests
SEED ?= 1
FITS := networks/gutnisky2017/fits
BIN := .venv/bin
WITHIN := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: run docs reference archive dashboard bench published calibration seeds neural recovery samplers load scripts speed gallery mutations test coverage setup style clean clean-results examples field

run: setup
	@$(WITHIN) python -m pipeline run "$(CONFIG)"

docs: setup
	@$(WITHIN) python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet docs results/docs
	@echo "Done. Open $(CURDIR)/results/docs/index.html in a browser."

reference: setup
	@$(WITHIN) PYTHONPATH=. python docs/reference.py

archive: setup
	@$(WITHIN) python -m pipeline check "$(CONFIG)"
	@$(WITHIN) snakemake archive --configfile "$(CONFIG)"

test: setup
	@$(WITHIN) python -m pytest --numprocesses auto --dist loadfile $(TESTS)

coverage: export COVERAGE_FILE := $(CURDIR)/results/coverage/data
coverage: setup
	@rm -rf results/coverage
	@mkdir -p results/coverage
	@$(WITHIN) coverage run -m pytest --numprocesses auto --dist loadfile
	@$(WITHIN) coverage combine --quiet
	@$(WITHIN) coverage report

style: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check workflow networks/gutnisky2017/paper/rules.smk
	@$(BIN)/mypy
	@$(WITHIN) snakemake --lint

setup:
	@command -v $(firstword $(CXX)) > /dev/null || \
	    { echo "error: there is no C++ compiler $(CXX): install one (Debian: apt install g++)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: $(PYTHON) is not Python 3.11 or newer: name one, as in make run PYTHON=python3.13." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
	    { echo "error: $(PYTHON) lacks venv: install it (Debian: apt install python3-venv)." >&2; exit 1; }
	@# a .venv that is a link belongs to another folder, too, and is used as it is: venv --clear would empty that;
	@# this software is in it by the name of its folder, so that a clone that was moved is set up again
	@wanted="$$($(PYTHON) -VV | cksum) $$(cksum < requirements.lock) $(CURDIR)"; \
	if [ -L .venv ]; then :; elif [ "$$wanted" != "$$(cat .venv/installed 2> /dev/null)" ]; then \
	    echo "Setting up .venv with $$($(PYTHON) -V), about a minute"; \
	    $(PYTHON) -m venv --clear .venv && $(BIN)/python -m pip install --quiet --requirement requirements.lock && \
	    $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . && \
	    echo "$$wanted" > .venv/installed; \
	fi

bench: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/work_precision.py

published: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/published.py

dashboard: setup
	@test -f "$(FIT)/study.log" || { echo "error: FIT=$(FIT): there is no study.log; make run makes one." >&2; exit 1; }
	@mkdir -p "$(FIT)/artifacts"
	@$(WITHIN) optuna-dashboard --host 127.0.0.1 --port "$(PORT)" --artifact-dir "$(FIT)/artifacts" "$(FIT)/study.log"

calibration: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/calibration.py $(CASES)

seeds: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/seeds.py

neural: setup
	@$(WITHIN) snakemake fit_page --config fit=$(FITS)/eight_knobs.yaml results=results/eight_knobs
	@$(WITHIN) snakemake fit_page --config fit=$(FITS)/eight_knobs_sbi.yaml results=results/eight_knobs_sbi
	@$(WITHIN) PYTHONPATH=. python benchmarks/beside.py results/eight_knobs/fit results/eight_knobs_sbi/fit

recovery: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/recovery.py

samplers: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/samplers.py

load: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/load.py --points "$(POINTS)"

scripts: setup
	@test -n "$(SCRIPTS)" || { echo "error: SCRIPTS is not given: name a folder of Brian2 scripts." >&2; exit 1; }
	@$(WITHIN) PYTHONPATH=. python benchmarks/scripts.py $(SCRIPTS)

speed: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/script_speed.py

gallery: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/gallery.py
	@$(WITHIN) PYTHONPATH=. python benchmarks/doctor_pictures.py

examples: setup
	@test -n "$(EXAMPLES)" || { echo "error: EXAMPLES is not given: name a folder of Brian2 scripts." >&2; exit 1; }
	@$(WITHIN) PYTHONPATH=. python benchmarks/examples.py $(EXAMPLES)

field: setup
	@$(WITHIN) PYTHONPATH=. python benchmarks/field.py

mutations: setup
	@$(WITHIN) PYTHONPATH=.:tests THALAMOCORTICAL_CACHE=off python benchmarks/mutations.py --seed "$(SEED)"

# .snakemake stays with the results: it has the logs of their runs
clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache

clean-results:
	@test ! -e results || du -sh results
	@printf 'Delete all results and what is known of them (results, .snakemake)? Type yes: '; read answer || echo; \
	if [ "$$answer" = yes ]; then find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +; rm -rf .snakemake; echo 'They are deleted.'; else echo 'Nothing is deleted.'; fi
