// SPDX-License-Identifier: MIT
//
// A ring of bytes, and the records of a boot that runs one command: byte 0x1e, the boot's tag (8 digits), a
// kind letter, the length (4 hexadecimal digits), a newline, then the payload. The runner on the other end
// takes program output and log apart by them. Pure; one owner.

#ifndef SERIAL_QUEUE_H
#define SERIAL_QUEUE_H

#include <base/types.h>
#include <protocols/serial_values.h>

enum { QUEUE_SIZE = 16384, RECORD_HEADER_SIZE = 15, RECORD_PAYLOAD_MAX = 0xffff };

struct queue {
    uint8_t bytes[QUEUE_SIZE];
    size_t start;
    size_t length;
};

static inline size_t queue_room(const struct queue *queue) {
    return QUEUE_SIZE - queue->length;
}

// Adds as many bytes as there is room for, and says how many.
size_t queue_push(struct queue *queue, const void *bytes, size_t length);

// Takes one byte; false when there is none.
[[nodiscard]] bool queue_pop(struct queue *queue, uint8_t *byte);

// Adds one whole record, or nothing when it does not fit.
[[nodiscard]] bool queue_push_record(struct queue *queue, const char tag[SERIAL_TAG_SIZE], char kind,
                                     const void *payload, size_t length);

// The most payload that a record can carry now; 0 when not even one byte fits.
size_t queue_record_room(const struct queue *queue);

#endif
