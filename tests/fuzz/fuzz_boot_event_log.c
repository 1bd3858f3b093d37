// SPDX-License-Identifier: MIT
//
// boot/event_log.c on arbitrary bytes: a size that comes out lies inside the bytes, and behind the last
// event.

#include "fuzz.h"
#include "../../boot/event_log.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint16_t last;
    if (size < 3)
        return 0;
    memcpy(&last, bytes, 2);
    enum event_log_format format = bytes[2] & 1 ? EVENT_LOG_TCG_2 : EVENT_LOG_TCG_1_2;
    size -= 3;
    uint8_t *copy = malloc(size > 0 ? size : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, bytes + 3, size);
    size_t end;
    if (event_log_size(copy, size, last, format, &end))
        fuzz_check(end > last && end <= size);
    free(copy);
    return 0;
}
