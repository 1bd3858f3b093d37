// SPDX-License-Identifier: MIT
//
// The seed of a test that makes random choices: TEST_SEED when it is given. It is said with the command that
// repeats the run.

#ifndef TESTS_UNIT_SEED_H
#define TESTS_UNIT_SEED_H

#include "unit.h"
#include <stdlib.h>
#include <time.h>

enum { SEED_ANY = 0 };

// `usual` is taken when none is given; SEED_ANY: another one each time.
static inline unsigned seed_choose(const char *test, unsigned usual) {
    const char *given = getenv("TEST_SEED");
    unsigned seed = usual != SEED_ANY ? usual : (unsigned)time(NULL);
    if (given != NULL)
        seed = (unsigned)strtoul(given, NULL, 0);
    print_message("# seed %u; repeat with TEST_SEED=%u build/host/tests/unit/%s\n", seed, seed, test);
    return seed;
}

#endif
