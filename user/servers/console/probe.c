// SPDX-License-Identifier: MIT
//
// See probe.h.

#include "probe.h"

enum { ESCAPE = 27 };

void probe_ask(struct probe *probe) {
    probe->asking = true;
    probe->held_count = 0;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

// ESC [ digits ; digits, or the start of that.
static bool may_go_on(const struct probe *probe) {
    const char *held = probe->held;
    size_t separators = 0;
    if (held[0] != ESCAPE || (probe->held_count > 1 && held[1] != '['))
        return false;
    for (size_t i = 2; i < probe->held_count; i++) {
        if (!is_digit(held[i]) && (held[i] != ';' || i == 2 || ++separators > 1))
            return false;
    }
    return probe->held_count < PROBE_HELD_MAX;
}

static unsigned number_take(const char **at) {
    unsigned number = 0;
    for (; is_digit(**at); (*at)++)
        number = (unsigned)min_u64(number * 10 + (unsigned)(**at - '0'), PROBE_SIZE_MAX);
    return number;
}

// What is held ends with 'R'.
static bool answer_take(struct probe *probe) {
    const char *at = probe->held + 2;
    if (probe->held_count < 6 || probe->held[0] != ESCAPE || probe->held[1] != '[')
        return false;
    unsigned rows = number_take(&at);
    if (*at++ != ';')
        return false;
    unsigned columns = number_take(&at);
    if (*at != 'R' || rows == 0 || columns == 0)
        return false;
    probe->rows = rows;
    probe->columns = columns;
    return true;
}

enum probe_result probe_feed(struct probe *probe, char byte) {
    probe->held[probe->held_count++] = byte;
    if (byte == 'R' && answer_take(probe)) {
        probe->asking = false;
        probe->held_count = 0;
        return PROBE_ANSWERED;
    }
    return may_go_on(probe) ? PROBE_NOTHING : PROBE_TYPED;
}
