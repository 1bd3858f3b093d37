// SPDX-License-Identifier: MIT
//
// Redirections: from `< FILE`, `> FILE`, `2>&1` to streams, and the shell's own streams while it does itself
// what they stand behind.

#include "shell.h"
#include <base/string.h>
#include <user/fs.h>
#include <user/program.h>

static status_t redirection_open(const struct redirection *redirection, const char *name,
                                 struct stream *stream) {
    char path[PATH_SIZE];
    struct file file = {};
    if (strcmp(name, "/dev/null") == 0) {
        *stream = (struct stream){.kind = STREAM_NOTHING};
        return STATUS_OK;
    }
    if (!path_resolve(shell.directory, name, path))
        return STATUS_BAD_NAME;
    status_t status;
    if (redirection->kind == REDIRECT_INPUT || path_ends_with_slash(name)) {
        status = fs_open(path, &file);
    } else {
        status = fs_create(path, redirection->kind == REDIRECT_APPEND ? FILE_CREATE_OPEN : FILE_CREATE_EMPTY,
                           &file);
    }
    if (status == STATUS_OK && file.is_directory)
        status = STATUS_IS_DIRECTORY;
    else if (status == STATUS_OK && path_ends_with_slash(name))
        status = STATUS_NOT_DIRECTORY;
    *stream = (struct stream){.kind = STREAM_FILE, .number = file.number};
    return status;
}

bool streams_redirect(const struct node *node, struct stream streams[STREAM_COUNT]) {
    static struct fields name;
    for (size_t i = 0; i < node->redirection_count; i++) {
        const struct redirection *redirection = &shell.tree.redirections[node->redirections + i];
        if (redirection->kind == REDIRECT_SAME) {
            streams[redirection->stream] = streams[redirection->same_as];
            continue;
        }
        fields_clear(&name);
        if (!whole_expand(redirection->target, &name))
            return false;
        status_t status = redirection_open(redirection, name.words[0], &streams[redirection->stream]);
        if (status != STATUS_OK) {
            print_error("%s: %s", name.words[0], status_text(status));
            shell.status = 1;
            return false;
        }
    }
    return true;
}

void streams_get(struct stream streams[STREAM_COUNT]) {
    for (size_t i = 0; i < STREAM_COUNT; i++)
        streams[i] = stream_get(i);
}

void streams_enter(struct streams_kept *kept, const struct stream streams[STREAM_COUNT]) {
    streams_get(kept->own);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        kept->changed[i] = memcmp(&kept->own[i], &streams[i], sizeof(streams[i])) != 0;
        stream_set(i, streams[i]);
    }
}

// What was read of the shell's own input has been read.
void streams_leave(const struct streams_kept *kept) {
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (kept->changed[i])
            stream_set(i, kept->own[i]);
    }
}
