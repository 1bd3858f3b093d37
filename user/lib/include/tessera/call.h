// SPDX-License-Identifier: MIT
//
// What generated protocol stubs stand on (protocols/*.h, made by tools/abigen): a received call, its lent
// ranges, its answer. user/lib/call.c belongs into the library's sources; message_page() comes from the start
// code.
//
// A server, one thread:
//
//     struct ts_call call;
//     while (ts_call_receive(endpoint, CONSOLE_OFFER_SLOTS, CONSOLE_OFFER_BYTES, DEADLINE_NONE, &call) ==
//     STATUS_OK)
//         if (!console_serve(&operations, &state, &call))
//             event(&call); // the kernel speaks: EVENT_ or FAULT_ in the header
//
// Lifecycle of a call: ts_call_receive() fills it; it is answered once, by console_serve() or later by
// console_read_reply(). Until then ranges can be read and written. A handler that wants to answer later calls
// ts_call_keep() with an empty reply object, copies the struct, and returns TS_REPLY_LATER;
// console_read_reply() then works on the copy, in any thread of the process.
#pragma once

#include <stdint.h>
#include <abi/constants.h>
#include <abi/status.h>
#include <abi/structs.h>

struct ts_call {
    uint64_t badge;  // badge value of the caller; 0 without badge
    uint64_t header; // of the message
    uint64_t number; // the kernel's number of the call, never the same for two
    uint64_t word[MESSAGE_WORDS];
    struct message_range lent[MESSAGE_RANGES];             // as many as the header says
    struct message_received received[MESSAGE_DESCRIPTORS]; // as many as the header says
    desc_t reply;                                          // 0: the thread's own; else the one that keeps it
    void *context;                                         // what the server gave to serve()
};

// A range of the caller's memory. Its length is fixed when the call is made; its content is the caller's to
// change at any time, so copy once and check the copy.
struct ts_lent {
    unsigned range;
    uint64_t length;
};

// A handler returns it when ts_call_keep() succeeded and the answer comes later.
#define TS_REPLY_LATER ((status_t)INT32_MAX)

// ---- server

// Waits for a message and accepts up to `slots` descriptors with a charge of up to `bytes` with it. Errors:
// those of ts_receive().
status_t ts_call_receive(desc_t endpoint, uint64_t slots, uint64_t bytes, uint64_t deadline,
                         struct ts_call *call);

// Copies all of `length` bytes at `offset` of a range, or fails: LENT_FAULT, CALLER_GONE, OUT_OF_RANGE, and
// BAD_ADDRESS for the server's own buffer. `done` (may be null) is what was copied, also after an error.
status_t ts_call_read(const struct ts_call *call, struct ts_lent lent, uint64_t offset, void *buffer,
                      uint64_t length, uint64_t *done);
status_t ts_call_write(const struct ts_call *call, struct ts_lent lent, uint64_t offset, const void *buffer,
                       uint64_t length, uint64_t *done);

// Moves the call into an empty reply object, so that the thread can receive again. Errors: those of
// ts_reply_keep().
status_t ts_call_keep(struct ts_call *call, desc_t reply);

// ---- for generated code

// Sends words[] with a protocol's header and takes the answer: the transport's error, or the status in word
// 0. `count` descriptors of these types are expected with STATUS_OK, and stored in `taken`; otherwise `taken`
// is DESCRIPTOR_NONE. Descriptors that were not expected are released. A malformed answer is BAD_REQUEST,
// with all words 0.
status_t ts_call_send(desc_t server, uint64_t header, uint64_t deadline, uint64_t words[MESSAGE_WORDS],
                      uint64_t charge, unsigned count, const uint32_t types[], desc_t taken[]);

// Whether the message has exactly so many words (all others 0), ranges and descriptors.
bool ts_call_has(const struct ts_call *call, unsigned words, unsigned ranges, unsigned descriptors);
bool ts_call_descriptor_is(const struct ts_call *call, unsigned index, uint32_t type, uint64_t rights);

// Answers with a status, `results` words from word[1] on, and descriptors. With an error no descriptor is
// sent (those to be moved are released), moved ones of the call go back and cloned ones are released. False:
// it could not be delivered, because the caller has gone or, as it learns then, the descriptors did not fit;
// most servers need not know.
bool ts_call_answer(struct ts_call *call, status_t status, unsigned results, unsigned count,
                    const struct message_descriptor send[]);
// The same without results.
void ts_call_refuse(struct ts_call *call, status_t status);

// The calling thread's message page.
struct message_page *message_page(void);
