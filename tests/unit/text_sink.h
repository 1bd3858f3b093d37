// SPDX-License-Identifier: MIT
//
// A format sink that collects text, for tests of what prints through one. text_sink_take() empties it.

#ifndef TESTS_UNIT_TEXT_SINK_H
#define TESTS_UNIT_TEXT_SINK_H

#include "unit.h"
#include <string.h>

struct text_sink {
    char text[8192];
    size_t length;
};

static inline void text_sink(void *context, const char *bytes, size_t length) {
    struct text_sink *sink = context;
    assert_true(length < sizeof(sink->text) - sink->length);
    memcpy(sink->text + sink->length, bytes, length);
    sink->length += length;
    sink->text[sink->length] = '\0';
}

// What was collected since the last call; valid until the next output.
static inline const char *text_sink_take(struct text_sink *sink) {
    sink->text[sink->length] = '\0';
    sink->length = 0;
    return sink->text;
}

#endif
