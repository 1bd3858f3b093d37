// SPDX-License-Identifier: MIT
//
// See terminal_parts.h: SGR, how the characters look that are printed from now on (ECMA-48, 8.3.117; colours:
// ISO 8613-6 as xterm reads it).

#include "terminal_parts.h"

static uint32_t byte_of(const struct parser_parameter *parameter) {
    return (uint32_t)min_u64(parameter->value, 255);
}

// The parameters of one extended colour, which begins at `at`: 38;5;N, 38;2;R;G;B, the same with colons, and
// 38:2:SPACE:R:G:B. Returns how many there are; *colour stays when they make no sense.
static unsigned colour_take(const struct parser *parser, unsigned at, uint32_t *colour) {
    const struct parser_parameter *p = &parser->parameters[at];
    unsigned left = parser->count - at;
    unsigned subs = 0;
    while (subs + 1 < left && p[subs + 1].is_sub)
        subs++;
    if (subs == 0 && left >= 2 && p[1].value == 5) {
        if (left >= 3)
            *colour = COLOUR_INDEX | byte_of(&p[2]);
        return left >= 3 ? 3 : left;
    }
    if (subs == 0 && left >= 2 && p[1].value == 2) {
        if (left >= 5)
            *colour = COLOUR_RGB | byte_of(&p[2]) << 16 | byte_of(&p[3]) << 8 | byte_of(&p[4]);
        return left >= 5 ? 5 : left;
    }
    if (subs >= 2 && p[1].value == 5)
        *colour = COLOUR_INDEX | byte_of(&p[2]);
    if (subs >= 4 && p[1].value == 2) {
        p += subs >= 5 ? 1 : 0; // a colour space, which nobody uses
        *colour = COLOUR_RGB | byte_of(&p[2]) << 16 | byte_of(&p[3]) << 8 | byte_of(&p[4]);
    }
    return subs + 1;
}

static void flag_set(struct cell *pen, unsigned value) {
    static const struct {
        uint8_t on, off;
        uint32_t flag;
    } flags[] = {{1, 22, CELL_BOLD}, {4, 24, CELL_UNDERLINE}, {7, 27, CELL_REVERSE}, {8, 28, CELL_HIDDEN}};
    for (size_t i = 0; i < array_length(flags); i++) {
        if (value == flags[i].on)
            pen->code |= flags[i].flag;
        if (value == flags[i].off)
            pen->code &= ~flags[i].flag;
    }
    if (value == 21)
        pen->code |= CELL_UNDERLINE; // doubly underlined
}

static void attribute_set(struct cell *pen, unsigned value) {
    if (value == 0) {
        *pen = (struct cell){};
    } else if (value >= 30 && value <= 37) {
        pen->ink = COLOUR_INDEX | (value - 30);
    } else if (value == 39) {
        pen->ink = COLOUR_DEFAULT;
    } else if (value >= 40 && value <= 47) {
        pen->paper = COLOUR_INDEX | (value - 40);
    } else if (value == 49) {
        pen->paper = COLOUR_DEFAULT;
    } else if (value >= 90 && value <= 97) {
        pen->ink = COLOUR_INDEX | (value - 90 + 8);
    } else if (value >= 100 && value <= 107) {
        pen->paper = COLOUR_INDEX | (value - 100 + 8);
    } else {
        flag_set(pen, value);
    }
}

void terminal_attributes(struct terminal *terminal) {
    const struct parser *parser = &terminal->parser;
    struct cell *pen = &terminal->cursor.pen;
    if (parser->count == 0)
        attribute_set(pen, 0);
    for (unsigned at = 0; at < parser->count;) {
        const struct parser_parameter *parameter = &parser->parameters[at];
        if (parameter->value == 38 || parameter->value == 48) {
            at += colour_take(parser, at, parameter->value == 38 ? &pen->ink : &pen->paper);
            continue;
        }
        // 4:0 is "not underlined"; other kinds of underlining are one here.
        bool has_sub = at + 1 < parser->count && parser->parameters[at + 1].is_sub;
        unsigned value = parameter->value;
        if (has_sub && value == 4 && parser->parameters[at + 1].value == 0)
            value = 24;
        attribute_set(pen, value);
        at++;
        while (at < parser->count && parser->parameters[at].is_sub)
            at++;
    }
}
