// SPDX-License-Identifier: MIT
//
// See user/path.h. The result is built part by part, so that `..` takes the last part away again.

#include <user/path.h>
#include <base/string.h>

struct builder {
    char *out;
    size_t length; // 0 stands for the root
};

static bool add_part(struct builder *builder, const char *part, size_t length) {
    if (length == 0 || (length == 1 && part[0] == '.'))
        return true;
    if (length == 2 && part[0] == '.' && part[1] == '.') {
        builder->length = path_parent(builder->out, builder->length);
        return true;
    }
    if (length + 2 > PATH_SIZE - builder->length)
        return false;
    builder->out[builder->length] = '/';
    memcpy(builder->out + builder->length + 1, part, length);
    builder->length += length + 1;
    return true;
}

static bool add_parts(struct builder *builder, const char *path) {
    while (*path != 0) {
        const char *slash = strchr(path, '/');
        size_t length = slash != nullptr ? (size_t)(slash - path) : strlen(path);
        if (!add_part(builder, path, length))
            return false;
        path += slash != nullptr ? length + 1 : length;
    }
    return true;
}

bool path_resolve(const char *directory, const char *path, char out[PATH_SIZE]) {
    struct builder builder = {.out = out};
    if (path[0] == 0)
        return false;
    if (path[0] != '/' && !add_parts(&builder, directory))
        return false;
    if (!add_parts(&builder, path))
        return false;
    if (builder.length == 0)
        out[builder.length++] = '/';
    out[builder.length] = 0;
    return true;
}

bool path_inside(const char *directory, const char *folder, const char *path, char out[PATH_SIZE]) {
    char absolute[PATH_SIZE], source[PATH_SIZE];
    return path_resolve(directory, path, source) && path_base(source)[0] != 0 &&
           path_resolve(directory, folder, absolute) && path_resolve(absolute, path_base(source), out);
}

bool path_ends_with_slash(const char *path) {
    size_t length = strlen(path);
    return length > 0 && path[length - 1] == '/';
}

const char *path_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != nullptr ? slash + 1 : path;
}
