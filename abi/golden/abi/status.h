// SPDX-License-Identifier: MIT
// abi/status.h: what a system call or a service stub returns: 0, or a negative error. Made by tools/abigen;
// edit the TOML instead.

#pragma once

#include <stdint.h>

typedef enum [[nodiscard]] status : int32_t {
    STATUS_OK = 0, // success
    STATUS_BAD_CALL = -1, // no such system call
    STATUS_BAD_FLAGS = -2, // a flag bit or reserved field that is not defined is set
    STATUS_BAD_VALUE = -3, // an argument is outside its documented range
    STATUS_BAD_SIZE = -4, // a size or length is zero, too large, or not the size of the structure
    STATUS_BAD_ALIGNMENT = -5, // an address, offset or length is not aligned as documented
    STATUS_BAD_ADDRESS = -6, // a user address is outside user space, not mapped, without the right, or not ordinary memory
    STATUS_BAD_DESCRIPTOR = -7, // the descriptor names nothing, or is stale
    STATUS_WRONG_TYPE = -8, // the descriptor names an object of another type
    STATUS_WRONG_KIND = -9, // the descriptor is weak, borrowed or in transit where a strong one is needed (or the other way round)
    STATUS_NO_RIGHT = -10, // the descriptor lacks a right that the call needs or passes on
    STATUS_NO_QUOTA = -11, // the charge would exceed the quota
    STATUS_TABLE_FULL = -12, // the descriptor table, or the process's table of threads, is full
    STATUS_OUT_OF_RANGE = -13, // offset and length reach beyond the object, or the object beyond what the right covers
    STATUS_OVERLAP = -14, // the range overlaps one that exists
    STATUS_NOT_MAPPED = -15, // no mapping starts at this address, or the address is not mapped
    STATUS_WRITE_EXECUTE = -16, // writable and executable at once is refused
    STATUS_DEAD = -17, // the object that the weak descriptor names has ended
    STATUS_CLOSED = -18, // the descriptor waited on was released, or its object ended, during the wait
    STATUS_ENDED = -19, // the lease has ended
    STATUS_NO_SERVER = -20, // no process holds the right to receive at this endpoint
    STATUS_SERVER_DIED = -21, // who had received the call ended before the answer; what it asks for may have been done
    STATUS_DROPPED = -22, // the server released the reply, or its thread ended, without an answer
    STATUS_CALLER_GONE = -23, // the caller ended, cancelled, or passed its deadline before the answer
    STATUS_CANCELLED = -24, // the badge that the call came through was destroyed by the server
    STATUS_NOT_OFFERED = -25, // the message carries more descriptors, or a greater charge, than the receiver offered
    STATUS_REPLY_PENDING = -26, // the thread still owes an answer to the call that it received last
    STATUS_NO_CALL = -27, // there is no call to answer
    STATUS_TIMED_OUT = -28, // the deadline passed
    STATUS_LENT_FAULT = -29, // the caller's lent range is not mapped or lacks the right there
    STATUS_MAPPED = -30, // the descriptor has mappings, or a thread waits or is bound through it, and it cannot be moved
    STATUS_LENT = -31, // the descriptor has live leases
    STATUS_IN_TRANSIT = -32, // the descriptor is travelling in a call that is not answered yet
    STATUS_WOULD_ORPHAN = -33, // moving the last strong process or thread descriptor into a process that was not started
    STATUS_STARTED = -34, // the thread was started before
    STATUS_PROCESS_ENDED = -35, // the target process has ended or is ending
    STATUS_TAKEN = -36, // the interrupt line, or the physical range, belongs to somebody else
    STATUS_CHANGED = -37, // the futex word does not hold the expected value
    STATUS_DUPLICATE = -38, // one descriptor stands twice in a message, or the badge value exists
    STATUS_NO_PLACE = -39, // all badge places of the endpoint are used
    STATUS_BOUND = -40, // the notification, interrupt or thread is bound already
    STATUS_NOT_BOUND = -41, // nothing is bound here
    STATUS_NOT_SEEDED = -42, // the random generator has no entropy yet
    STATUS_NOT_HERE = -43, // this machine does not have it
    STATUS_SEALED = -44, // the memory object is sealed
    STATUS_SELF = -45, // the call would act on its own process or descriptor in a way that is refused
    STATUS_NOTHING_LEFT = -46, // the listing has no further entry
    STATUS_NOT_FOUND = -64, // no file, program or service of this name
    STATUS_BAD_NAME = -65, // the name is empty, too long, or has a forbidden byte
    STATUS_NOT_PERMITTED = -66, // the badge does not carry the grant that the request needs
    STATUS_BAD_REQUEST = -67, // unknown label, or an argument that the protocol does not allow
    STATUS_TOO_MANY = -68, // the client's limit at this service is reached
    STATUS_BAD_IMAGE = -69, // the file is not a program that this system can run
    STATUS_IS_DIRECTORY = -70, // the name is a directory
    STATUS_NOT_DIRECTORY = -71, // the name is not a directory
    STATUS_INTERRUPTED = -72, // Ctrl-C ended the wait
    STATUS_READ_ONLY = -73, // the file system cannot be written
    STATUS_EXISTS = -74, // the name exists already
    STATUS_NO_SPACE = -75, // there is no space left for this client
    STATUS_NOT_EMPTY = -76, // the directory is not empty
    STATUS_IN_ITSELF = -77, // a directory cannot be moved into itself
    STATUS_PIPE_CLOSED = -90, // nobody holds the other end of the pipe any more
#ifdef ABI_KERNEL // never seen by a program
    STATUS_PENDING = 1, // the thread waits or has ended; its result comes later
    STATUS_RESTART = 2, // a bounded step was done; the call is entered again
#endif
} status_t;

// The name without STATUS_ ("BAD_CALL"), and a line for people. Never null, also for unknown values.
const char *status_name(status_t status);
const char *status_text(status_t status);
