// SPDX-License-Identifier: MIT
//
// user/programs/sh/parse.c on arbitrary text: each command leaves words that lie in its own storage and end
// there, and each word, written again in quotes, is read as the same word.

#include "fuzz.h"
#include "../../user/programs/sh/parse.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A byte becomes four at most, a word has its quotes and a blank.
static char quoted[4 * PARSE_LINE_SIZE + 3 * PARSE_WORDS_MAX + 2];

static void check_words(const struct command *command) {
    fuzz_check(command->word_count <= PARSE_WORDS_MAX && command->words[command->word_count] == NULL);
    for (size_t i = 0; i < command->word_count; i++) {
        size_t start = (size_t)(command->words[i] - command->storage);
        fuzz_check(start < sizeof(command->storage));
        fuzz_check(memchr(command->words[i], 0, sizeof(command->storage) - start) != NULL);
    }
}

static size_t quote(size_t used, const char *word) {
    quoted[used++] = '\'';
    for (; *word != 0; word++) {
        if (*word == '\'')
            used += (size_t)sprintf(quoted + used, "'\\''");
        else
            quoted[used++] = *word;
    }
    quoted[used++] = '\'';
    quoted[used++] = ' ';
    return used;
}

static void check_round_trip(const struct command *command) {
    static struct command again;
    const char *text = quoted;
    size_t used = 0;
    for (size_t i = 0; i < command->word_count; i++)
        used = quote(used, command->words[i]);
    quoted[used] = 0;
    fuzz_check(parse_command(&text, 0, &again) == PARSE_COMMAND);
    fuzz_check(again.word_count == command->word_count && !again.background);
    for (size_t i = 0; i < again.word_count; i++)
        fuzz_check(strcmp(again.words[i], command->words[i]) == 0);
    fuzz_check(parse_command(&text, 0, &again) == PARSE_END && *text == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct command command;
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    memcpy(text, bytes, size);
    text[size] = 0;
    const char *at = text;
    enum parse_result result = PARSE_COMMAND;
    while (result == PARSE_COMMAND) {
        const char *before = at;
        result = parse_command(&at, -7, &command);
        fuzz_check(at >= before && at <= text + strlen(text) && parse_result_text(result) != NULL);
        check_words(&command);
        if (result == PARSE_COMMAND) {
            fuzz_check(at > before && command.word_count > 0);
            check_round_trip(&command);
        }
    }
    fuzz_check((result == PARSE_END) <= (*at == 0));
    free(text);
    return 0;
}
