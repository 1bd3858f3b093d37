// SPDX-License-Identifier: MIT
//
// See clients.h.

#include "clients.h"
#include <user/image_grants.h>

enum { PASSES_MAX = 16 };

struct client *client_find(uint32_t process) {
    for (size_t i = 0; process != 0 && i < CLIENTS_MAX; i++) {
        if (console.clients[i].process == process)
            return &console.clients[i];
    }
    return nullptr;
}

struct client *client_make(uint32_t process) {
    struct client *found = client_find(process);
    for (size_t i = 0; found == nullptr && i < CLIENTS_MAX; i++) {
        if (console.clients[i].process != 0)
            continue;
        found = &console.clients[i];
        *found = (struct client){.process = process};
    }
    return found;
}

void client_end(struct session *session, uint32_t process) {
    struct client *client = client_find(process);
    if (client != nullptr)
        *client = (struct client){};
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (console.clients[i].passed_to == process)
            console.clients[i].passed_to = 0;
    }
    // The shell may wait for what that one has left behind in its group, which Ctrl-C ends.
    if (session->foreground == process)
        session->foreground_gone = true;
    if (session->shell == process)
        session->shell = 0;
    if (session->foreground_gone && session->shell == 0) {
        session->foreground = 0;
        session->foreground_gone = false;
    }
}

// A circle ends somewhere in it.
uint32_t client_in_turn(const struct session *session) {
    uint32_t process = session->foreground != 0 ? session->foreground : session->shell;
    for (size_t i = 0; i < PASSES_MAX; i++) {
        const struct client *client = client_find(process);
        if (client == nullptr || client->passed_to == 0)
            break;
        process = client->passed_to;
    }
    return process;
}

bool client_may_read(uint64_t badge) {
    uint32_t process = client_in_turn(session_of(badge));
    return process == 0 || process == badge_process(badge);
}
