// SPDX-License-Identifier: MIT
//
// user/programs/sh/parse.c: text becomes a tree; what is wrong is named, with its place.

#include "unit.h"
#include <parse.h>
#include <stdio.h>
#include <string.h>

static struct tree tree;
static const char *text;
static char out[8192];
static size_t used;

static void add(const char *bytes, size_t length) {
    assert_true(used + length < sizeof(out));
    memcpy(out + used, bytes, length);
    used += length;
    out[used] = '\0';
}

static void add_text(const char *string) {
    add(string, strlen(string));
}

static void add_slice(struct slice slice) {
    assert_true(slice.start + slice.length <= strlen(text));
    add(text + slice.start, slice.length);
}

static void add_words(const struct node *node) {
    for (size_t i = 0; i < node->word_count; i++) {
        add_text(i < node->assignments ? "{" : "[");
        add_slice(tree.words[node->words + i]);
        add_text(i < node->assignments ? "}" : "]");
    }
    for (size_t i = 0; i < node->redirection_count; i++) {
        static const char *const signs[] = {"<", ">", ">>", ">&"};
        const struct redirection *redirection = &tree.redirections[node->redirections + i];
        char digits[8];
        snprintf(digits, sizeof(digits), "%u%s", redirection->stream, signs[redirection->kind]);
        add_text(digits);
        snprintf(digits, sizeof(digits), "%u", redirection->same_as);
        if (redirection->kind == REDIRECT_SAME)
            add_text(digits);
        else
            add_slice(redirection->target);
    }
}

// A node as text: its sign, its words, its children in parentheses.
static void show(uint16_t index) {
    static const char *const signs[] = {"",  "|", "!",  "&&",    "||",    "",
                                        "{", "(", "if", "while", "until", "for"};
    const struct node *node = &tree.nodes[index];
    add_text(signs[node->kind]);
    add_words(node);
    if (node->kind != NODE_COMMAND && node->kind != NODE_LIST)
        add_text("(");
    for (uint16_t child = node->first; child != 0; child = tree.nodes[child].next) {
        show(child);
        if (node->kind == NODE_LIST)
            add_text(tree.nodes[child].background ? "&" : ";");
        else if (tree.nodes[child].next != 0)
            add_text(",");
    }
    if (node->kind != NODE_COMMAND && node->kind != NODE_LIST)
        add_text(")");
}

// All lines of a text, each ended by '.'; an error with the offset of what is wrong.
static const char *parse_all(const char *whole) {
    uint32_t at = 0;
    text = whole;
    used = 0;
    out[0] = '\0';
    for (;;) {
        enum parse_result result = parse_line(text, &at, &tree);
        if (result == PARSE_END) {
            assert_int_equal(at, strlen(text));
            return out;
        }
        if (result != PARSE_LINE) {
            char place[32];
            snprintf(place, sizeof(place), "<%u: ", tree.error_at);
            add_text(place);
            add_text(parse_result_text(result));
            add_text(">");
            assert_int_equal(at, strlen(text));
            return out;
        }
        show(tree.root);
        add_text(".");
    }
}

static void expect(const char *whole, const char *expected) {
    assert_string_equal(parse_all(whole), expected);
}

static void test_words_and_lists(void **state) {
    (void)state;
    expect("", "");
    expect("  \t \n\n # only this", "");
    expect("ls", "[ls];.");
    expect("  ls   -l\t/bin  ", "[ls][-l][/bin];.");
    expect("a;b ; c", "[a];[b];[c];.");
    expect("a\nb\n\n", "[a];.[b];.");
    expect("sleep 5 & echo x", "[sleep][5]&[echo][x];.");
    expect("a&b&", "[a]&[b]&.");
    expect("a # comment ; b\nc", "[a];.[c];.");
    expect("a#b", "[a#b];.");
    expect("a \\\n b", "[a][b];.");
}

