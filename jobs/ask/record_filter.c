/* record_filter.c - selects the records that pass a question's filter. */
#include "jobs/ask/searcher.h"

static bool has_value(const struct value_filter *filter, uint32_t number)
{
    for (size_t i = 0; i < filter->value_count; i++)
        if (filter->values[i] + 1 == number)
            return true;
    return false;
}

static bool apply_value_filter(struct searcher *searcher, const struct value_filter *filter)
{
    const struct corpus *corpus = searcher->corpus;
    const uint32_t *numbers = corpus->columns[filter->column].values_by_record;
    float *mentions = arena_alloc(searcher->arena, corpus->count + 1, sizeof(*mentions));
    if (!searcher_collect_matches(searcher, filter->mention_query, 1, mentions))
        return false;
    for (size_t i = 0; i < corpus->count; i++)
        if (!has_value(filter, numbers[i]) && (numbers[i] > 0 || mentions[i] <= 0))
            searcher->is_selected[i] = false;
    return true;
}

bool searcher_select_records(struct searcher *searcher)
{
    const struct question *question = searcher->question;
    const struct corpus *corpus = searcher->corpus;
    struct time_span span = question->time_span;
    searcher->is_selected = arena_alloc(searcher->arena, corpus->count + 1, sizeof(bool));
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_record *record = &corpus->records[i];
        searcher->is_selected[i] =
            (span.since == TIME_UNKNOWN || record->created_at >= span.since) &&
            (span.until == TIME_UNKNOWN ||
             (record->created_at < span.until && record->created_at != TIME_UNKNOWN)) &&
            (!question->stars || record->stars == (float)question->stars);
    }
    for (size_t i = 0; i < question->filter_count; i++)
        if (!apply_value_filter(searcher, &question->filters[i]))
            return false;
    return true;
}
