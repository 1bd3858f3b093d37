// SPDX-License-Identifier: MIT
//
// What the generated dispatcher and the bodies of the system calls share. A body returns a status;
// STATUS_PENDING: the thread waits, or an operation goes on; STATUS_RESTART: nothing was done, enter the call
// again.
#pragma once
#include <arch/thread.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/status.h>
#include <abi/structs.h>
#include "memory/user.h"
#include "object/descriptor.h"
#include "object/process.h"
#include "object/thread.h"

void syscall_dispatch(struct thread *self);
