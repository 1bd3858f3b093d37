// SPDX-License-Identifier: MIT
//
// Where cp and mv put what they are given: the last operand is a folder, which takes all of it under the
// names that it has, or the new path of the only one.

#ifndef USER_TARGET_H
#define USER_TARGET_H

#include <user/fs.h>
#include <user/path.h>

struct target {
    const char *path;
    bool is_folder;
};

// Gives `one` each source; the last operand is the target. False: one failed, or several would go to what is
// no folder, which was said.
[[nodiscard]] bool target_each(size_t operands, char **arguments,
                               bool (*one)(const char *source, const struct target *target));

// Opens a source and finds the path that it goes to. False, and said: there is no such source, it would go to
// where it is, its path does not fit, or the target ends with a slash where no folder is or comes to be.
[[nodiscard]] bool target_place(const struct target *target, const char *source, struct file *file,
                                char out[PATH_SIZE]);

#endif
