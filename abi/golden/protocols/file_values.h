// SPDX-License-Identifier: MIT
// protocols/file_values.h: the numbers of the protocol file, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum file_label : uint32_t {
    FILE_OPEN = 1,
    FILE_READ = 2,
    FILE_LIST = 3,
    FILE_STAT = 4,
    FILE_CREATE = 5,
    FILE_WRITE = 6,
    FILE_TRUNCATE = 7,
    FILE_REMOVE = 8,
    FILE_RENAME = 9,
    FILE_SPACE = 10,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define FILE_OFFER_SLOTS 0
#define FILE_OFFER_BYTES 0ULL

#define FILE_PATH_MAX 1024ULL // most bytes of a path
#define FILE_NAME_MAX 255ULL // most bytes of a part of a path
#define FILE_LIST_MIN 256ULL // least room for a name that is listed: any part of a path
#define FILE_LIST_MAX 1024ULL // most room for it: the boot archive may hold names that no path can say
#define FILE_READ_MAX 0x100000ULL // most bytes of one read
#define FILE_WRITE_MAX 262144ULL // most bytes of one write
#define FILE_AT_END 0xffffffffffffffffULL // offset of a write: at the end of the file
#define FILE_BLOCK_SIZE 4096ULL // bytes of a block of /tmp
#define FILE_MODE_PERMISSIONS 4095ULL // of a mode: the permission bits
#define FILE_MODE_DIRECTORY 0x100000000ULL // of a mode: it is a directory

// What to make, and what to do about one that exists.
enum file_create : uint64_t {
    FILE_CREATE_OPEN = 0ULL, // a file; one that exists is opened
    FILE_CREATE_NEW = 1ULL, // a file that must not exist
    FILE_CREATE_EMPTY = 2ULL, // a file; one that exists is emptied
    FILE_CREATE_DIRECTORY = 3ULL, // a directory, which must not exist
};

// What to remove.
enum file_remove : uint64_t {
    FILE_REMOVE_FILE = 0ULL, // a file
    FILE_REMOVE_DIRECTORY = 1ULL, // an empty directory
};
