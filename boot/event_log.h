// SPDX-License-Identifier: MIT
//
// How long a TPM event log is: firmware tells where it begins and where its last event begins, and the length
// of that event follows from the log itself. Pure functions on bytes that nobody vouches for.

#ifndef BOOT_EVENT_LOG_H
#define BOOT_EVENT_LOG_H

#include <base/types.h>

enum event_log_format { EVENT_LOG_TCG_1_2 = 1, EVENT_LOG_TCG_2 = 2 };

// The bytes from the beginning of the log to the end of the event at `last`. `room` bounds what may be read.
// False when the log makes no sense.
[[nodiscard]] bool event_log_size(const uint8_t *log, size_t room, size_t last, enum event_log_format format,
                                  size_t *size);

#endif
