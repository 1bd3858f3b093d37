// SPDX-License-Identifier: MIT
//
// See parser.h.

#include "parser.h"
#include <base/text.h>

enum { CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b, BELL = 7, DELETE = 0x7f };

#define CODE_MAX       0x10ffff
#define SURROGATES     0xd800
#define SURROGATES_END 0xe000

void parser_init(struct parser *parser) {
    *parser = (struct parser){};
}

static void sequence_start(struct parser *parser, enum parser_state state) {
    parser->state = state;
    parser->marker = parser->intermediate = parser->final = 0;
    parser->count = 0;
}

// ---- UTF-8 (RFC 3629)

static enum parser_event utf8_start(struct parser *parser, uint8_t byte) {
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    unsigned left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    if (byte < 0xc2 || byte > 0xf4) {
        parser->code = TEXT_REPLACEMENT;
        return PARSER_PRINT;
    }
    parser->utf8_left = left;
    parser->utf8_least = least[left];
    parser->code = byte & (0x3fu >> left);
    return PARSER_NOTHING;
}

static enum parser_event utf8_go_on(struct parser *parser, uint8_t byte, bool *taken) {
    if ((byte & 0xc0) != 0x80) {
        parser->utf8_left = 0;
        parser->code = TEXT_REPLACEMENT;
        *taken = false;
        return PARSER_PRINT;
    }
    parser->code = parser->code << 6 | (byte & 0x3f);
    if (--parser->utf8_left > 0)
        return PARSER_NOTHING;
    if (parser->code < parser->utf8_least || parser->code > CODE_MAX ||
        (parser->code >= SURROGATES && parser->code < SURROGATES_END))
        parser->code = TEXT_REPLACEMENT;
    return PARSER_PRINT;
}

static enum parser_event ground_feed(struct parser *parser, uint8_t byte, bool *taken) {
    if (parser->utf8_left > 0)
        return utf8_go_on(parser, byte, taken);
    if (byte >= 0x80)
        return utf8_start(parser, byte);
    if (byte == DELETE)
        return PARSER_NOTHING;
    parser->code = byte;
    return byte >= ' ' ? PARSER_PRINT : PARSER_CONTROL;
}

// ---- sequences

static enum parser_event escape_feed(struct parser *parser, uint8_t byte) {
    if (byte < 0x30) {
        parser->intermediate = parser->intermediate == 0 ? byte : 0xff; // several: nothing that is known
        return PARSER_NOTHING;
    }
    parser->state = PARSER_GROUND;
    if (parser->intermediate == 0 && byte == '[') {
        sequence_start(parser, PARSER_IN_SEQUENCE);
        return PARSER_NOTHING;
    }
    if (parser->intermediate == 0 &&
        (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_')) {
        parser->state = PARSER_IN_STRING;
        return PARSER_NOTHING;
    }
    parser->final = byte;
    return PARSER_ESCAPE;
}

static void parameter_next(struct parser *parser, bool is_sub) {
    if (parser->count == PARSER_PARAMETERS_MAX) {
        parser->state = PARSER_IN_SWALLOWED;
        return;
    }
    parser->parameters[parser->count++] = (struct parser_parameter){.is_sub = is_sub};
}

static void parameter_feed(struct parser *parser, uint8_t byte) {
    if (parser->intermediate != 0) {
        parser->state = PARSER_IN_SWALLOWED;
        return;
    }
    if (parser->count == 0)
        parameter_next(parser, false);
    if (byte == ';' || byte == ':') {
        parameter_next(parser, byte == ':');
        return;
    }
    struct parser_parameter *parameter = &parser->parameters[parser->count - 1];
    parameter->value = (uint16_t)min_u64(parameter->value * 10u + (byte - '0'), PARSER_VALUE_MAX);
}

static enum parser_event sequence_feed(struct parser *parser, uint8_t byte) {
    if (byte >= 0x40) {
        parser->state = PARSER_GROUND;
        parser->final = byte;
        return PARSER_SEQUENCE;
    }
    if (byte >= '<') {
        if (parser->count > 0 || parser->marker != 0 || parser->intermediate != 0)
            parser->state = PARSER_IN_SWALLOWED;
        parser->marker = byte;
    } else if (byte >= '0') {
        parameter_feed(parser, byte);
    } else {
        if (parser->intermediate != 0)
            parser->state = PARSER_IN_SWALLOWED;
        parser->intermediate = byte;
    }
    return PARSER_NOTHING;
}

// Control characters act inside sequences as they do outside (but not inside strings); DEL is nothing.
enum parser_event parser_feed(struct parser *parser, uint8_t byte, bool *taken) {
    *taken = true;
    if (parser->state == PARSER_GROUND && (parser->utf8_left > 0 || byte != ESCAPE))
        return ground_feed(parser, byte, taken);
    if (byte == ESCAPE) {
        sequence_start(parser, PARSER_IN_ESCAPE);
        return PARSER_NOTHING;
    }
    if (byte == CANCEL || byte == SUBSTITUTE || (parser->state == PARSER_IN_STRING && byte == BELL)) {
        parser->state = PARSER_GROUND;
        return PARSER_NOTHING;
    }
    if (parser->state == PARSER_IN_STRING || byte == DELETE)
        return PARSER_NOTHING;
    if (byte < ' ') {
        parser->code = byte;
        return PARSER_CONTROL;
    }
    if (byte >= 0x80) { // no such byte belongs into a sequence: it ends here
        parser->state = PARSER_GROUND;
        *taken = false;
        return PARSER_NOTHING;
    }
    if (parser->state == PARSER_IN_ESCAPE)
        return escape_feed(parser, byte);
    if (parser->state == PARSER_IN_SEQUENCE)
        return sequence_feed(parser, byte);
    if (byte >= 0x40)
        parser->state = PARSER_GROUND;
    return PARSER_NOTHING;
}
