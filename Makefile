# SPDX-License-Identifier: MIT
# The face of the build: Meson and Ninja do the work, tools/ holds the scripts. Values that people give (CMD, EXTRA,
# QEMU_FLAGS) reach the scripts through the environment and quoted, so blanks, quotes and dollars survive.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

ARCH := $(or $(ARCH),$(KARCH),x86_64)
ARCHES_LATER := aarch64 riscv64 loongarch64

ifneq ($(ARCH),x86_64)
ifeq ($(filter $(ARCH),$(ARCHES_LATER)),)
$(error There is no architecture '$(ARCH)'. Tessera runs on x86_64; $(ARCHES_LATER) come later)
else
$(error Not yet: Tessera runs on x86_64 only, '$(ARCH)' comes later)
endif
endif

SMP ?= 1
MEM ?= 256M
define take_raw
override $(1) := $$(value $(1))
export $(1)
endef
$(foreach name,CMD EXTRA QEMU_FLAGS WINDOW MEM SMP,$(eval $(call take_raw,$(name))))

BUILD := build/$(ARCH)
RUN = tools/run --arch $(ARCH) --memory "$$MEM" --smp "$$SMP" $${QEMU_FLAGS:+--qemu-flags="$$QEMU_FLAGS"} \
	$${WINDOW:+--window} $${EXTRA:+--extra="$$EXTRA"} $${CMD:+--command="$$CMD"}

.PHONY: help
help: ## prints this list
	@echo 'Usage: make TARGET [VARIABLE=VALUE ...]'
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | \
	while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  ARCH=x86_64  MEM=256M  SMP=1  WINDOW=1  ACCEL=tcg  QEMU_FLAGS="..."  EXTRA=DIR  CMD="PROGRAM ARGUMENTS"'

.PHONY: setup-run setup-test
setup-run:
	@tools/setup run

setup-test:
	@tools/setup test
	@tools/setup check

$(BUILD)/build.ninja: | setup-run
	@tools/configure $(BUILD) --cross-file meson/$(ARCH).ini

# Meson does not see a new file where it reads a folder, so such a folder's change configures again.
$(BUILD)/folders: user/programs/manual protocols | $(BUILD)/build.ninja
	@[ -z "$$(find $^ -maxdepth 0 -newer $(BUILD)/build.ninja)" ] || \
	    flock $(BUILD).lock meson setup --reconfigure $(BUILD) . >build/$(ARCH).log 2>&1 || { cat build/$(ARCH).log >&2; exit 1; }
	@touch $@

build/host/build.ninja: | setup-test
	@tools/configure build/host --native-file meson/native.ini -Db_sanitize=address,undefined -Db_lundef=false

build/tsan/build.ninja: | setup-test
	@tools/configure build/tsan --native-file meson/native.ini -Db_sanitize=thread -Db_lundef=false

.PHONY: run run-bios run-uefi run-hdd debug
run: iso ## builds and boots to a shell on this terminal
	@$(RUN)

run-bios: iso ## the same, named in full: the ISO by BIOS
	@$(RUN) --firmware bios

run-uefi: iso ## boots the ISO by UEFI
	@$(RUN) --firmware uefi

run-hdd: hdd ## boots the disk image by BIOS
	@$(RUN) --media hdd

debug: iso ## boots and waits for GDB on port 1234
	@$(RUN) --gdb 1234

.PHONY: all all-hdd iso hdd build
all: build iso ## build/ARCH/tessera.iso, to boot from CD or USB stick
	@ls -l $(BUILD)/tessera.iso

all-hdd: build hdd ## build/ARCH/tessera.hdd, a disk image with a GPT
	@ls -l $(BUILD)/tessera.hdd

# Two that build at a time take turns: Ninja itself keeps nobody out.
iso hdd: setup-run $(BUILD)/folders
	@flock $(BUILD).lock ninja -C $(BUILD) --quiet tessera.$@ >&2

build: setup-run $(BUILD)/folders
	@flock $(BUILD).lock ninja -C $(BUILD) >&2

.PHONY: test check fuzz
test: ## every test; ends with `N passed, N failed, N skipped`
	@tools/setup test
	@tools/setup check
	@tools/test --arch $(ARCH)

check: setup-test iso ## format, static analysis, layering, models, generated files and pictures
	@tools/check --arch $(ARCH)

fuzz: setup-test ## fuzzes every parser for a minute each (MINUTES=N for longer)
	@tools/fuzz --seconds "$$(( $${MINUTES:-1} * 60 ))"

.PHONY: bench
bench: iso ## the benchmarks, in instructions (docs/performance.md)
	@flock $(BUILD).lock ninja -C $(BUILD) --quiet bench >&2
	@tools/bench --arch $(ARCH) --memory "$$MEM"

.PHONY: soak
soak: iso setup-test ## many boots and an hour's work (BIOS=300 UEFI=100 MINUTES=60 SEED=...)
	@tools/soak --bios "$${BIOS:-300}" --uefi "$${UEFI:-100}" --minutes "$${MINUTES:-60}" $${SEED:+--seed "$$SEED"}

.PHONY: clean distclean
clean: ## removes what was built
	@rm -rf build

distclean: clean ## the same, and every cache
	@rm -rf .cache
