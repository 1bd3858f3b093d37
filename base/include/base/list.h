// SPDX-License-Identifier: MIT
//
// Circular doubly linked list with its links inside the elements. A head and a link have the same shape; an
// empty head and a link that is in no list point at themselves, so list_remove() of an unlinked (but
// initialised) link does nothing. Not synchronised: the owner of the head guards the whole list.

#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <base/types.h>

struct list {
    struct list *next;
    struct list *previous;
};

#define LIST_INIT(name) {&(name), &(name)}

static inline void list_init(struct list *list) {
    list->next = list;
    list->previous = list;
}

// Of a link: whether it stands in no list.
static inline bool list_is_empty(const struct list *head) {
    return head->next == head;
}

static inline void list_insert_between(struct list *link, struct list *previous, struct list *next) {
    link->previous = previous;
    link->next = next;
    previous->next = link;
    next->previous = link;
}

static inline void list_push_back(struct list *head, struct list *link) {
    list_insert_between(link, head->previous, head);
}

static inline void list_push_front(struct list *head, struct list *link) {
    list_insert_between(link, head, head->next);
}

static inline void list_remove(struct list *link) {
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_init(link);
}

// The first link, taken out; nullptr when the list is empty.
static inline struct list *list_pop_front(struct list *head) {
    struct list *first = head->next;
    if (first == head)
        return nullptr;
    list_remove(first);
    return first;
}

#define list_entry(link, type, member) container_of(link, type, member)

#define list_first(head, type, member) list_entry((head)->next, type, member)

// The body must not remove the current link.
#define list_for_each(link, head) for (struct list *link = (head)->next; link != (head); link = link->next)

#endif