static void test_quotes_stay(void **state) {
    (void)state;
    expect("echo 'a  b;' \"c | $x \\\" d\" e\\ f", "[echo]['a  b;'][\"c | $x \\\" d\"][e\\ f];.");
    expect("'a'b\"c\"", "['a'b\"c\"];.");
    expect("${x}y ${10} ${?} $", "[${x}y][${10}][${?}][$];.");
}

static void test_substitutions_stay(void **state) {
    (void)state;
    expect("a$(b c)d e", "[a$(b c)d][e];.");
    expect("\"$(b \")\" ')' \\))\"c", "[\"$(b \")\" ')' \\))\"c];.");
    expect("$( (a); (b) )", "[$( (a); (b) )];.");
    expect("$(a # )\n)", "[$(a # )\n)];.");
    expect("$(a$(b \"$(c)\")|d) e", "[$(a$(b \"$(c)\")|d)][e];.");
    expect("$()", "[$()];.");
}

static void test_pipelines_and_chains(void **state) {
    (void)state;
    expect("a | b |c", "|([a],[b],[c]);.");
    expect("a |\n\n b", "|([a],[b]);.");
    expect("a && b || c", "||(&&([a],[b]),[c]);.");
    expect("a ||\nb", "||([a],[b]);.");
    expect("a | b && ! c | d &", "&&(|([a],[b]),!(|([c],[d])))&.");
    expect("a&&b;c", "&&([a],[b]);[c];.");
}

static void test_redirections(void **state) {
    (void)state;
    expect("a <b >c", "[a]0<b1>c;.");
    expect("a>b>>'c d' 2>e", "[a]1>b1>>'c d'2>e;.");
    expect("a 2>&1 >&2 | b", "|([a]2>&11>&2,[b]);.");
    expect("> x", "1>x;.");
    expect("a2>x a 2 >y", "[a2][a][2]1>x1>y;.");
    expect("{ a >b; } >c", "{1>c([a]1>b;);.");
}

static void test_assignments(void **state) {
    (void)state;
    expect("x=1", "{x=1};.");
    expect("x= y='a b' prog z=1", "{x=}{y='a b'}[prog][z=1];.");
    expect("1x=2", "[1x=2];.");
    expect("_a1=", "{_a1=};.");
}

static void test_compounds(void **state) {
    (void)state;
    expect("(a; b) | c", "|((([a];[b];),[c]);.");
    expect("{ a; b; }", "{([a];[b];);.");
    expect("if a; then b; fi", "if([a];,[b];);.");
    expect("if a\nthen b\nelse c; d\nfi", "if([a];,[b];,[c];[d];);.");
    expect("if a; then b; elif c; then d; else e; fi", "if([a];,[b];,if([c];,[d];,[e];));.");
    expect("while a; do b; done > x", "while1>x([a];,[b];);.");
    expect("until a\ndo\nb\ndone", "until([a];,[b];);.");
    expect("for x in 1 2; do a; done", "for[x][1][2]([a];);.");
    expect("for x\ndo a & done", "for[x]([a]&);.");
    expect("echo if then }", "[echo][if][then][}];.");
    expect("if (a) then (b) fi", "if((([a];);,(([b];););.");
}

static void test_errors(void **state) {
    (void)state;
    expect("a 'b", "<2: a quote is not closed>");
    expect("\"a\\", "<0: a quote is not closed>");
    expect("a \\", "<2: a quote is not closed>");
    expect("a ${x", "<2: ${ is not closed>");
    expect("a ${x:-y}", "<2: this shell has no such substitution>");
    expect("a $((b))", "<2: this shell has no such substitution>");
    expect("a \"$(b", "<3: a substitution that begins here is not closed>");
    expect("a $(b 'c)", "<6: a quote is not closed>");
    expect("a `b`", "<2: this shell has no such substitution>");
    expect("\"`b`\"", "<1: this shell has no such substitution>");
    expect("${}", "<2: a variable's name is missing here>");
    expect("&", "<0: a command is missing here>");
    expect("a;;b", "<2: a command is missing here>");
    expect("a | | b", "<4: a command is missing here>");
    expect("a &&", "<4: a command is missing here>");
    expect("a >", "<3: a file name is missing here>");
    expect("a > | b", "<4: a file name is missing here>");
    expect("a 3> b", "<2: a stream is 0, 1 or 2>");
    expect("a >&3", "<4: a stream is 0, 1 or 2>");
    expect("a >&1x", "<4: a stream is 0, 1 or 2>");
    expect("a )", "<2: this is not expected here>");
    expect("fi", "<0: this is not expected here>");
    expect("if a; then b; done", "<14: this is not expected here>");
    expect("if a; then b", "<12: the command is not complete>");
    expect("(a", "<2: the command is not complete>");
    expect("for 1 in a; do b; done", "<4: a variable's name is missing here>");
    expect("first\nsecond |", "[first];.<14: a command is missing here>");
}

