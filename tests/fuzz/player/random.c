// SPDX-License-Identifier: MIT
//
// Where all decisions come from: a generator with a seed (SplitMix64), or the input of a fuzzer.

#include "player.h"
#include <base/splitmix.h>

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
        return splitmix64(&value);
    }
    return splitmix64(&random_state);
}

uint64_t below(uint64_t limit) {
    return random_next() % limit;
}

bool one_in(uint64_t n) {
    return below(n) == 0;
}
