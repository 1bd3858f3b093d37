// SPDX-License-Identifier: MIT
//
// For start code only: tells the library where the start-up pages and the first thread's message page are.

#ifndef USER_STARTUP_SET_H
#define USER_STARTUP_SET_H

#include <user/startup.h>

void startup_set(const struct startup *pages, struct message_page *page);

#endif
