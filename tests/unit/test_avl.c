// SPDX-License-Identifier: MIT
//
// base/avl.c: after every insertion and removal of a random run, balances, heights, links and order are
// checked over the whole tree; equal keys keep their order of insertion.

#include "unit.h"
#include "seed.h"
#include <base/avl.h>
#include <stdlib.h>

enum { KEYS = 300, STEPS = 6000 };

struct element {
    int key;
    unsigned serial; // order of insertion
    bool inside;
    struct avl_node node;
};

static struct element *element_of(const struct avl_node *node) {
    return avl_entry((struct avl_node *)(uintptr_t)node, struct element, node);
}

static bool before(const struct avl_node *a, const struct avl_node *b) {
    return element_of(a)->key < element_of(b)->key;
}

// The height of the subtree, having checked every balance and parent link in it.
static int check_subtree(const struct avl_node *node, const struct avl_node *parent) {
    if (node == NULL)
        return 0;
    assert_ptr_equal(node->parent, parent);
    int left = check_subtree(node->child[0], node);
    int right = check_subtree(node->child[1], node);
    assert_int_equal(node->balance, right - left);
    assert_in_range(node->balance + 1, 0, 2);
    return 1 + (left > right ? left : right);
}

static void check_tree(const struct avl *tree, int expected) {
    int count = 0;
    check_subtree(tree->root, NULL);
    const struct avl_node *previous = NULL;
    for (const struct avl_node *node = avl_first(tree); node != NULL; node = avl_next(node)) {
        assert_ptr_equal(avl_previous(node), previous);
        if (previous != NULL) {
            const struct element *a = element_of(previous);
            const struct element *b = element_of(node);
            assert_true(a->key < b->key || (a->key == b->key && a->serial < b->serial));
        }
        previous = node;
        count++;
    }
    assert_int_equal(count, expected);
}

static void test_random_insertions_and_removals(void **state) {
    (void)state;
    static struct element elements[KEYS];
    struct avl tree;
    int count = 0;
    unsigned seed = seed_choose("test_avl", SEED_ANY);
    avl_init(&tree);
    check_tree(&tree, 0);
    for (unsigned step = 0; step < STEPS; step++) {
        struct element *element = &elements[rand_r(&seed) % KEYS];
        if (element->inside) {
            avl_remove(&tree, &element->node);
        } else {
            element->key = rand_r(&seed) % (KEYS / 3); // so that many are equal
            element->serial = step;
            avl_insert(&tree, &element->node, before);
        }
        element->inside = !element->inside;
        count += element->inside ? 1 : -1;
        check_tree(&tree, count);
    }
}

static void test_ascending_and_descending(void **state) {
    (void)state;
    static struct element elements[KEYS];
    for (int direction = 0; direction < 2; direction++) {
        struct avl tree;
        avl_init(&tree);
        for (int i = 0; i < KEYS; i++) {
            elements[i] = (struct element){.key = direction ? KEYS - i : i, .serial = (unsigned)i};
            avl_insert(&tree, &elements[i].node, before);
            check_tree(&tree, i + 1);
        }
        for (int i = 0; i < KEYS; i++) {
            avl_remove(&tree, avl_first(&tree));
            check_tree(&tree, KEYS - i - 1);
        }
    }
}

static bool is_below(const struct avl_node *node, uint64_t key) {
    return element_of(node)->key < (int)key;
}

// Every key, each there twice or not at all, and the ends beyond the tree's.
static void test_find(void **state) {
    (void)state;
    static struct element elements[KEYS];
    for (int count = 0; count < 40; count++) {
        struct avl tree;
        avl_init(&tree);
        for (int i = 0; i < count; i++) {
            elements[i] = (struct element){.key = 2 + i / 2 * 2};
            avl_insert(&tree, &elements[i].node, before);
        }
        for (int key = 0; key <= count + 4; key++) {
            int first = 0; // that is not below
            while (first < count && elements[first].key < key)
                first++;
            const struct avl_node *from = first < count ? &elements[first].node : NULL;
            const struct avl_node *below = first > 0 ? &elements[first - 1].node : NULL;
            assert_ptr_equal(avl_find_from(&tree, is_below, (uint64_t)key), from);
            assert_ptr_equal(avl_find_below(&tree, is_below, (uint64_t)key), below);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_insertions_and_removals),
        cmocka_unit_test(test_ascending_and_descending),
        cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests_name("avl", tests, NULL, NULL);
}
