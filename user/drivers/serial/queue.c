// SPDX-License-Identifier: MIT
//
// See queue.h.

#include "queue.h"
#include <base/format.h>
#include <base/string.h>

size_t queue_push(struct queue *queue, const void *bytes, size_t length) {
    size_t count = min_u64(length, queue_room(queue));
    size_t end = (queue->start + queue->length) % QUEUE_SIZE;
    size_t first = min_u64(count, QUEUE_SIZE - end);
    memcpy(queue->bytes + end, bytes, first);
    memcpy(queue->bytes, (const uint8_t *)bytes + first, count - first);
    queue->length += count;
    return count;
}

bool queue_pop(struct queue *queue, uint8_t *byte) {
    if (queue->length == 0)
        return false;
    *byte = queue->bytes[queue->start];
    queue->start = (queue->start + 1) % QUEUE_SIZE;
    queue->length--;
    return true;
}

bool queue_push_record(struct queue *queue, const char tag[SERIAL_TAG_SIZE], char kind, const void *payload,
                       size_t length) {
    if (length > RECORD_PAYLOAD_MAX || RECORD_HEADER_SIZE + length > queue_room(queue))
        return false;
    char header[RECORD_HEADER_SIZE + 1];
    format_buffer(header, sizeof(header), "\x1e%.8s%c%04zx\n", tag, kind, length);
    queue_push(queue, header, RECORD_HEADER_SIZE);
    queue_push(queue, payload, length);
    return true;
}

size_t queue_record_room(const struct queue *queue) {
    size_t room = queue_room(queue);
    return room > RECORD_HEADER_SIZE ? min_u64(room - RECORD_HEADER_SIZE, RECORD_PAYLOAD_MAX) : 0;
}
