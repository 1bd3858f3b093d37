// SPDX-License-Identifier: MIT
//
// The bytes that a program sends to a terminal, taken apart: UTF-8 characters, control characters, escape and
// control sequences (ECMA-48 section 5, and DEC's private ones). Pure and bounded: every byte sequence is
// taken, what is not known or too long is swallowed whole, and ESC starts a new sequence from every state.

#ifndef TERMINAL_PARSER_H
#define TERMINAL_PARSER_H

#include <base/types.h>

enum { PARSER_PARAMETERS_MAX = 32, PARSER_VALUE_MAX = 65535 };

enum parser_event {
    PARSER_NOTHING,
    PARSER_PRINT,    // code
    PARSER_CONTROL,  // code: a C0 control character
    PARSER_ESCAPE,   // intermediate, final
    PARSER_SEQUENCE, // marker, parameters, intermediate, final: ESC [ ...
};

enum parser_state {
    PARSER_GROUND,
    PARSER_IN_ESCAPE,
    PARSER_IN_SEQUENCE,
    PARSER_IN_SWALLOWED, // a sequence that is wrong or too long, up to its end
    PARSER_IN_STRING,    // OSC, DCS, SOS, PM, APC, up to ST (or BEL)
};

struct parser_parameter {
    uint16_t value; // 0 when it was left out
    bool is_sub;    // stands behind a colon
};

struct parser {
    enum parser_state state;
    uint32_t code;
    unsigned utf8_left; // bytes that the character still needs
    uint32_t utf8_least;
    uint8_t marker;       // '?', '<', '=', '>' or 0
    uint8_t intermediate; // or 0
    uint8_t final;
    unsigned count; // of parameters; at least 1 once there was a digit or a separator
    struct parser_parameter parameters[PARSER_PARAMETERS_MAX];
};

void parser_init(struct parser *parser);

// Takes one byte. Sets *taken to false when the byte has only ended what came before it (a broken UTF-8
// sequence): then the same byte is given once more.
enum parser_event parser_feed(struct parser *parser, uint8_t byte, bool *taken);

#endif
