// SPDX-License-Identifier: MIT
//
// Levels of the system's log, most severe first. A line of the log is a time stamp in brackets, the letter of
// its level, and the text: `[    0.245882] I init: console (3) started`. Lines down to LOG_NOTICE are shown
// on the console when they are written.

#ifndef BASE_LOG_LEVEL_H
#define BASE_LOG_LEVEL_H

#include <base/types.h>

enum log_level {
    LOG_ERROR = 0,   // something is broken or lost
    LOG_WARNING = 1, // something is not as it should be; the system goes on
    LOG_NOTICE = 2,  // what a person at the console wants to know
    LOG_INFO = 3,    // what happened
    LOG_DEBUG = 4,
    LOG_LEVELS = 5,
};

#define LOG_LEVEL_LETTERS "EWNID"

enum { LOG_LEVEL_SIZE = 2 }; // bytes before a line's text: the letter and a blank

// Whether a text begins with the letter of a level and a blank; *level is set then.
static inline bool log_level_take(const char *text, size_t length, enum log_level *level) {
    if (length < LOG_LEVEL_SIZE || text[1] != ' ')
        return false;
    for (unsigned i = 0; i < LOG_LEVELS; i++) {
        if (text[0] != LOG_LEVEL_LETTERS[i])
            continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

#endif
