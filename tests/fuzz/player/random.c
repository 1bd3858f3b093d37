// SPDX-License-Identifier: MIT
//
// Where all decisions come from: a generator with a seed (SplitMix64), or the input of a fuzzer.

#include "player.h"

uint64_t random_state, seed;
const uint8_t *input;
size_t input_left;
bool input_used;

uint64_t random_next(void) {
    if (input_used) {
        uint64_t value = 0;
        size_t take = input_left < 2 ? input_left : 2;
        memcpy(&value, input, take);
        input += take;
        input_left -= take;
        return value * 0x9e3779b97f4a7c15 >> 16;
    }
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t below(uint64_t limit) {
    return random_next() % limit;
}

bool one_in(uint64_t n) {
    return below(n) == 0;
}
