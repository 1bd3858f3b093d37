// SPDX-License-Identifier: MIT
//
// Which entry of the configuration is booted: the default one, or the one that is chosen in the menu.

#ifndef BOOT_ENTRY_CHOICE_H
#define BOOT_ENTRY_CHOICE_H

#include "config.h"

// An entry that names a kernel. Ends the boot with a message when there is none that can be booted.
const struct config_entry *entry_choose(const struct config *config);

#endif
