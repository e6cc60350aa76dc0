/* test_nobody.c - connectors/columns: authors that say nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "connectors/columns/nobody.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static void placeholders_say_nobody_in_many_languages(void **state)
{
    (void)state;
    static const char *const nobody[] = {"",
                                         "-",
                                         "—",
                                         "0",
                                         "null",
                                         "N/A",
                                         "Anonymous",
                                         " guest ",
                                         "[deleted]",
                                         "(anonym)",
                                         "Anonyme",
                                         "ANÓNIMO",
                                         "Anônimo",
                                         "Anonimo",
                                         "АНОНИМ",
                                         "Удалён",
                                         "Misafir",
                                         "Gość",
                                         "Anoniem",
                                         "익명",
                                         "(비회원)",
                                         "（匿名）",
                                         "匿名用户",
                                         "「匿名」",
                                         "Unbekannt",
                                         "Invité",
                                         "Inconnu",
                                         "Kunde",
                                         "unknown",
                                         "A Google user",
                                         "Ein Google-Nutzer",
                                         "Client d'Amazon",
                                         "Cliente de Amazon",
                                         "Amazon カスタマー",
                                         "Amazon Kunde",
                                         "Amazon Customer",
                                         "Verified buyer",
                                         "Deleted user",
                                         "<Anonymous>",
                                         "anonymous.",
                                         "İsimsiz",
                                         "İSİMSİZ",
                                         "Un utilisateur de Google",
                                         "Google用户",
                                         "N.N.",
                                         "test",
                                         "Compra verificada",
                                         "Trusted Shops Kunde",
                                         "eBay-Mitglied",
                                         "Facebook-Nutzer",
                                         "Yelp User",
                                         "Пользователь Яндекса",
                                         "네이버 사용자"};
    static const char *const people[] = {"Ann",  "Anonymous Bob", "Guest, Mary", "김익명",
                                         "Иван", "Kundera",       "10",          "匿名太郎",
                                         "Al",   "Zoë",           "Ünal"};
    struct nobody_filter filter;
    nobody_filter_init(&filter);
    for (size_t i = 0; i < COUNT(nobody); i++)
        if (!nobody_filter_matches(&filter, text_of(nobody[i])))
            fail_msg("'%s' is nobody", nobody[i]);
    for (size_t i = 0; i < COUNT(people); i++)
        if (nobody_filter_matches(&filter, text_of(people[i])))
            fail_msg("'%s' is somebody", people[i]);
}

/* A listed name in another form would never match. Tests run in the root of the project. */
static void listed_names_match_themselves(void **state)
{
    (void)state;
    char line[256];
    struct nobody_filter filter;
    nobody_filter_init(&filter);
    FILE *file = fopen("connectors/columns/data/nobody.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        struct text rest = text_of(line), language;
        bool is_row = line[0] != '#' && text_split(&rest, '\t', &language) &&
                      !text_equal(language, TEXT("language"));
        if (is_row && !nobody_filter_matches(&filter, text_trim(rest)))
            fail_msg("'%.*s' does not match itself", TEXT_ARGUMENT(text_trim(rest)));
    }
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_say_nobody_in_many_languages),
        cmocka_unit_test(listed_names_match_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
