/* test_translations.c - connectors/columns/translations.c: names of columns, and which of them are
 * translations of which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "connectors/columns/translations.h"

/* `expected`: "TRANSLATION<ORIGINAL" by the numbers of the columns, with "|" after each. */
static const struct {
    const char *names, *expected;
} examples[] = {
    {"id|Comment (original)|Comment (English)|", "2<1|"},
    {"Comments (English)|Comments (Original)|", "0<1|"},
    {"Review|Review (translated)|", "1<0|"},
    {"Kommentar|Kommentar Übersetzung|", "1<0|"},
    {"Commentaire|Commentaire (traduction)|", "1<0|"},
    {"translated_text|text|", "0<1|"},
    {"Review|Translation|", "1<0|"},
    {"评论原文|评论译文|", "1<0|"},
    {"리뷰|리뷰 번역|", "1<0|"},
    {"comment_original|comment_en|comment_de|", "1<0|2<0|"},
    {"Comment EN|Comment DE|", "1<0|"},
    {"Title|Title (English)|Text|Text (English)|", "1<0|3<2|"},
    /* nothing to translate */
    {"Comment|Rating|", ""},
    {"Food comment EN|Service comment DE|", ""},
    {"Comment IT|Comment HR|", ""},
    {"language|Translation|", ""},
    {"English|German|", ""},
    {"Original price|Price|", ""},
};

enum { COLUMNS_MAX = 8 };

static void translations_are_found_by_their_names(void **state)
{
    (void)state;
    static const bool is_taken[COLUMNS_MAX] = {false};
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct text rest = text_of(examples[i].names), names[COLUMNS_MAX];
        char seen[64] = "";
        size_t count = 0;
        while (rest.size > 0 && text_split(&rest, '|', &names[count]))
            count++;
        struct samples samples = {.names = names, .count = count};
        struct translations found = translations_find(&samples, is_taken, &arena);
        for (size_t column = 0; column < found.count; column++)
            if (translations_include(&found, column))
                snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%zu<%zu|", column,
                         found.originals[column]);
        if (strcmp(seen, examples[i].expected) != 0)
            fail_msg("'%s': expected '%s', got '%s'", examples[i].names, examples[i].expected,
                     seen);
        arena_free(&arena);
    }
}

static void a_row_without_the_original_is_its_translation(void **state)
{
    (void)state;
    static const size_t originals[] = {SIZE_MAX, 0}, copies[] = {1, SIZE_MAX};
    struct translations translations = {originals, copies, 2};
    struct text both[] = {TEXT("alt"), TEXT("old")}, one[] = {TEXT(" "), TEXT("old")};
    assert_true(text_equal(translations_cell(&translations, both, 0), TEXT("alt")));
    assert_true(text_equal(translations_cell(&translations, one, 0), TEXT("old")));
    assert_true(text_equal(translations_cell(&translations, both, 1), TEXT("old")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(translations_are_found_by_their_names),
        cmocka_unit_test(a_row_without_the_original_is_its_translation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
