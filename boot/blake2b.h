// SPDX-License-Identifier: MIT
//
// BLAKE2b with a digest of 64 bytes and no key, which is how limine.conf and kernels state what a file must
// be. A pure function of the bytes; not for secrets.

#ifndef BOOT_BLAKE2B_H
#define BOOT_BLAKE2B_H

#include <base/types.h>

#define BLAKE2B_SIZE 64

void blake2b(const void *bytes, size_t length, uint8_t digest[BLAKE2B_SIZE]);

// Whether `hexadecimal` (2 * BLAKE2B_SIZE digits of either case) is the digest of the bytes.
bool blake2b_matches(const void *bytes, size_t length, const char *hexadecimal);

#endif
