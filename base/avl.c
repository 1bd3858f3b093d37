// SPDX-License-Identifier: MIT
//
// AVL tree. A node's balance is height(right) - height(left); a change walks from the changed place towards
// the root and rotates where a balance would leave -1..1.

#include <base/avl.h>

struct avl_node *avl_first(const struct avl *tree) {
    struct avl_node *node = tree->root;
    while (node && node->child[0])
        node = node->child[0];
    return node;
}

static struct avl_node *step(const struct avl_node *node, int side) {
    if (node->child[side]) {
        struct avl_node *found = node->child[side];
        while (found->child[!side])
            found = found->child[!side];
        return found;
    }
    while (node->parent && node->parent->child[side] == node)
        node = node->parent;
    return node->parent;
}

struct avl_node *avl_next(const struct avl_node *node) {
    return step(node, 1);
}

struct avl_node *avl_previous(const struct avl_node *node) {
    return step(node, 0);
}

static void replace(struct avl *tree, struct avl_node *parent, struct avl_node *old, struct avl_node *new) {
    if (!parent)
        tree->root = new;
    else
        parent->child[parent->child[1] == old] = new;
    if (new)
        new->parent = parent;
}

// Lifts the child on `side` above `node`; returns it. Balances are the caller's.
static struct avl_node *rotate(struct avl *tree, struct avl_node *node, int side) {
    struct avl_node *child = node->child[side];
    struct avl_node *inner = child->child[!side];
    replace(tree, node->parent, node, child);
    child->child[!side] = node;
    node->parent = child;
    node->child[side] = inner;
    if (inner)
        inner->parent = node;
    return child;
}

// `node` leans by two to `side`. Returns the new root of the subtree; *shrank tells whether it is lower than
// before.
static struct avl_node *rebalance(struct avl *tree, struct avl_node *node, int side, bool *shrank) {
    int sign = side ? 1 : -1;
    struct avl_node *child = node->child[side];
    *shrank = true;
    if (child->balance == -sign) {
        struct avl_node *middle = child->child[!side];
        int lean = middle->balance;
        rotate(tree, child, !side);
        rotate(tree, node, side);
        node->balance = lean == sign ? -sign : 0;
        child->balance = lean == -sign ? sign : 0;
        middle->balance = 0;
        return middle;
    }
    rotate(tree, node, side);
    if (child->balance == 0) {
        node->balance = sign;
        child->balance = -sign;
        *shrank = false;
    } else {
        node->balance = 0;
        child->balance = 0;
    }
    return child;
}

void avl_insert(struct avl *tree, struct avl_node *node, avl_before *before) {
    struct avl_node *parent = nullptr;
    int side = 0;
    for (struct avl_node *at = tree->root; at; at = at->child[side]) {
        parent = at;
        side = !before(node, at);
    }
    *node = (struct avl_node){.parent = parent};
    if (!parent) {
        tree->root = node;
        return;
    }
    parent->child[side] = node;
    // The subtree at `node` grew by one.
    while (parent) {
        int sign = parent->child[1] == node ? 1 : -1;
        if (parent->balance == sign) {
            bool shrank;
            (void)rebalance(tree, parent, sign > 0, &shrank);
            return;
        }
        parent->balance += sign;
        if (parent->balance == 0)
            return;
        node = parent;
        parent = node->parent;
    }
}

// The subtree on `side` of `parent` shrank by one.
static void shrunk(struct avl *tree, struct avl_node *parent, int side) {
    while (parent) {
        int sign = side ? 1 : -1;
        struct avl_node *top = parent;
        if (parent->balance == -sign) {
            bool shrank;
            top = rebalance(tree, parent, !side, &shrank);
            if (!shrank)
                return;
        } else {
            parent->balance -= sign;
            if (parent->balance != 0)
                return;
        }
        parent = top->parent;
        side = parent && parent->child[1] == top;
    }
}

void avl_remove(struct avl *tree, struct avl_node *node) {
    struct avl_node *parent = node->parent;
    int side = parent && parent->child[1] == node;
    if (node->child[0] && node->child[1]) {
        // The successor has no left child; it takes the node's place.
        struct avl_node *next = avl_next(node);
        struct avl_node *hole = next->parent;
        int hole_side = hole->child[1] == next;
        replace(tree, hole, next, next->child[1]);
        next->balance = node->balance;
        for (int i = 0; i < 2; i++) {
            next->child[i] = node->child[i];
            if (next->child[i])
                next->child[i]->parent = next;
        }
        replace(tree, parent, node, next);
        if (hole == node)
            hole = next;
        shrunk(tree, hole, hole_side);
    } else {
        replace(tree, parent, node, node->child[node->child[0] == nullptr]);
        shrunk(tree, parent, side);
    }
}
