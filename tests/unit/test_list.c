// SPDX-License-Identifier: MIT
//
// base/list.h: order and removal anywhere.

#include "unit.h"
#include <base/list.h>

struct element {
    int value;
    struct list link;
};

// The values in list order as decimal digits; both directions must agree.
static int list_digits(struct list *head) {
    int digits = 0;
    int reversed = 0;
    int scale = 1;
    list_for_each(link, head) {
        int value = list_entry(link, struct element, link)->value;
        digits = digits * 10 + value;
    }
    for (struct list *link = head->previous; link != head; link = link->previous) {
        reversed += list_entry(link, struct element, link)->value * scale;
        scale *= 10;
    }
    assert_int_equal(digits, reversed);
    return digits;
}

static void test_order_and_removal(void **state) {
    (void)state;
    struct list head = LIST_INIT(head);
    struct element elements[6];
    assert_true(list_is_empty(&head));
    assert_null(list_pop_front(&head));
    for (int i = 1; i <= 5; i++) {
        elements[i] = (struct element){.value = i};
        list_init(&elements[i].link);
        assert_true(list_is_empty(&elements[i].link));
    }
    list_push_back(&head, &elements[2].link);
    list_push_back(&head, &elements[4].link);
    list_push_back(&head, &elements[3].link);
    list_push_front(&head, &elements[1].link);
    assert_int_equal(list_digits(&head), 1243);
    list_remove(&elements[2].link);
    assert_true(list_is_empty(&elements[2].link));
    list_remove(&elements[2].link);
    assert_int_equal(list_digits(&head), 143);
    assert_ptr_equal(list_pop_front(&head), &elements[1].link);
    assert_int_equal(list_digits(&head), 43);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_removal),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
