// SPDX-License-Identifier: MIT
//
// Which entry `default_entry` means: a number in the list as the menu first shows it, or names.

#ifndef BOOT_DEFAULT_ENTRY_H
#define BOOT_DEFAULT_ENTRY_H

#include "config.h"

// The index of the entry; CONFIG_NO_ENTRY when there is none.
size_t default_entry_by_number(const struct config *config, uint32_t number);
size_t default_entry_by_path(const struct config *config, struct config_text path);

#endif
