// SPDX-License-Identifier: MIT
//
// The expressions of test: strings, numbers and files. Pure; what a name is, a function says.
//
//     or         = and { "-o" and }
//     and        = term { "-a" term }
//     term       = "!" term | "(" or ")" | one word: it is not empty
//                | -n or -z STRING | -e, -f, -d or -s FILE
//                | A = B | A != B | A -eq B (and -ne, -lt, -le, -gt, -ge)

#ifndef TEST_EXPRESSION_H
#define TEST_EXPRESSION_H

#include <base/types.h>

enum file_kind { FILE_NONE, FILE_FOLDER, FILE_EMPTY, FILE_FILLED };
typedef enum file_kind file_kind_t(const char *path);

enum expression_result { EXPRESSION_TRUE, EXPRESSION_FALSE, EXPRESSION_WRONG, EXPRESSION_NUMBER };

// EXPRESSION_WRONG: the words are no expression; EXPRESSION_NUMBER: one of them should be a number. *at is
// the word where that was found, at most `count`. Without words: false.
[[nodiscard]] enum expression_result expression_value(size_t count, char *const *words, file_kind_t *kind,
                                                      size_t *at);

#endif
