// SPDX-License-Identifier: MIT
//
// A file of the boot volume that is handed to the kernel: read whole, checked against its hash. What goes
// wrong ends the boot with a message that names the file.

#ifndef BOOT_FILE_H
#define BOOT_FILE_H

#include "config.h"
#include "platform.h"

struct boot_file {
    const char *path;
    const char *string;
    struct platform_file file;
};

// Reads the file that an option of the configuration names. `what` is what the file is to the person at the
// console.
void boot_file_read(struct boot_file *file, const char *what, const struct config *config,
                    const struct config_text *path, struct config_text string);

// Says why a file could not be read, and stops.
[[noreturn]] void boot_file_stop(const char *what, const char *path, enum platform_status status,
                                 const struct platform_file *file);

// Says that a file is not what its hash promises, and stops unless the configuration tolerates it. No hash,
// no check.
void boot_file_check(const struct config *config, const struct boot_file *file, struct config_text hash);

#endif