static void repeat(const char *piece, size_t count, char *into) {
    *into = '\0';
    for (size_t i = 0; i < count; i++)
        into = stpcpy(into, piece);
}

static void test_limits(void **state) {
    (void)state;
    static char many[65536];
    static const struct {
        const char *piece;
        size_t most;
        enum parse_result result;
    } limits[] = {
        {"w ", PARSE_WORDS_MAX, PARSE_TOO_LONG},
        {"a;", PARSE_NODES_MAX - 2, PARSE_TOO_LONG},
        {">x ", PARSE_REDIRECTIONS_MAX, PARSE_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        for (size_t more = 0; more < 2; more++) {
            uint32_t at = 0;
            repeat(limits[i].piece, limits[i].most + more, many);
            assert_int_equal(parse_line(many, &at, &tree), more ? limits[i].result : PARSE_LINE);
        }
    }
    uint32_t at = 0;
    repeat("a|", PARSE_PIPELINE_MAX, many);
    strcat(many, "a");
    assert_int_equal(parse_line(many, &at, &tree), PARSE_PIPELINE_TOO_LONG);
    at = 0;
    repeat("$(", 30000, many);
    assert_int_equal(parse_line(many, &at, &tree), PARSE_TOO_DEEP);
    at = 0;
    repeat("(", 30000, many);
    assert_int_equal(parse_line(many, &at, &tree), PARSE_TOO_DEEP);
    at = 0;
    repeat("if a; then b; elif ", 100, many);
    assert_int_equal(parse_line(many, &at, &tree), PARSE_TOO_DEEP);
    at = 0;
    repeat("if a; then b; else ", 100, many);
    assert_int_equal(parse_line(many, &at, &tree), PARSE_TOO_DEEP);
}

static void test_open_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool open;
    } rows[] = {
        {"echo 'a\n", true},
        {"echo \"a\n", true},
        {"a &&\n", true},
        {"a |\n\n", true},
        {"if a\n", true},
        {"if a; then\n", true},
        {"for x in a\n", true},
        {"{ a\n", true},
        {"(\n", true},
        {"a\nb ||\n", true},
        {"echo a\n", false},
        {"\n", false},
        {"a && && b\n", false},
        {"fi\n", false},
        {"echo ${x\n", false},
        {"for 1\n", false},
        {"if a; then b; fi\n", false},
        {"a >\n", false},
        {"a $(b\n", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t at = 0;
        enum parse_result result = PARSE_LINE;
        while (result == PARSE_LINE)
            result = parse_line(rows[i].text, &at, &tree);
        if (parse_is_open(rows[i].text, &tree, result) != rows[i].open)
            fail_msg("%s", rows[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_lists),
        cmocka_unit_test(test_quotes_stay),
        cmocka_unit_test(test_substitutions_stay),
        cmocka_unit_test(test_pipelines_and_chains),
        cmocka_unit_test(test_redirections),
        cmocka_unit_test(test_assignments),
        cmocka_unit_test(test_compounds),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_open_texts),
    };
    return cmocka_run_group_tests_name("sh_parse", tests, NULL, NULL);
}
