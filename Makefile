# make demo   see it work          make test   all tests
# CARGO_FLAGS goes to every cargo call, e.g. CARGO_FLAGS='--offline'.
.PHONY: demo test build install setup score bench bench-load bench-memory bench-serve conformance clients fmt lint train clean-demo help

CARGO_FLAGS ?=
# w3c/rdf-tests, the folder with sparql10, sparql11, sparql12.
RDF_TESTS ?= ../shared/rdf-tests/sparql
# rustup's cargo, where the shell does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
RELEASE = --release --locked $(CARGO_FLAGS)

help:          ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo: setup    ## build, read the sample articles, answer three questions, draw a picture
	@CARGO_FLAGS="$(CARGO_FLAGS)" scripts/demo.sh

test: setup    ## all tests
	cargo test $(RELEASE)

build: setup   ## the program: target/release/yutu
	cargo build $(RELEASE) --bin yutu

install: setup ## the program into ~/.cargo/bin
	cargo install --path . --locked $(CARGO_FLAGS)

setup:         ## check what the build needs, and install it where that is allowed
	@scripts/setup.sh

score: build   ## quality against annotated articles
	@scripts/score.sh

bench: setup   ## speed of extraction, beside jieba-rs
	cargo bench --locked $(CARGO_FLAGS) --bench extract

bench-load: setup   ## speed of loading, beside oxigraph (PyPI)
	scripts/bench_load.sh

bench-memory: build ## most memory of ingest at several sizes: all stages, and the store alone
	scripts/bench_ingest.py
	scripts/bench_memory.sh

bench-serve: setup  ## the service beside oxigraph (PyPI), under load, with idle connections and a query bomb; needs wrk
	scripts/bench_serve.sh

conformance: build  ## the W3C's SPARQL suites (RDF_TESTS) over HTTP: passed and failed a suite, EARL in target/earl.ttl
	cargo run $(RELEASE) --quiet --example conformance -- --tests $(RDF_TESTS) --earl target/earl.ttl

clients: build     ## curl, SPARQLWrapper, rdflib, fetch-sparql-endpoint against the service
	scripts/clients.sh

fmt: setup     ## format the code
	cargo fmt

lint: setup    ## formatting and lints, as the checks ask for
	cargo fmt --check
	cargo clippy $(RELEASE) --all-targets -- -D warnings

train: build   ## the models anew from data/corpus (half an hour); build again to take them into the program
	target/release/yutu train --corpus data/corpus -o data/models

clean-demo:    ## remove ./demo
	rm -rf demo
