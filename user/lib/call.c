// SPDX-License-Identifier: MIT
//
// Calls as generated stubs see them: see tessera/call.h. No state; everything is in the caller's struct
// ts_call and the thread's message page. The page is read right after the system call that filled it, because
// the next call of the thread writes it again.
#include <tessera/call.h>
#include <tessera/syscalls.h>

static unsigned header_descriptors(uint64_t header) {
    return (unsigned)(header >> HEADER_DESCRIPTORS_SHIFT & 7);
}

static unsigned header_ranges(uint64_t header) {
    return (unsigned)(header >> HEADER_RANGES_SHIFT & 3);
}

// A release that may be refused: what is still in transit is its sender's.
static void release(uint64_t descriptor) {
    (void)!ts_descriptor_release((desc_t){descriptor});
}

// ---- server

status_t ts_call_receive(desc_t endpoint, uint64_t slots, uint64_t bytes, uint64_t deadline,
                         struct ts_call *call) {
    struct message_page *page = message_page();
    page->offer_slots = slots;
    page->offer_bytes = bytes;
    *call = (struct ts_call){0};
    status_t error = ts_receive(endpoint, deadline, call->word, &call->badge, &call->header, &call->number);
    if (error != STATUS_OK)
        return error;
    for (unsigned i = 0; i < header_ranges(call->header) && i < MESSAGE_RANGES; i++)
        call->lent[i] = page->lent[i];
    for (unsigned i = 0; i < header_descriptors(call->header) && i < MESSAGE_DESCRIPTORS; i++)
        call->received[i] = page->received[i];
    return STATUS_OK;
}

// The length of the next system call of a copy.
static uint64_t copy_step(uint64_t length, uint64_t done) {
    return length - done < LENT_COPY_MAX ? length - done : LENT_COPY_MAX;
}

// Whether [offset, offset + length) lies in the range.
static bool lent_holds(struct ts_lent lent, uint64_t offset, uint64_t length) {
    return length <= lent.length && offset <= lent.length - length;
}

status_t ts_call_read(const struct ts_call *call, struct ts_lent lent, uint64_t offset, void *buffer,
                      uint64_t length, uint64_t *done) {
    status_t error = lent_holds(lent, offset, length) ? STATUS_OK : STATUS_OUT_OF_RANGE;
    uint64_t total = 0;
    while (error == STATUS_OK && total < length) {
        uint64_t copied;
        error = ts_lent_read(call->reply, lent.range, offset + total, (char *)buffer + total,
                             copy_step(length, total), &copied);
        total += copied;
    }
    if (done)
        *done = total;
    return error;
}

status_t ts_call_write(const struct ts_call *call, struct ts_lent lent, uint64_t offset, const void *buffer,
                       uint64_t length, uint64_t *done) {
    status_t error = lent_holds(lent, offset, length) ? STATUS_OK : STATUS_OUT_OF_RANGE;
    uint64_t total = 0;
    while (error == STATUS_OK && total < length) {
        uint64_t copied;
        error = ts_lent_write(call->reply, lent.range, offset + total, (const char *)buffer + total,
                              copy_step(length, total), &copied);
        total += copied;
    }
    if (done)
        *done = total;
    return error;
}

status_t ts_call_keep(struct ts_call *call, desc_t reply) {
    status_t error = ts_reply_keep(reply);
    if (error == STATUS_OK)
        call->reply = reply;
    return error;
}

// ---- the client's half of generated code

// Takes the descriptors of an answer, or releases them all when they are not the expected ones.
static bool descriptors_take(uint64_t header, unsigned count, const uint32_t types[], desc_t taken[]) {
    const struct message_page *page = message_page();
    const unsigned came = header_descriptors(header);
    bool good = came == count;
    for (unsigned i = 0; good && i < count; i++)
        good = page->received[i].type == types[i];
    for (unsigned i = 0; i < came && i < MESSAGE_DESCRIPTORS; i++) {
        if (good)
            taken[i] = (desc_t){page->received[i].descriptor};
        else
            release(page->received[i].descriptor);
    }
    return good;
}

