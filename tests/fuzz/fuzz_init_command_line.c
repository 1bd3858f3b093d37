// SPDX-License-Identifier: MIT
//
// user/init/command_line.c on arbitrary text: the result is what a second, slower reading of the rules gives,
// and whatever bytes tools/run may send as `run=x:` come out as they were.

#include "fuzz.h"
#include "../../user/init/command_line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789abcdefABCDEF";

static bool all_digits(const char *text, size_t length) {
    return strspn(text, digits) >= length;
}

static bool word_starts(const char *text, size_t at, const char *prefix) {
    return (at == 0 || text[at - 1] == ' ') && strncmp(text + at, prefix, strlen(prefix)) == 0;
}

static void check_run(const struct command_line *line, enum command_line_error error, const char *rest) {
    fuzz_check(line->frames == (error == COMMAND_LINE_OK && strncmp(rest, "x:", 2) == 0));
    if (strncmp(rest, "x:", 2) != 0) {
        fuzz_check((error == COMMAND_LINE_OK) == (strlen(rest) < COMMAND_SIZE));
        fuzz_check(error == COMMAND_LINE_OK ? strcmp(line->command, rest) == 0 : error == COMMAND_LINE_LONG);
        return;
    }
    size_t length = strspn(rest + 2, digits);
    bool well_formed = length % 2 == 0 && strspn(rest + 2 + length, " ") == strlen(rest + 2 + length);
    if (error == COMMAND_LINE_LONG)
        fuzz_check(strlen(rest + 2) / 2 >= COMMAND_SIZE);
    else if (error == COMMAND_LINE_OK)
        fuzz_check(well_formed && strlen(line->command) == length / 2);
    else
        fuzz_check(error == COMMAND_LINE_HEX);
    for (size_t i = 0; i < length / 2 && error != COMMAND_LINE_LONG; i++) {
        char pair[3] = {rest[2 + 2 * i], rest[3 + 2 * i], 0};
        unsigned value = (unsigned)strtoul(pair, NULL, 16);
        if (error == COMMAND_LINE_OK)
            fuzz_check(value != 0 && (unsigned char)line->command[i] == value);
        else
            well_formed &= value != 0;
    }
    fuzz_check(error != COMMAND_LINE_HEX || !well_formed);
}

static void check_text(const char *text) {
    static struct command_line line;
    const char *tag = "00000000";
    enum command_line_error error = command_line_parse(&line, text);
    fuzz_check(memchr(line.command, 0, COMMAND_SIZE) != NULL && command_line_error_text(error) != NULL);
    fuzz_check(strlen(line.tag) == SERIAL_TAG_SIZE && all_digits(line.tag, SERIAL_TAG_SIZE));
    for (size_t at = 0; text[at] != 0; at++) {
        if (word_starts(text, at, "run=")) {
            fuzz_check(line.has_command && error != COMMAND_LINE_TAG);
            check_run(&line, error, text + at + 4);
            fuzz_check(memcmp(line.tag, tag, SERIAL_TAG_SIZE) == 0);
            return;
        }
        if (!word_starts(text, at, "tag="))
            continue;
        if (strcspn(text + at + 4, " ") != SERIAL_TAG_SIZE || !all_digits(text + at + 4, SERIAL_TAG_SIZE)) {
            fuzz_check(error == COMMAND_LINE_TAG && !line.has_command);
            return;
        }
        tag = text + at + 4;
    }
    fuzz_check(error == COMMAND_LINE_OK && !line.has_command && !line.frames);
    fuzz_check(memcmp(line.tag, tag, SERIAL_TAG_SIZE) == 0);
}

static void check_round_trip(const char *command) {
    static struct command_line line;
    static char text[2 * COMMAND_SIZE + 16];
    size_t length = strlen(command), used = (size_t)sprintf(text, "quiet run=x:");
    if (length >= COMMAND_SIZE)
        return;
    for (size_t i = 0; i < length; i++)
        used += (size_t)sprintf(text + used, "%02x", (unsigned char)command[i]);
    fuzz_check(command_line_parse(&line, text) == COMMAND_LINE_OK);
    fuzz_check(line.frames && strcmp(line.command, command) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    memcpy(text, bytes, size);
    text[size] = 0;
    check_text(text);
    check_round_trip(text);
    free(text);
    return 0;
}
