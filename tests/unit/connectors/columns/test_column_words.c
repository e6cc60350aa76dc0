/* test_column_words.c - connectors/columns: whose words a column holds, and what its numbers count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "connectors/columns/column_names.h"
#include "connectors/columns/column_words.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *name;
    enum column_side side;
} sides[] = {
    /* flat */
    {"reply", SIDE_COMPANY},
    {"reply_body", SIDE_COMPANY},
    {"repliedAt", SIDE_COMPANY},
    {"owner_response", SIDE_COMPANY},
    {"owner_answer_timestamp", SIDE_COMPANY},
    {"Management Response", SIDE_COMPANY},
    {"Store response", SIDE_COMPANY},
    {"Response to review", SIDE_COMPANY},
    {"Developer Reply Text", SIDE_COMPANY},
    {"seller_name", SIDE_COMPANY},
    {"admin comment", SIDE_COMPANY},
    {"Antwort des Inhabers", SIDE_COMPANY},
    {"Händlerantwort", SIDE_COMPANY},
    {"Stellungnahme", SIDE_COMPANY},
    {"Réponse du propriétaire", SIDE_COMPANY},
    {"RÉPONSE DU VENDEUR", SIDE_COMPANY},
    {"Respuesta del propietario", SIDE_COMPANY},
    {"Risposta del titolare", SIDE_COMPANY},
    {"Resposta da empresa", SIDE_COMPANY},
    {"Antwoord van de eigenaar", SIDE_COMPANY},
    {"Odpowiedź sprzedawcy", SIDE_COMPANY},
    {"Ответ компании", SIDE_COMPANY},
    {"ОТВЕТ ВЛАДЕЛЬЦА", SIDE_COMPANY},
    {"Satıcı Yanıtı", SIDE_COMPANY},
    {"オーナーからの返信", SIDE_COMPANY},
    {"商家回复", SIDE_COMPANY},
    {"回覆時間", SIDE_COMPANY},
    {"사장님 답글", SIDE_COMPANY},
    {"답글작성일", SIDE_COMPANY},
    {"판매자 답변", SIDE_COMPANY},
    {"Lösung", SIDE_COMPANY},
    {"Maßnahme", SIDE_COMPANY},
    {"Interne Notiz", SIDE_COMPANY},
    {"Rückmeldung an Kunden", SIDE_COMPANY},
    {"Solución", SIDE_COMPANY},
    {"Soluzione", SIDE_COMPANY},
    {"Solução", SIDE_COMPANY},
    {"Oplossing", SIDE_COMPANY},
    {"Rozwiązanie", SIDE_COMPANY},
    {"Решение", SIDE_COMPANY},
    {"处理结果", SIDE_COMPANY},
    {"처리 내용", SIDE_COMPANY},
    {"対応", SIDE_COMPANY},
    {"Resolution notes", SIDE_COMPANY},
    {"Internal note", SIDE_COMPANY},
    {"Action Taken", SIDE_COMPANY},
    {"root_cause", SIDE_COMPANY},
    {"Nota interna", SIDE_COMPANY},
    {"Comentario interno", SIDE_COMPANY},
    /* nested */
    {"reply.text", SIDE_COMPANY},
    {"reply.user.name", SIDE_COMPANY},
    {"owner.response.created", SIDE_COMPANY},
    {"developerReply.1.body", SIDE_COMPANY},
    {"review.ownerResponse.text", SIDE_COMPANY},
    {"support.name", SIDE_COMPANY},
    {"답글.내용", SIDE_COMPANY},
    {"antwort.inhaber.datum", SIDE_COMPANY},
    /* the company's or the respondent's */
    {"Response", SIDE_UNCLEAR},
    {"response_text", SIDE_UNCLEAR},
    {"Response ID", SIDE_UNCLEAR},
    {"answers.improve", SIDE_UNCLEAR},
    {"Antwort", SIDE_UNCLEAR},
    {"Antwortdatum", SIDE_UNCLEAR},
    {"Réponse", SIDE_UNCLEAR},
    {"Fecha de respuesta", SIDE_UNCLEAR},
    {"Data da resposta", SIDE_UNCLEAR},
    {"Odpowiedzi", SIDE_UNCLEAR},
    {"Дата ответа", SIDE_UNCLEAR},
    {"YANIT", SIDE_UNCLEAR},
    {"回答", SIDE_UNCLEAR},
    {"답변", SIDE_UNCLEAR},
    /* the customer's */
    {"comment", SIDE_CUSTOMER},
    {"Your answer", SIDE_CUSTOMER},
    {"Customer response", SIDE_CUSTOMER},
    {"Réponse du client", SIDE_CUSTOMER},
    {"고객 답변", SIDE_CUSTOMER},
    {"回答者", SIDE_CUSTOMER},
    {"Support comments", SIDE_CUSTOMER},
    {"Would you like a reply?", SIDE_CUSTOMER},
    {"How satisfied are you with our response to your request", SIDE_CUSTOMER},
    {"review.text", SIDE_CUSTOMER},
    {"attributes.body", SIDE_CUSTOMER},
};

