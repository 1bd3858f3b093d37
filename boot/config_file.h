// SPDX-License-Identifier: MIT
//
// limine.conf on the boot volume: found, read, parsed, and what is odd about it said.

#ifndef BOOT_CONFIG_FILE_H
#define BOOT_CONFIG_FILE_H

#include "config.h"

// Fills *config, its path included. Ends the boot with a message when there is none, or none that can be
// understood.
void config_file_read(struct config *config);

#endif
