# SPDX-License-Identifier: MIT
# The front end. Meson does the work; each target is a line or a script in scripts/.
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60

# Debian's Python has Debian's modules (python3-usb); another Python in PATH lacks them.
PYTHON ?= /usr/bin/python3

.PHONY: build demo check test bench fuzz dist web npm serve windows macos deb release firmware \
    install format lint pictures packages clean help

build: ## compile libboot0, boot0 and vboard into build/host
	@scripts/install-packages.sh --check build
	@scripts/build-host.sh
	@echo "Built: build/host/cli/boot0, build/host/vboard/vboard. Try \`make demo\` or \`make check\`."

demo: ## flash a virtual STM32F407 and show each step (installs its packages)
	@scripts/demo.sh

check: ## run the quick checks: build, unit tests and short system tests, under a minute
	@scripts/install-packages.sh --check test
	@$(PYTHON) scripts/test.py --quick

test: ## run every test: half an hour and more on two cores (installs its packages)
	@scripts/test.sh

bench: ## compare boot0 and dfu-util on the same board, in real time (BENCH="--quick": shorter)
	@scripts/install-packages.sh --check demo firmware
	@scripts/build-host.sh
	@scripts/firmware.sh >/dev/null
	@scripts/build-web.py >/dev/null && scripts/web-tools.sh >/dev/null || true # else bench.py reports what is missing
	@$(PYTHON) tests/bench/bench.py $(BENCH)
	@ninja -C build/host --quiet tests/bench/bench-bootloader
	@build/host/tests/bench/bench-bootloader build/firmware
	@build/host/tests/bench/bench-bootloader build/firmware f411
	@$(PYTHON) tests/bench/uart.py

fuzz: ## fuzz all parsers with random input, SECONDS=60 each
	@scripts/install-packages.sh --check test
	@$(PYTHON) scripts/test.py --seconds $(SECONDS) fuzz

dist: ## build the Arduino package into build/dist (URL=… is its download address)
	@scripts/install-packages.sh --check dist
	@scripts/dist.sh $(URL)

web: ## build the flasher for the browser into build/web, a static site
	@scripts/install-packages.sh --check web
	@scripts/build-web.py

npm: web ## build the npm package of the flasher into build/npm (needs npm)
	@scripts/build-npm.sh

serve: web ## serve the flasher at a local address, for a browser on this machine
	@cd build/web && $(PYTHON) -m http.server --bind 127.0.0.1 8000

windows: ## cross-compile boot0.exe into build/windows-x86_64 and build/windows-i686 (Debian)
	@scripts/install-packages.sh --check windows
	@scripts/windows.sh
	@echo "Built: build/windows-x86_64/boot0.exe, build/windows-i686/boot0.exe"

macos: ## check that boot0 compiles and links for macOS, with the zig compiler from npm
	@scripts/install-packages.sh --check macos
	@scripts/macos.sh
	@echo "Built for checks only: build/macos-aarch64/cli/boot0, build/macos-x86_64/cli/boot0"

deb: ## build packages for Debian into build/deb: boot0, libboot0-0, libboot0-dev, vboard
	@scripts/install-packages.sh --check deb
	@scripts/deb.sh

release: ## build archives, checksums and manifests into build/release (URL=… REPOSITORY=…)
	@scripts/install-packages.sh --check release
	@scripts/release.sh $(if $(URL),"$(URL)" $(if $(REPOSITORY),"$(REPOSITORY)"))
	@echo "Built: build/release. Check it with scripts/check-release.sh"

firmware: ## compile the example programs for the STM32F407 into build/firmware
	@scripts/install-packages.sh --check firmware build
	@scripts/firmware.sh

install: ## install into PREFIX=/usr/local, below DESTDIR if set
	@scripts/install-packages.sh --check build
	@scripts/install.sh "$(PREFIX)" "$(DESTDIR)"

format: ## format all C sources
	@scripts/format.sh

lint: ## run clang-format, cppcheck, clang-tidy and shellcheck, like make test
	@scripts/install-packages.sh --check lint
	@$(PYTHON) scripts/test.py format shellcheck cppcheck clang-tidy

pictures: ## draw docs/pictures from the code; scripts/pictures/recording.py records the demo
	@scripts/install-packages.sh --check test
	@$(PYTHON) scripts/test.py gcc
	@$(PYTHON) scripts/pictures/make.py

packages: ## install all Debian packages that any target needs
	@scripts/install-packages.sh test

clean: ## remove all build output
	@rm -rf build

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target text; do \
	    printf '  make %-10s %s\n' "$$target" "$$text"; \
	done
