// SPDX-License-Identifier: MIT
//
// Paths as a configuration writes them: `boot():/folder/file#hash`.

#ifndef BOOT_CONFIG_PATH_H
#define BOOT_CONFIG_PATH_H

#include "config_text.h"

// A path on the volume that the configuration came from, without its resource: `boot():/a/b` and `/a/b` both
// give `/a/b`. What follows a '#' goes into *hash, whose `start` is null where there is none. Other
// resources, hashes that are no BLAKE2b and compressed files are refused with a reason.
[[nodiscard]] bool config_path(const struct config_text *value, struct config_text *path,
                               struct config_text *hash, const char **reason);

// Splits a text at its last '#'. False when what follows it does not look like a BLAKE2b hash.
[[nodiscard]] bool config_split_hash(struct config_text *path, struct config_text *hash);

#endif
