// SPDX-License-Identifier: MIT
//
// splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): numbers
// that look random and repeat with the seed. For tests, and to spread what little a clock knows; nothing
// secret may rest on it.

#ifndef BASE_SPLITMIX_H
#define BASE_SPLITMIX_H

#include <base/types.h>

// The next number; any state is a seed.
static inline uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

#endif
