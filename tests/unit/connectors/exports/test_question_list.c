/* test_question_list.c - connectors/exports/question_list.c: lists of questions with their answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/exports/question_list.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
    const char *fields; /* "NAME=VALUE", a line each */
    const char *flattened;
    bool exists;
} records[] = {
    {"id=1\nanswers.1.question=What was good?\nanswers.1.answer=The soup\n"
     "answers.2.question=Why?\nanswers.2.answer=It was hot\n",
     "id=1\nWhat was good?=The soup\nWhy?=It was hot\n", true},
    /* other members, and the value of "label" in place of its object */
    {"data.1.key=a\ndata.1=What was good?\ndata.1.type=text\ndata.1.value=The soup\n"
     "data.2.key=b\ndata.2=Table\ndata.2.type=number\ndata.2.value=7\n",
     "What was good?=The soup\nTable=7\n", true},
    {"answer.질문=좋았던 점\nanswer.답변=국물\nanswer.2.질문=아쉬운 점\nanswer.2.답변=자리\n",
     "좋았던 점=국물\n아쉬운 점=자리\n", true},
    /* a text is the question or the answer, whichever has no other name */
    {"a.1.text=What was good?\na.1.answer=The soup\na.2.question=Why?\na.2.text=Hot\n",
     "What was good?=The soup\nWhy?=Hot\n", true},
    /* references */
    {"form.fields.1.id=x\nform.fields.1.title=What was good?\nform.fields.2.id=y\n"
     "form.fields.2.title=And bad?\nanswers.1.text=The soup\nanswers.1.field.id=x\n"
     "answers.2.number=3\nanswers.2.field.id=y\n",
     "What was good?=The soup\nAnd bad?=3\n", true},
    /* the words of the questions are missing */
    {"answers.1.field.ref=liked\nanswers.1.text=The soup\nanswers.2.field.ref=changed\n"
     "answers.2.text=The chairs\n",
     "liked=The soup\nchanged=The chairs\n", true},
    {"answers.7.questionId=7\nanswers.7.textAnswers.answers.1.value=The soup\n"
     "answers.8.questionId=8\nanswers.8.textAnswers.answers.1.value=The chairs\n",
     "7=The soup\n8=The chairs\n", true},
    /* a question that was not answered */
    {"a.1.name=x\na.1.text=What was good?\na.1.answer=The soup\na.2.name=y\na.2.text=And bad?\n"
     "a.3.text=Why?\na.3.answer=Hot\n",
     "What was good?=The soup\nAnd bad?=\nWhy?=Hot\n", true},
    /* repeated questions, empty answers */
    {"a.1.question=Why?\na.1.answer=Hot\na.2.question=Why?\na.2.answer=Fresh\n"
     "a.3.question=How?\na.3.answer=\n",
     "Why?=Hot, Fresh\nHow?=\n", true},
    /* no questions: attributes, messages */
    {"attributes.1.name=colour\nattributes.1.value=red\nattributes.2.name=size\n"
     "attributes.2.value=M\n",
     NULL, false},
    {"comments.1.id=5\ncomments.1.body=Hello\ncomments.2.id=6\ncomments.2.body=Bye\n", NULL, false},
    {"question=Why?\nanswer=Hot\n", NULL, false},
    {"", NULL, false},
};

static void fill_fields(struct fields *fields, const char *lines)
{
    struct text rest = text_of(lines), line, name;
    while (rest.size > 0 && text_split(&rest, '\n', &line)) {
        text_split(&line, '=', &name);
        fields_add(fields, name, line);
    }
}

static void answers_are_named_by_their_questions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(records); i++) {
        struct arena arena = {0};
        struct fields fields = {.arena = &arena};
        struct text lines = {0};
        fill_fields(&fields, records[i].fields);
        if (question_list_exists(&fields) != records[i].exists)
            fail_msg("record %zu", i);
        question_list_flatten(&fields);
        for (size_t k = 0; k < fields.count; k++)
            lines = arena_format(&arena, "%.*s%.*s=%.*s\n", TEXT_ARGUMENT(lines),
                                 TEXT_ARGUMENT(fields.names[k]), TEXT_ARGUMENT(fields.cells[k]));
        if (records[i].exists && !text_equal(lines, text_of(records[i].flattened)))
            fail_msg("record %zu: %.*s", i, TEXT_ARGUMENT(lines));
        fields_free(&fields);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_named_by_their_questions),
    };
    return cmocka_run_group_tests_name("question_list", tests, NULL, NULL);
}
