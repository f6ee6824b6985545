# Engram's few commands. `make demo` and `make test` are all a newcomer needs.
PREFIX ?= /usr/local
ENGRAM := .build/release/engram

.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint bench catalogue datasets install uninstall clean

help:
	@echo "make demo                   install what is missing, build, analyse a real circuit, and write a report"
	@echo "make test                   install what is missing, build, check the style, and run all tests"
	@echo "make bench                  compare speed and memory with the peers (Python, in .build/bench-venv)"
	@echo "make catalogue              write README's table of plugins and docs/plugins anew from what plugins declare"
	@echo "make datasets               make datasets/ again from the published tables"
	@echo "make install PREFIX=DIR     install under DIR (now $(PREFIX)); make uninstall removes it again"
	@echo "make clean                  remove what was built"

setup:
	@scripts/setup

build: setup
	swift build -c release --product engram

demo: setup
	@scripts/demo

# One build serves the tests and the command: release, so that numbers are tested at the speed they are used.
test:
	@scripts/setup tests
	swift build -c release --build-tests
	swift format lint --strict -r Sources Plugins Tests datasets docs/examples Package.swift
	scripts/with-python swift test -c release --skip-build
	scripts/with-python scripts/test-install

lint: setup
	swift format lint --strict -r Sources Plugins Tests datasets docs/examples Package.swift

bench: build
	bench/run

# What the documentation shows of plugins: README's table, docs/plugins, the code in docs/write-*.md.
catalogue: setup
	swift build -c release --build-tests
	ENGRAM_GOLDEN=write swift test -c release --skip-build --filter DocumentationTests

datasets: setup
	datasets/make/all

install: setup
	scripts/install "$(DESTDIR)$(PREFIX)"

uninstall:
	scripts/install --remove "$(DESTDIR)$(PREFIX)"

clean:
	swift package clean
