/* corpus.c - loads the records for questions. */
#include "jobs/ask/corpus.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/normalize.h"
#include "jobs/ask/cue_words.h"

enum { MAX_VALUES = 300, MAX_RARE_VALUES = 10, MAX_VALUE_SIZE = 80, MAX_COLUMNS = 200 };

/* Whether the column's name says that its values are names of products or of what else is offered.
 */
static bool names_things(struct text name)
{
    struct arena arena = {0};
    bool found = cue_words_are_in(CUE_PRODUCT_COLUMN, normalize_key(name, &arena));
    arena_free(&arena);
    return found;
}

/* The column of this name, from `first` on: an export's own "source" is not the job's. */
static struct corpus_column *get_column(struct corpus *corpus, struct text name, size_t first)
{
    for (size_t i = first; i < corpus->column_count; i++)
        if (text_equal_name(corpus->columns[i].name, name)) {
            name_set_add(&corpus->columns[i].names, name);
            return &corpus->columns[i];
        }
    if (corpus->column_count == MAX_COLUMNS)
        return NULL;
    corpus->columns = memory_grow(corpus->columns, &corpus->column_capacity,
                                  corpus->column_count + 1, sizeof(*corpus->columns));
    struct corpus_column *column = &corpus->columns[corpus->column_count++];
    *column = (struct corpus_column){.is_categorical = true, .is_about_things = names_things(name)};
    name_set_add(&column->names, name);
    column->name = column->names.texts[0];
    return column;
}

static void set_value(struct corpus_column *column, size_t record, struct text value)
{
    if (!column || !column->is_categorical || value.size == 0)
        return;
    if (value.size > MAX_VALUE_SIZE || column->values.count > MAX_VALUES) {
        column->is_categorical = false;
        return;
    }
    size_t old_capacity = column->capacity;
    if (record >= column->capacity) {
        column->values_by_record = memory_grow(column->values_by_record, &column->capacity,
                                               record + 1, sizeof(*column->values_by_record));
        memset(column->values_by_record + old_capacity, 0,
               (column->capacity - old_capacity) * sizeof(*column->values_by_record));
    }
    column->values_by_record[record] = (uint32_t)name_set_add(&column->values, value) + 1;
}

static void add_mentions(struct corpus *corpus, const struct analysis *analysis)
{
    corpus->mentions =
        memory_grow(corpus->mentions, &corpus->mention_capacity,
                    corpus->mention_count + analysis->topic_count, sizeof(*corpus->mentions));
    for (size_t i = 0; i < analysis->topic_count; i++)
        corpus->mentions[corpus->mention_count++] = (struct corpus_mention){
            .topic = (uint32_t)name_set_add(&corpus->topics, analysis->topics[i].topic),
            .polarity = analysis->topics[i].polarity,
        };
}

static bool add_record(void *user, const struct saved_record *saved, struct error *error)
{
    (void)error;
    struct corpus *corpus = user;
    size_t index = corpus->count;
    corpus->records = memory_grow(corpus->records, &corpus->capacity, corpus->count + 1,
                                  sizeof(*corpus->records));
    corpus->records[corpus->count++] = (struct corpus_record){
        .feedback_id = saved->feedback_id,
        .person = saved->author_hash ? saved->author_hash : saved->feedback_id,
        .text_hash = saved->text_hash,
        .created_at = saved->created_at,
        .stars = saved->rating_scale == 5 && !isnan(saved->rating) ? (float)saved->rating : 0,
        .confidence = (float)saved->analysis.confidence,
        .sentiment = saved->analysis.sentiment,
        .first_mention = (uint32_t)corpus->mention_count,
        .mention_count = (uint32_t)saved->analysis.topic_count,
    };
    add_mentions(corpus, &saved->analysis);
    hash_table_get_or_insert(&corpus->by_id, saved->feedback_id, index, NULL);
    if (saved->created_at != TIME_UNKNOWN &&
        (corpus->newest == TIME_UNKNOWN || saved->created_at > corpus->newest))
        corpus->newest = saved->created_at;
    set_value(&corpus->columns[CORPUS_SOURCE], index, saved->source);
    set_value(&corpus->columns[CORPUS_LANG], index, saved->lang);
    for (size_t i = 0; i < saved->field_count; i++)
        set_value(get_column(corpus, saved->fields[i].name, CORPUS_OWN_COLUMNS), index,
                  saved->fields[i].value);
    return true;
}

/* Every column gets a number for every record. A column whose values hardly repeat has no
 * categories. */
static void finish_columns(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->column_count; i++) {
        struct corpus_column *column = &corpus->columns[i];
        size_t old_capacity = column->capacity, with_value = 0;
        column->values_by_record =
            memory_grow(column->values_by_record, &column->capacity, corpus->count + 1,
                        sizeof(*column->values_by_record));
        memset(column->values_by_record + old_capacity, 0,
               (column->capacity - old_capacity) * sizeof(*column->values_by_record));
        for (size_t record = 0; record < corpus->count; record++)
            with_value += column->values_by_record[record] > 0;
        if (i >= CORPUS_OWN_COLUMNS && column->values.count > MAX_RARE_VALUES &&
            column->values.count * 2 > with_value)
            column->is_categorical = false;
    }
}

bool corpus_load(struct corpus *corpus, struct store *store, struct error *error)
{
    corpus->newest = TIME_UNKNOWN;
    get_column(corpus, TEXT("source"), CORPUS_SOURCE);
    get_column(corpus, TEXT("lang"), CORPUS_LANG);
    for (size_t i = 0; i < CORPUS_OWN_COLUMNS; i++)
        corpus->columns[i].is_about_things = false;
    bool ok = store_for_each_record(store, NULL, add_record, corpus, error);
    finish_columns(corpus);
    return ok;
}

void corpus_free(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->column_count; i++) {
        name_set_free(&corpus->columns[i].names);
        name_set_free(&corpus->columns[i].values);
        free(corpus->columns[i].values_by_record);
    }
    free(corpus->columns);
    free(corpus->records);
    free(corpus->mentions);
    name_set_free(&corpus->topics);
    hash_table_free(&corpus->by_id);
    *corpus = (struct corpus){0};
}

size_t corpus_find(const struct corpus *corpus, uint64_t feedback_id)
{
    const size_t *index = hash_table_find(&corpus->by_id, feedback_id);
    return index ? *index : corpus->count;
}

enum sentiment corpus_polarity(const struct corpus *corpus, size_t record, size_t topic)
{
    const struct corpus_record *of = &corpus->records[record];
    for (size_t i = 0; i < of->mention_count; i++)
        if (corpus->mentions[of->first_mention + i].topic == topic)
            return corpus->mentions[of->first_mention + i].polarity;
    return SENTIMENT_UNDETECTED;
}
