/* test_header_repair.c - connectors/mail/header_repair.c and charset_names.c: a table of headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/mail/charset_names.h"
#include "connectors/mail/header_repair.h"

static const struct {
    const char *message, *repaired; /* NULL: nothing to repair */
} messages[] = {
    {"From: a@b\nSubject: s\n\nbody =?utf-8?q?x?=\n", NULL},
    {"Subject: one\nSubject: two\n\nbody\n", "Subject: one\n\nbody\n"},
    {"Received: a\nReceived: b\n\nbody\n", NULL},
    {"Subject: =?utf-8?q?caf=C3=A9?=\n\nbody\n", "Subject: café\n\nbody\n"},
    {"From: =?utf-8?q?Lee=2C_Kim?= <k@x>\n\nbody\n", "From: \"Lee, Kim\" <k@x>\n\nbody\n"},
    {"Subject: caf\xE9\n\nbody \xE9\n", "Subject: café\n\nbody \xE9\n"},
    {"Subject: s\ntext without an empty line\n", "Subject: s\n\ntext without an empty line\n"},
    {"Subject: s\nstray line\nDate: d\n\nbody\n", NULL},
    {"Subject: long\n  subject\nSubject: two\n\nbody\n", "Subject: long\n  subject\n\nbody\n"},
    {"", NULL},
};

static void headers_are_repaired_and_bodies_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
        struct arena arena = {0};
        struct text message = text_of(messages[i].message);
        struct text repaired = header_repair(message, &arena);
        const char *expected = messages[i].repaired;
        if (!text_equal(repaired, expected ? text_of(expected) : message))
            fail_msg("%s:\n'%.*s'", messages[i].message, TEXT_ARGUMENT(repaired));
        if (!expected)
            assert_ptr_equal(repaired.bytes, message.bytes);
        arena_free(&arena);
    }
}

static void encoded_words_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool quote;
        const char *decoded;
    } values[] = {
        {"plain", false, "plain"},
        {"=?utf-8?q?a_b?= =?utf-8?Q?=C3=A9?=", false, "a bé"},
        {"=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", false, "€"}, /* a character in two words */
        {"=?euc-kr?B?x9Gx2w==?=!", false, "한글!"},
        {"=?utf-8*en?q?a?=", false, "a"},
        {"=?utf-8?q?a=22b?=", true, "\"a\\\"b\""},
        {"=?utf-8?x?a?=", false, "=?utf-8?x?a?="},
        {"=?utf-8?q?a", false, "=?utf-8?q?a"},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct arena arena = {0};
        struct text decoded =
            mail_decode_encoded_words(text_of(values[i].value), values[i].quote, &arena);
        if (!text_equal(decoded, text_of(values[i].decoded)))
            fail_msg("%s: '%.*s'", values[i].value, TEXT_ARGUMENT(decoded));
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_repaired_and_bodies_kept),
        cmocka_unit_test(encoded_words_are_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
