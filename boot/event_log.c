// SPDX-License-Identifier: MIT
//
// See event_log.h. Source: TCG PC Client Platform Firmware Profile 1.05, 10.2.1 (TCG_PCR_EVENT), 10.2.2
// (TCG_PCR_EVENT2), 10.4.5.1 (the event that names the algorithms and the sizes of their digests). A log in
// the newer format begins with one event in the older one.

#include "event_log.h"
#include <base/string.h>

#define OLD_HEADER    32 // PCR, type, SHA-1 digest, size of the event
#define OLD_SIZE_AT   28
#define NEW_COUNT_AT  8  // PCR, type, count, then the digests
#define SPEC_COUNT_AT 24 // in the first event's data: the number of algorithms, then id and size of each
#define DIGESTS_MAX   16

static uint64_t read_field(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    memcpy(&value, bytes, size);
    return value;
}

// A field at `at`, which moves behind it; false where the bytes end before.
static bool take(const uint8_t *log, size_t room, size_t *at, size_t size, uint64_t *value) {
    if (!range_within(*at, size, room))
        return false;
    *value = read_field(log + *at, size);
    *at += size;
    return true;
}

static bool skip(size_t room, size_t *at, uint64_t size) {
    if (!range_within(*at, size, room))
        return false;
    *at += size;
    return true;
}

static bool old_event_end(const uint8_t *log, size_t room, size_t *at) {
    uint64_t size;
    return skip(room, at, OLD_SIZE_AT) && take(log, room, at, 4, &size) && skip(room, at, size);
}

// The size of one algorithm's digests, from the first event.
static bool digest_size(const uint8_t *log, size_t room, uint64_t algorithm, uint64_t *size) {
    size_t at = OLD_HEADER + SPEC_COUNT_AT;
    uint64_t count, id;
    if (!take(log, room, &at, 4, &count) || count > DIGESTS_MAX)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!take(log, room, &at, 2, &id) || !take(log, room, &at, 2, size))
            return false;
        if (id == algorithm)
            return true;
    }
    return false;
}

static bool new_event_end(const uint8_t *log, size_t room, size_t *at) {
    uint64_t count, algorithm, size;
    if (!skip(room, at, NEW_COUNT_AT) || !take(log, room, at, 4, &count) || count > DIGESTS_MAX)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!take(log, room, at, 2, &algorithm) || !digest_size(log, room, algorithm, &size) ||
            !skip(room, at, size))
            return false;
    return take(log, room, at, 4, &size) && skip(room, at, size);
}

bool event_log_size(const uint8_t *log, size_t room, size_t last, enum event_log_format format,
                    size_t *size) {
    size_t at = last;
    bool is_new = format == EVENT_LOG_TCG_2 && last != 0;
    if (is_new ? !new_event_end(log, room, &at) : !old_event_end(log, room, &at))
        return false;
    *size = at;
    return true;
}
