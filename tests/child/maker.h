// SPDX-License-Identifier: MIT
//
// The parts of a child process that is made by system calls alone, without init and its loader: memory with
// bytes in it, and what is moved into the child and mapped there. Used by the tests in the guest and by the
// benchmarks; it knows neither of them and says only with which status a call was refused.

#ifndef CHILD_MAKER_H
#define CHILD_MAKER_H

#include <abi/objects.h>
#include <abi/status.h>
#include <base/types.h>
#include <tessera/syscalls.h>

// New memory of `size` bytes, a number of pages, with these bytes at `offset`. Nothing is left mapped here.
[[nodiscard]] status_t maker_fill(const void *bytes, uint64_t length, uint64_t offset, uint64_t size,
                                  desc_t *memory);

// A descriptor of ours into the process: we lose it, also when it is refused.
[[nodiscard]] status_t maker_give(desc_t process, desc_t descriptor, uint64_t rights, desc_t *moved);

// Memory of ours into the process, mapped there from its start with these MAP_ flags.
[[nodiscard]] status_t maker_map(desc_t process, desc_t space, desc_t memory, uint64_t address, uint64_t size,
                                 uint64_t flags);

#endif
