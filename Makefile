# SPDX-License-Identifier: MIT
# The face of the build: Meson and Ninja do the work, tools/ holds the scripts.

ARCH ?= $(or $(KARCH),x86_64)
BUILD := build/$(ARCH)

ifneq ($(ARCH),x86_64)
ifeq ($(filter $(ARCH),aarch64 riscv64 loongarch64),)
$(error there is no architecture '$(ARCH)'; known are x86_64, aarch64, riscv64, loongarch64)
else
$(error not yet: Tessera runs on x86_64 only, '$(ARCH)' comes later)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help build host check-host clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
	while IFS='|' read -r name text; do printf '%-16s %s\n' "$$name" "$$text"; done

$(BUILD)/build.ninja:
	@meson setup --cross-file meson/$(ARCH).ini $(BUILD) . >&2

build/host/build.ninja:
	@meson setup --native-file meson/native.ini -Db_sanitize=address,undefined -Db_lundef=false build/host . >&2

build: $(BUILD)/build.ninja ## the kernel, the loader and all programs
	@ninja -C $(BUILD) >&2

host: build/host/build.ninja ## the host's tests, under ASan and UBSan
	@ninja -C build/host >&2
	@meson test -C build/host --no-rebuild --print-errorlogs >&2

clean: ## removes what was built
	@rm -rf build

distclean: clean ## the same, and every cache
	@rm -rf .cache
