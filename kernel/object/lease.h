// SPDX-License-Identifier: MIT
//
// The place of leases: no call makes one yet. A lease will hang under the slot it was made from (struct
// slot), be taken under LOCK_LEASE, between the process lock and the space lock, and end by comparing its
// deadline with the clock at use.
#pragma once
#include "object/object.h"

struct lease {
    struct object object;
    uint64_t deadline;
    struct slot *lender;
};
