# SPDX-License-Identifier: MIT
# The front end. Meson does the work; each target is a line or a script in scripts/.
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60

# Debian's Python has Debian's modules (python3-usb); another Python in PATH lacks them.
PYTHON ?= /usr/bin/python3

.PHONY: build demo check test bench fuzz dist web npm serve windows macos deb release firmware \
    install format lint packages clean help

build: ## compile libboot0, boot0 and vboard into build/host
	@scripts/install-packages.sh --check build
	@scripts/build-host.sh
	@echo "Built: build/host/cli/boot0, build/host/vboard/vboard. Try \`make demo\` or \`make check\`."

demo: ## flash a virtual STM32F407 and show each step (installs its packages)
	@scripts/demo.sh

check: ## build, unit tests and short system tests while editing, under a minute
	@scripts/install-packages.sh --check test
	@$(PYTHON) scripts/test.py --quick

test: ## run every test, half an hour and more on two cores (installs its packages)
	@scripts/test.sh

bench: ## time boot0 and dfu-util on one board, in real time (BENCH="--quick": shorter)
	@scripts/install-packages.sh --check demo firmware
	@scripts/build-host.sh
	@scripts/firmware.sh >/dev/null
	@scripts/build-web.py >/dev/null && scripts/web-tools.sh >/dev/null || true # else bench.py reports what is missing
	@$(PYTHON) tests/bench/bench.py $(BENCH)
	@ninja -C build/host --quiet tests/bench/bench-bootloader
	@build/host/tests/bench/bench-bootloader build/firmware
	@build/host/tests/bench/bench-bootloader build/firmware f411
	@$(PYTHON) tests/bench/uart.py

fuzz: ## run all parsers with random input, SECONDS=60 each
	@scripts/install-packages.sh --check test
	@$(PYTHON) scripts/test.py --seconds $(SECONDS) fuzz

dist: ## build the Arduino IDE's download into build/dist (URL=… its address)
	@scripts/install-packages.sh --check dist
	@scripts/dist.sh $(URL)

web: ## build the flasher for the browser into build/web, a static site
	@scripts/install-packages.sh --check web
	@scripts/build-web.py

npm: web ## build the npm package of the flasher into build/npm (needs npm)
	@scripts/build-npm.sh

serve: web ## serve it at a local address, for a browser on this machine
	@cd build/web && $(PYTHON) -m http.server --bind 127.0.0.1 8000

windows: ## cross-compile boot0.exe into build/windows-x86_64 and build/windows-i686 (Debian)
	@scripts/install-packages.sh --check windows
	@scripts/windows.sh
	@echo "Built: build/windows-x86_64/boot0.exe, build/windows-i686/boot0.exe"

macos: ## check that boot0 compiles and links for macOS, with the zig compiler from npm
	@scripts/install-packages.sh --check macos
	@scripts/macos.sh
	@echo "Built, not for use: build/macos-aarch64/cli/boot0, build/macos-x86_64/cli/boot0"

deb: ## build Debian packages into build/deb: boot0, libboot0-0, libboot0-dev, vboard
	@scripts/install-packages.sh --check deb
	@scripts/deb.sh

release: ## make archives, checksums and manifests into build/release (URL=… REPOSITORY=…)
	@scripts/install-packages.sh --check release
	@scripts/release.sh $(if $(URL),"$(URL)" $(if $(REPOSITORY),"$(REPOSITORY)"))
	@echo "Made: build/release. Check it with scripts/check-release.sh"

firmware: ## compile the example programs for the STM32F407 into build/firmware
	@scripts/install-packages.sh --check firmware build
	@scripts/firmware.sh

install: ## install into PREFIX=/usr/local, below DESTDIR if given
	@scripts/install-packages.sh --check build
	@scripts/install.sh "$(PREFIX)" "$(DESTDIR)"

format: ## format all C sources
	@scripts/format.sh

lint: ## clang-format, cppcheck, clang-tidy and shellcheck, as in make test
	@scripts/install-packages.sh --check lint
	@$(PYTHON) scripts/test.py format shellcheck cppcheck clang-tidy

packages: ## install all Debian packages that any target needs
	@scripts/install-packages.sh test

clean: ## remove everything that was built
	@rm -rf build

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target text; do \
	    printf '  make %-10s %s\n' "$$target" "$$text"; \
	done
