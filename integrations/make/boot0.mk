# SPDX-License-Identifier: MIT
# Targets that flash FIRMWARE: see README.md in this directory.

BOOT0 ?= boot0
BOOT0_FLAGS ?=

.PHONY: flash verify-board
flash: $(FIRMWARE)
	$(BOOT0) flash $(BOOT0_FLAGS) $<

verify-board: $(FIRMWARE)
	$(BOOT0) verify $(BOOT0_FLAGS) $<
