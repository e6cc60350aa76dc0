/* index.c - the index stage: the sentences of saved records, for `winnow ask`. Only records that
 * are new or changed are indexed. */
#include "base/segment.h"
#include "pipeline/store.h"
#include "stages/search/index_words.h"
#include "stages/search/sentence_vectors.h"
#include "stages/stages.h"

enum { BATCH_RECORDS = 1000 };

struct index {
    bool is_enabled;
    const struct stage_context *stage_context; /* borrowed */
    struct segmenter *segmenter;               /* owned */
    struct sentence_vectors vectors;
};

static bool open_index(void *state, const struct stage_context *stage_context, struct error *error)
{
    struct index *index = state;
    index->stage_context = stage_context;
    return !index->is_enabled ||
           (segmenter_open(&index->segmenter, error) &&
            sentence_vectors_init(&index->vectors, stage_context->model, error));
}

static void close_index(void *state)
{
    segmenter_close(((struct index *)state)->segmenter);
}

static struct text compute_vector(const struct index *index, struct text sentence,
                                  struct arena *arena)
{
    const int8_t *vector = sentence_vectors_compute(&index->vectors, sentence, arena);
    return (struct text){(const char *)vector, index->vectors.dimensions};
}

/* Splits the record into sentences; a text of blanks alone is one. */
static struct passage_words *split_record(const struct index *index,
                                          const struct unindexed_record *record,
                                          struct arena *arena, size_t *count)
{
    size_t end_count, begin = 0;
    const size_t *ends = segment_sentences(index->segmenter, record->text, arena, &end_count);
    struct passage_words *passages = arena_alloc(arena, end_count + 1, sizeof(*passages));
    struct text title = index_words_fold(record->title, arena);
    *count = 0;
    for (size_t i = 0; i < end_count; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(record->text, begin, ends[i]));
        if (sentence.size == 0)
            continue;
        size_t offset = (size_t)(sentence.bytes - record->text.bytes);
        passages[(*count)++] = (struct passage_words){
            .feedback_id = record->feedback_id,
            .begin = offset,
            .end = offset + sentence.size,
            .words = index_words_fold(sentence, arena),
            .title = title,
            .vector = compute_vector(index, sentence, arena),
        };
    }
    if (*count == 0)
        passages[(*count)++] =
            (struct passage_words){.feedback_id = record->feedback_id, .title = title};
    return passages;
}

static bool index_records(const struct index *index, const struct unindexed_record *records,
                          size_t count, struct arena *arena, struct error *error)
{
    size_t passage_count = 0, sentence_count;
    struct passage_words **by_record = arena_alloc(arena, count, sizeof(*by_record));
    size_t *counts = arena_alloc(arena, count, sizeof(*counts));
    for (size_t i = 0; i < count; i++) {
        by_record[i] = split_record(index, &records[i], arena, &sentence_count);
        counts[i] = sentence_count;
        passage_count += sentence_count;
    }
    struct passage_words *passages = arena_alloc(arena, passage_count, sizeof(*passages));
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < counts[i]; k++)
            passages[next++] = by_record[i][k];
    return store_save_passages(index->stage_context->store, passages, passage_count, error);
}

static bool finish(void *state, struct error *error)
{
    struct index *index = state;
    struct store *store = index->stage_context->store;
    struct arena arena = {0};
    size_t count = 1;
    if (!index->is_enabled)
        return true;
    bool ok = store_begin_index(store, sentence_vectors_index_version(&index->vectors), error);
    while (ok && count > 0) {
        struct unindexed_record *records;
        arena_reset(&arena);
        ok = store_load_unindexed(store, BATCH_RECORDS, &arena, &records, &count, error) &&
             (count == 0 || index_records(index, records, count, &arena, error)) &&
             stage_context_check_interrupt(index->stage_context, error);
    }
    arena_free(&arena);
    return ok && store_finish_index(store, error);
}

static const struct option options[] = {
    {.name = "enabled",
     .type = OPTION_BOOLEAN,
     .offset = offsetof(struct index, is_enabled),
     .default_value = "yes",
     .help = "index the sentences of saved rows, which winnow ask searches"},
    {0},
};

const struct stage index_stage = {
    .name = "index",
    .summary = "index sentences for questions",
    .options = options,
    .state_size = sizeof(struct index),
    .open = open_index,
    .finish = finish,
    .close = close_index,
};
