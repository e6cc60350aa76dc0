/* test_phrases.c - connectors/columns: phrases in names, what questions ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/columns/asked_for.h"
#include "connectors/columns/phrases.h"
#include "connectors/columns/questions.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *name, *words;
} names[] = {
    {"What didn't you LIKE?", "what didn t you like"},
    {"whatDidYouLike", "what did you like"},
    {"pros_text", "pros text"},
    {" -- ", ""},
    {"", ""},
    {"¿Qué le gustó más?", "qué le gustó más"},
    {"Достоинства:", "достоинства"},
    {"좋았던 점은?", "좋았던 점은"},
    {"Ｐｒｏｓ", "pros"},
    {"ARTILARI", "artilari"},
    {"Artıları", "artilari"},
    {"İyi", "iyi"},
};

static void names_are_split_into_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct arena arena = {0};
        struct text words = phrase_split_words(text_of(names[i].name), &arena);
        if (!text_equal(words, text_of(names[i].words)))
            fail_msg("%s: %.*s", names[i].name, TEXT_ARGUMENT(words));
        arena_free(&arena);
    }
}

static const struct {
    const char *words, *phrase;
    size_t begin, end; /* equal: not found */
} places[] = {
    {"what did you like", "did you", 5, 12},
    {"what did you like", "id you", 0, 0},
    {"unlike you like it", "like", 11, 15},
    {"what to improve", "improv*", 8, 14},
    {"what to improve", "improv", 0, 0},
    {"what to disimprove", "improv*", 0, 0},
    {"좋았던 점은", "좋았던점", 0, 13}, /* blanks do not count */
    {"가장좋았던점은", "좋았던점", 6, 18},
    {"您最满意的地方", "满意", 6, 12},
    {"", "like", 0, 0},
};

static void phrases_are_found_as_whole_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct phrase_place place =
            phrase_find(text_of(places[i].words), text_of(places[i].phrase));
        if (place.begin != places[i].begin || place.end != places[i].end)
            fail_msg("%s in %s: %zu to %zu", places[i].phrase, places[i].words, place.begin,
                     place.end);
    }
    assert_true(phrase_begins(TEXT("what now"), TEXT("what")));
    assert_false(phrase_begins(TEXT("so what"), TEXT("what")));
    assert_true(phrase_is_within(TEXT("so what"), TEXT("what")));
}

enum { ANY = ASKED_FOR_ANYTHING, PRAISE = ASKED_FOR_PRAISE, COMPLAINT = ASKED_FOR_COMPLAINT };

static const struct {
    const char *question;
    int asked_for;
} questions[] = {
    {"What did you like most?", PRAISE},
    {"What did you like least?", COMPLAINT},
    {"What did you not like about the room?", COMPLAINT},
    {"What didn't you like?", COMPLAINT},
    {"What do you like and dislike?", ANY},
    {"What do you like, and what not?", ANY},
    {"What could we improve?", COMPLAINT},
    {"What was missing?", COMPLAINT},
    {"What went well?", PRAISE},
    {"What went badly?", COMPLAINT},
    {"What would make your stay better?", COMPLAINT},
    {"Which new features would you like to see?", COMPLAINT},
    {"What changes would you welcome?", COMPLAINT},
    {"What would you like us to do for you?", COMPLAINT},
    {"Which singers would you like to hear next year?", ANY},
    {"Why did you choose this score?", ANY},
    {"Anything else?", ANY},
    {"Would you like to tell us more?", ANY},
    {"Was hat Ihnen gefallen?", PRAISE},
    {"Was hat Ihnen nicht gefallen?", COMPLAINT},
    {"Was können wir besser machen?", COMPLAINT},
    {"Qu'avez-vous aimé ?", PRAISE},
    {"Qu'avez-vous le moins aimé ?", COMPLAINT},
    {"Que pouvons-nous améliorer ?", COMPLAINT},
    {"¿Qué le gustó?", PRAISE},
    {"¿Qué no le gustó?", COMPLAINT},
    {"¿Qué podemos mejorar?", COMPLAINT},
    {"Cosa le è piaciuto?", PRAISE},
    {"Cosa non le è piaciuto?", COMPLAINT},
    {"O que mais gostou?", PRAISE},
    {"O que não gostou?", COMPLAINT},
    {"Wat is u goed bevallen?", PRAISE},
    {"Wat kan beter?", COMPLAINT},
    {"Co się Pani podobało?", PRAISE},
    {"Co się Pani nie podobało?", COMPLAINT},
    {"Что вам понравилось?", PRAISE},
    {"Что вам не понравилось?", COMPLAINT},
    {"Neyi beğendiniz?", PRAISE},
    {"Neyi beğenmediniz?", COMPLAINT},
    {"ARTILARI", PRAISE},
    {"좋았던 점은 무엇인가요?", PRAISE},
    {"아쉬웠던점", COMPLAINT},
    {"만족스러운 점", PRAISE},
    {"불만족스러운 점", COMPLAINT},
    {"좋았던 점과 아쉬운 점", ANY},
    {"만족도", ANY},
    {"良かった点", PRAISE},
    {"良くなかった点", COMPLAINT},
    {"您最满意的是什么？", PRAISE},
    {"您不满意的是什么？", COMPLAINT},
    {"", ANY},
};

