/* model_question.c - replaces questions that ask for praise or complaints. */
#include "stages/tasks/model_question.h"

#include "base/utf8.h"

enum { LANGUAGE_BYTES = 256 }; /* of an answer show its language */

struct text model_question(const struct record *record)
{
    static const struct {
        struct text language, question;
        enum asked_for asked_for;
    } questions[] = {
#define ROW(language, asked_for, question)                                                         \
    {{language, sizeof(language) - 1}, {question, sizeof(question) - 1}, asked_for},
#include "stages/tasks/data/model_questions.inc"
#undef ROW
    };
    if (record->asked_for == ASKED_FOR_ANYTHING || record->question.size == 0)
        return record->question;
    size_t size = record->text.size < LANGUAGE_BYTES ? record->text.size : LANGUAGE_BYTES;
    struct text language =
        utf8_has_hangul(text_slice(record->text, 0, size)) ? TEXT("ko") : TEXT("en");
    for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
        if (questions[i].asked_for == record->asked_for &&
            text_equal(questions[i].language, language))
            return questions[i].question;
    return record->question;
}
