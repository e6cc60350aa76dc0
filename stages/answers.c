/* answers.c - the answers stage: recent records that a person should answer, by phrases. It gives
 * the phrase with each record, and no probability: what customers will do is not known. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "pipeline/insight.h"
#include "pipeline/store.h"
#include "stages/stages.h"
#include "stages/text/answer_phrases.h"
#include "stages/text/texts.h"

enum { DAY_SECONDS = 86400 };

struct answer {
    uint64_t id;
    int64_t created_at;
    enum answer_class class;
    struct text phrase;
    struct insight_quote quote;
};

struct answers {
    int64_t days, max_records;
    const struct stage_context *stage_context;
    struct answer_finder *finder;
    struct answer *items; /* owned; in the order of the records */
    size_t count, capacity;
    int64_t newest; /* of all records; TIME_UNKNOWN: none has a date */
    struct text_set texts;
    struct arena arena;
};

static bool open_answers(void *state, const struct stage_context *stage_context,
                         struct error *error)
{
    struct answers *answers = state;
    answers->stage_context = stage_context;
    answers->newest = TIME_UNKNOWN;
    return answer_finder_open(&answers->finder, error);
}

static void close_answers(void *state)
{
    struct answers *answers = state;
    answer_finder_close(answers->finder);
    free(answers->items);
    text_set_free(&answers->texts);
    arena_free(&answers->arena);
}

/* Praise that contains a phrase ("I was never charged twice") needs no answer. */
static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct answers *answers = state;
    struct answer_match match;
    if (record->created_at != TIME_UNKNOWN && record->created_at > answers->newest)
        answers->newest = record->created_at;
    if (!answers->max_records || record->has_reply ||
        record->analysis.sentiment == SENTIMENT_POSITIVE ||
        !answer_finder_find(answers->finder, record->text, &match) ||
        !text_set_add(&answers->texts, record->text))
        return true;
    answers->items = memory_grow(answers->items, &answers->capacity, answers->count + 1,
                                 sizeof(*answers->items));
    answers->items[answers->count++] = (struct answer){
        .id = record->feedback_id,
        .created_at = record->created_at,
        .class = match.class,
        .phrase = arena_copy_text(&answers->arena, match.words),
        .quote = {record->feedback_id, match.begin, match.end},
    };
    return true;
}

static bool is_recent(const struct answers *answers, const struct answer *answer)
{
    return answer->created_at == TIME_UNKNOWN
               ? answers->newest == TIME_UNKNOWN
               : answer->created_at > answers->newest - answers->days * DAY_SECONDS;
}

/* The most urgent class first, then the newest record. */
static int compare_answers(const void *left, const void *right)
{
    const struct answer *a = left, *b = right;
    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    if (a->created_at != b->created_at)
        return a->created_at > b->created_at ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void add_insight(struct answers *answers, const struct answer *answer, size_t rank)
{
    struct insight insight = insight_make(INSIGHT_ANSWER);
    char date[32];
    calendar_format(answer->created_at, date);
    insight.key.topic = text_of(answer_class_names[answer->class]);
    insight.phrase = answer->phrase;
    insight.measure = MEASURE_RECORDS;
    insight.since = insight.until = text_slice(text_of(date), 0, 10);
    insight.value.value = 1;
    insight.n = 1;
    insight.strength = -(double)rank;
    insight.evidence_ids = &answer->id;
    insight.evidence_count = 1;
    insight.quotes = &answer->quote;
    insight.quote_count = 1;
    insight_list_add(answers->stage_context->insights, &insight);
}

static bool finish(void *state, struct error *error)
{
    (void)error;
    struct answers *answers = state;
    size_t added = 0;
    if (answers->count)
        qsort(answers->items, answers->count, sizeof(*answers->items), compare_answers);
    for (size_t i = 0; i < answers->count && added < (size_t)answers->max_records; i++)
        if (is_recent(answers, &answers->items[i]))
            add_insight(answers, &answers->items[i], added++);
    return true;
}

static const struct option options[] = {
    {.name = "days",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct answers, days),
     .default_value = "30",
     .min = 1,
     .max = 36500,
     .help = "days before the newest record whose records are listed"},
    {.name = "max_records",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct answers, max_records),
     .default_value = "100",
     .min = 0,
     .max = 100000,
     .help = "maximum number of records to list, the most urgent first; 0: none"},
    {0},
};

const struct stage answers_stage = {
    .name = "answers",
    .summary = "list recent records that a person should answer",
    .options = options,
    .state_size = sizeof(struct answers),
    .open = open_answers,
    .count_record = count_record,
    .finish = finish,
    .close = close_answers,
};