// Word 0 of an answer: 0 or a negative status.
static bool status_is_sound(uint64_t word) {
    return word == 0 || ((int64_t)word >= INT32_MIN && (int64_t)word < 0);
}

status_t ts_call_send(desc_t server, uint64_t header, uint64_t deadline, uint64_t words[MESSAGE_WORDS],
                      uint64_t charge, unsigned count, const uint32_t types[], desc_t taken[]) {
    struct message_page *page = message_page();
    page->offer_slots = count;
    page->offer_bytes = charge;
    for (unsigned i = 0; i < count; i++)
        taken[i] = (desc_t){DESCRIPTOR_NONE};
    uint64_t answer = 0;
    status_t error = ts_call(server, header, deadline, words, &answer);
    if (error == STATUS_OK) {
        const bool sound = status_is_sound(words[0]);
        const unsigned expected = words[0] == 0 ? count : 0;
        const bool good = descriptors_take(answer, expected, types, taken);
        error = sound && good ? (status_t)(int64_t)words[0] : STATUS_BAD_REQUEST;
        if (sound && good)
            return error;
    }
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        words[i] = 0;
    return error;
}

// ---- the server's half of generated code

bool ts_call_has(const struct ts_call *call, unsigned words, unsigned ranges, unsigned descriptors) {
    for (unsigned i = words; i < MESSAGE_WORDS; i++)
        if (call->word[i] != 0)
            return false;
    return header_ranges(call->header) == ranges && header_descriptors(call->header) == descriptors;
}

bool ts_call_descriptor_is(const struct ts_call *call, unsigned index, uint32_t type, uint64_t rights) {
    return call->received[index].type == type && (rights & ~(uint64_t)call->received[index].rights) == 0;
}

// An answer without descriptors; moved ones of the call go back. False: the kernel did not take it.
static bool answer_plain(struct ts_call *call, status_t status, unsigned results) {
    uint64_t header = (uint32_t)call->header;
    if (status != STATUS_OK && header_descriptors(call->header) != 0)
        header |= HEADER_GIVE_BACK;
    call->word[0] = (uint64_t)(int64_t)status;
    for (unsigned i = results + 1; i < MESSAGE_WORDS; i++)
        call->word[i] = 0;
    return ts_reply(call->reply, header, call->word) == STATUS_OK;
}

static void received_release(const struct ts_call *call) {
    for (unsigned i = 0; i < header_descriptors(call->header) && i < MESSAGE_DESCRIPTORS; i++)
        release(call->received[i].descriptor);
}

static void send_release(unsigned count, const struct message_descriptor send[]) {
    for (unsigned i = 0; i < count; i++)
        if (send[i].mode == DESCRIPTOR_MOVE)
            release(send[i].descriptor);
}

void ts_call_refuse(struct ts_call *call, status_t status) {
    received_release(call);
    (void)answer_plain(call, status, 0);
}

bool ts_call_answer(struct ts_call *call, status_t status, unsigned results, unsigned count,
                    const struct message_descriptor send[]) {
    if (status != STATUS_OK) {
        received_release(call);
        send_release(count, send);
        return answer_plain(call, status, results);
    }
    if (count == 0)
        return answer_plain(call, STATUS_OK, results);
    struct message_page *page = message_page();
    for (unsigned i = 0; i < count; i++)
        page->send[i] = send[i];
    call->word[0] = 0;
    for (unsigned i = results + 1; i < MESSAGE_WORDS; i++)
        call->word[i] = 0;
    const uint64_t header = (uint32_t)call->header | (uint64_t)count << HEADER_DESCRIPTORS_SHIFT;
    const status_t error = ts_reply(call->reply, header, call->word);
    if (error != STATUS_OK) {
        send_release(count, send);
        received_release(call);
        (void)answer_plain(call, error, 0);
    }
    return error == STATUS_OK;
}
