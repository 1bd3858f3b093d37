// SPDX-License-Identifier: MIT
//
// Balanced search tree (AVL) with its links inside the elements. Height is at most 1.45 log2(n), and no
// function recurses, so every operation is bounded by the number of elements' logarithm. Not synchronised:
// the owner of the tree guards it. Equal keys are refused by the caller's comparison or kept in order of
// insertion (to the right).

#ifndef BASE_AVL_H
#define BASE_AVL_H

#include <base/types.h>

struct avl_node {
    struct avl_node *parent;
    struct avl_node *child[2];
    int balance; // height of the right subtree less that of the left: -1, 0, 1
};

struct avl {
    struct avl_node *root;
};

// Whether a stands before b.
typedef bool avl_before(const struct avl_node *a, const struct avl_node *b);

static inline void avl_init(struct avl *tree) {
    tree->root = nullptr;
}

void avl_insert(struct avl *tree, struct avl_node *node, avl_before *before);
void avl_remove(struct avl *tree, struct avl_node *node);

struct avl_node *avl_first(const struct avl *tree);
struct avl_node *avl_next(const struct avl_node *node);
struct avl_node *avl_previous(const struct avl_node *node);

// Whether an element stands below a key. Over a tree's elements in order the answers must be first all true,
// then all false.
typedef bool avl_below(const struct avl_node *node, uint64_t key);

// One descent; inline, so that the question is inline too.
static inline struct avl_node *avl_bound(const struct avl *tree, avl_below *is_below, uint64_t key,
                                         bool side) {
    struct avl_node *found = nullptr;
    for (struct avl_node *at = tree->root; at != nullptr;) {
        bool below = is_below(at, key);
        if (below == side)
            found = at;
        at = at->child[below];
    }
    return found;
}

// The last element below the key; nullptr when there is none.
static inline struct avl_node *avl_find_below(const struct avl *tree, avl_below *is_below, uint64_t key) {
    return avl_bound(tree, is_below, key, true);
}

// The first element that is not below the key; nullptr when there is none.
static inline struct avl_node *avl_find_from(const struct avl *tree, avl_below *is_below, uint64_t key) {
    return avl_bound(tree, is_below, key, false);
}

#define avl_entry(node, type, member)       container_of(node, type, member)
#define avl_entry_const(node, type, member) ((const type *)container_of(node, type, member))

#endif
