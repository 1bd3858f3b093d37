// SPDX-License-Identifier: MIT
//
// test: looks whether an expression is true, for `if` and `while` of the shell.

#include "expression.h"
#include <base/string.h>
#include <manual/test.h>
#include <user/fs.h>

static enum file_kind kind_of(const char *path) {
    struct file file;
    if (fs_open(path, &file) != STATUS_OK)
        return FILE_NONE;
    if (file.is_directory)
        return FILE_FOLDER;
    return file.size > 0 ? FILE_FILLED : FILE_EMPTY;
}

int main(int count, char **arguments) {
    // Options would be parts of the expression; one word that looks like one is asked about.
    if (count == 2 && strncmp(arguments[1], "--", 2) == 0)
        (void)options_take(&usage, count, arguments);
    size_t at;
    enum expression_result result = expression_value((size_t)count - 1, arguments + 1, kind_of, &at);
    switch (result) {
    case EXPRESSION_TRUE:
        return 0;
    case EXPRESSION_FALSE:
        return 1;
    case EXPRESSION_NUMBER:
        print_error("a number is missing (word %zu)", at + 1);
        return EXIT_USAGE;
    case EXPRESSION_WRONG:
        break;
    }
    print_error("this is no expression from word %zu on (try help test)", at + 1);
    return EXIT_USAGE;
}
