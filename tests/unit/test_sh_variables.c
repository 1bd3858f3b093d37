// SPDX-License-Identifier: MIT
//
// user/programs/sh/variables.c: set, export, unset; values that point into the old value; limits; nothing is
// left over.

#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <user/heap.h>
#include <variables.h>

static struct variables variables;
static size_t blocks;
static bool no_memory;

void *heap_allocate(size_t size) {
    if (no_memory)
        return NULL;
    blocks++;
    return malloc(size);
}

void heap_free(void *block) {
    blocks--;
    free(block);
}

static void clear(void) {
    for (size_t i = 0; i < VARIABLES_MAX; i++) {
        struct variable *variable = &variables.list[i];
        if (variable->text != NULL)
            variable_unset(&variables, variable->text, variable->name_length);
    }
    assert_int_equal(blocks, 0);
}

static const char *get(const char *name) {
    return variable_get(&variables, name, strlen(name));
}

static bool set(const char *name, const char *value) {
    return variable_set(&variables, name, strlen(name), value);
}

// The environment as one string, each ended by '|'.
static const char *environment(bool all) {
    static char out[1024];
    size_t count;
    const char *const *list = variables_environment(&variables, all, &count);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(out, list[i]);
        strcat(out, "|");
    }
    return out;
}

static void test_set_and_unset(void **state) {
    (void)state;
    assert_null(get("a"));
    assert_true(set("a", "1") && set("ab", "2") && set("b", ""));
    assert_string_equal(get("a"), "1");
    assert_string_equal(get("ab"), "2");
    assert_string_equal(get("b"), "");
    assert_true(variable_assign(&variables, "a=x=y"));
    assert_string_equal(get("a"), "x=y");
    variable_unset(&variables, "a", 1);
    variable_unset(&variables, "nothing", 7);
    assert_null(get("a"));
    clear();
}

static void test_exported(void **state) {
    (void)state;
    assert_true(set("a", "1") && set("b", "2"));
    assert_string_equal(environment(false), "");
    assert_true(variable_export(&variables, "a", 1) && variable_export(&variables, "c", 1));
    assert_string_equal(environment(false), "a=1|c=|");
    assert_true(set("a", "3"));
    assert_string_equal(environment(false), "a=3|c=|");
    assert_string_equal(environment(true), "a=3|b=2|c=|");
    clear();
}

static void test_a_value_of_itself(void **state) {
    (void)state;
    assert_true(set("a", "value"));
    assert_true(set("a", get("a") + 2));
    assert_string_equal(get("a"), "lue");
    clear();
}

static void test_limits(void **state) {
    (void)state;
    char name[16];
    for (int i = 0; i < VARIABLES_MAX; i++) {
        snprintf(name, sizeof(name), "v%d", i);
        assert_true(set(name, "x"));
    }
    assert_false(set("more", "x"));
    assert_true(set("v0", "y"));
    no_memory = true;
    assert_false(set("v0", "z"));
    no_memory = false;
    assert_string_equal(get("v0"), "y");
    variable_unset(&variables, "v7", 2);
    assert_true(set("more", "x"));
    clear();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_unset),
        cmocka_unit_test(test_exported),
        cmocka_unit_test(test_a_value_of_itself),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("sh_variables", tests, NULL, NULL);
}
