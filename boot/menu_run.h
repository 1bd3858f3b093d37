// SPDX-License-Identifier: MIT
//
// The menu on the machine: keys and screen.

#ifndef BOOT_MENU_RUN_H
#define BOOT_MENU_RUN_H

#include "menu.h"

// Shows the menu until an entry is chosen, or its time has come.
size_t menu_run(struct menu *menu);

#endif