static void questions_ask_for_praise_or_complaints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(questions); i++) {
        int asked_for = (int)asked_for_by_question(text_of(questions[i].question));
        if (asked_for != questions[i].asked_for)
            fail_msg("%s: \"%s\"", questions[i].question, asked_for_names[asked_for]);
    }
}

static const struct {
    const char *name;
    int asked_for;
} sides[] = {
    {"Pros", PRAISE},
    {"cons", COMPLAINT},
    {"review.pros", PRAISE},
    {"Negative_Review", COMPLAINT},
    {"positiveReview", PRAISE},
    {"positive.text", PRAISE},
    {"The worst", COMPLAINT},
    {"Lo mejor", PRAISE},
    {"Vorteile", PRAISE},
    {"Nachteile der App", ANY}, /* by_question finds it */
    {"Lo bueno", PRAISE},
    {"Positiv", PRAISE},
    {"минус", COMPLAINT},
    {"OLUMLU", PRAISE},
    {"Pro", PRAISE},
    {"Kontra", COMPLAINT},
    {"Tops", PRAISE},
    {"Flops", COMPLAINT},
    {"Keep", PRAISE},
    {"Improve", COMPLAINT},
    {"Start", PRAISE},
    {"Stop", COMPLAINT},
    {"İyi yönleri", PRAISE},
    {"Kötü yönleri", COMPLAINT},
    {"满意之处", PRAISE},
    {"不足之处", COMPLAINT},
    {"Na plus", PRAISE},
    {"Na minus", COMPLAINT},
    {"Mantener", PRAISE},
    {"Mejorar", COMPLAINT},
    {"満足した点", PRAISE},
    {"不満な点", COMPLAINT},
    {" + ", PRAISE},
    {"-", COMPLAINT},
    {"+1", ANY},
    {"positive review count", ANY},
    {"Comment", ANY},
    {"Pros and cons", ANY},
    {"", ANY},
};

static void names_of_sides_are_whole_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sides); i++) {
        int asked_for = (int)asked_for_by_side(text_of(sides[i].name));
        if (asked_for != sides[i].asked_for)
            fail_msg("%s: \"%s\"", sides[i].name, asked_for_names[asked_for]);
    }
}

static const struct {
    const char *name;
    enum question_kind kind;
} kinds[] = {
    {"Why?", QUESTION_ASKED},
    {"Q3. What do you think of it", QUESTION_ASKED},
    {"Please explain", QUESTION_ASKED},
    {"개선할 점", QUESTION_ASKED},
    {"이 점수를 준 이유", QUESTION_ASKED},
    {"Comments", QUESTION_HINTED},
    {"기타 의견", QUESTION_HINTED},
    {"What is your name?", QUESTION_FACT},
    {"Your e-mail?", QUESTION_FACT},
    {"May we contact you?", QUESTION_FACT},
    {"Which store did you visit?", QUESTION_FACT},
    {"방문하신 매장은 어디인가요?", QUESTION_FACT},
    {"성함을 적어 주세요", QUESTION_FACT},
    {"Wie heißen Sie?", QUESTION_FACT},
    {"What did you like in the store you visited?", QUESTION_ASKED},
    {"Grund", QUESTION_ASKED},
    {"사유", QUESTION_ASKED},
    {"Rückgabe Grund Code", QUESTION_NONE},
    {"Q1", QUESTION_ASKED},
    {"Frage 2", QUESTION_ASKED},
    {"질문 3", QUESTION_ASKED},
    {"Quarter 1", QUESTION_NONE},
    {"Product", QUESTION_NONE},
    {"whatever", QUESTION_NONE},
    {"평점", QUESTION_NONE},
    {"지점", QUESTION_NONE},
};

static const struct {
    const char *name;
    bool asks_openly, needs_words;
} open_names[] = {
    {"What did you like?", true, false},    {"Why?", true, true},
    {"Bitte begründen Sie", true, true},    {"Favorite room", false, false},
    {"What is your name?", false, false},   {"Hoe vaak komt u", false, false},
    {"Was sollen wir ändern", true, false}, {"Vorteile", false, false},
};

static void open_questions_leave_room_for_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(open_names); i++) {
        struct text name = text_of(open_names[i].name);
        bool asks_openly = question_asks_openly(name), needs_words = question_needs_words(name);
        if (asks_openly != open_names[i].asks_openly || needs_words != open_names[i].needs_words)
            fail_msg("%s: %d, needs words %d", open_names[i].name, asks_openly, needs_words);
    }
}

static void open_questions_differ_from_questions_of_fact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        enum question_kind kind = question_classify(text_of(kinds[i].name));
        if (kind != kinds[i].kind)
            fail_msg("%s: kind %d", kinds[i].name, (int)kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_split_into_words),
        cmocka_unit_test(phrases_are_found_as_whole_words),
        cmocka_unit_test(questions_ask_for_praise_or_complaints),
        cmocka_unit_test(names_of_sides_are_whole_names),
        cmocka_unit_test(open_questions_leave_room_for_words),
        cmocka_unit_test(open_questions_differ_from_questions_of_fact),
    };
    return cmocka_run_group_tests_name("phrases", tests, NULL, NULL);
}