static void names_show_whose_words_a_column_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sides); i++) {
        enum column_side side = column_words_find(text_of(sides[i].name)).side;
        if (side != sides[i].side)
            fail_msg("'%s': %d, expected %d", sides[i].name, side, sides[i].side);
    }
}

static void a_rating_of_the_seller_is_told_from_its_words(void **state)
{
    (void)state;
    assert_true(column_words_find(TEXT("seller_rating")).is_about_seller);
    assert_false(column_words_find(TEXT("seller_reply")).is_about_seller);
    assert_false(column_words_find(TEXT("seller.rating")).is_about_seller);
    assert_true(column_words_find(TEXT("agent name")).names_company);
    assert_true(column_words_find(TEXT("담당자")).names_company);
    assert_false(column_words_find(TEXT("reviewer name")).names_company);
}

static void counts_of_readers_are_recognized_in_many_languages(void **state)
{
    (void)state;
    static const char *const votes[] = {
        "ups",    "helpful_votes", "thumbsUpCount", "likes",   "view count", "Hilfreich",
        "utile",  "útil",          "nuttig",        "pomocne", "Полезно",    "faydalı",
        "いいね", "点赞数",        "추천수",        "조회수",  "도움돼요"};
    static const char *const others[] = {"rating", "reviews", "별점", "추천 점수", "評価", "Ocena"};
    for (size_t i = 0; i < COUNT(votes); i++)
        if (!column_words_find(text_of(votes[i])).counts_votes)
            fail_msg("'%s' counts votes", votes[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        if (column_words_find(text_of(others[i])).counts_votes)
            fail_msg("'%s' counts no votes", others[i]);
    assert_true(column_words_find(TEXT("num_comments")).is_in_forum);
    assert_false(column_words_find(TEXT("likes")).is_in_forum);
    assert_true(column_words_find(TEXT("data.score")).may_count_votes);
    assert_false(column_words_find(TEXT("nps score")).may_count_votes);
}

static const struct {
    const char *name, *normalized;
} normal_names[] = {
    {"ReviewText", "review text"},  {" Review  Text: ", "review text"},
    {"ОЦЕНКА", "оценка"},           {"Réponse", "réponse"},
    {"RE\xCC\x81PONSE", "réponse"}, {"YANIT TARİHİ", "yanit tarihi"},
    {"ＩＤ（番号）", "id 番号"},    {"Größe", "grösse"},
};

static void names_are_compared_in_one_form(void **state)
{
    (void)state;
    char normalized[COLUMN_NAME_MAX_SIZE];
    for (size_t i = 0; i < COUNT(normal_names); i++) {
        struct text name = column_name_normalize(text_of(normal_names[i].name), normalized);
        if (!text_equal(name, text_of(normal_names[i].normalized)))
            fail_msg("'%s': '%.*s'", normal_names[i].name, TEXT_ARGUMENT(name));
    }
}

/* Checks the second column of a word list; tests run in the root of the project. */
static void check_word_list(const char *path)
{
    char line[256], normalized[COLUMN_NAME_MAX_SIZE];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        struct text rest = text_of(line), language, word;
        if (line[0] == '#' || !text_split(&rest, '\t', &language) ||
            !text_split(&rest, '\t', &word))
            continue;
        struct text name = column_name_normalize(word, normalized);
        if (!text_equal(name, word))
            fail_msg("%s: '%.*s' is listed instead of '%.*s'", path, TEXT_ARGUMENT(word),
                     TEXT_ARGUMENT(name));
    }
    fclose(file);
}

/* A listed word in another form would never match. */
static void listed_words_have_the_form_of_normalized_names(void **state)
{
    (void)state;
    check_word_list("connectors/columns/data/column_names.tsv");
    check_word_list("connectors/columns/data/column_words.tsv");
    check_word_list("connectors/columns/data/writer_words.tsv");
    check_word_list("connectors/columns/data/writer_columns.tsv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_show_whose_words_a_column_holds),
        cmocka_unit_test(a_rating_of_the_seller_is_told_from_its_words),
        cmocka_unit_test(counts_of_readers_are_recognized_in_many_languages),
        cmocka_unit_test(names_are_compared_in_one_form),
        cmocka_unit_test(listed_words_have_the_form_of_normalized_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
