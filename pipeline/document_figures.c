/* document_figures.c - the figures of topics, periods and parts that documents print. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "pipeline/document_loader.h"
#include "pipeline/group_key.h"

static void add_counts(struct document_counts *sum, const struct document_counts *counts)
{
    sum->mentions += counts->mentions;
    sum->positive += counts->positive;
    sum->negative += counts->negative;
}

static void add_figure(struct figures *figures, struct figure figure)
{
    figures->items =
        memory_grow(figures->items, &figures->capacity, figures->count + 1, sizeof(figure));
    figures->items[figures->count++] = figure;
}

static bool is_all_topics(struct text topic)
{
    return text_equal(topic, group_key_all_topics);
}

struct document_topic *document_add_topic(struct document_loader *loader, struct text id)
{
    struct document *document = loader->document;
    if (is_all_topics(id)) {
        document->everything.id = group_key_all_topics;
        return &document->everything;
    }
    size_t number = name_set_add(&loader->topics, id);
    return number < document->topic_count ? &document->topics[number] : NULL;
}

static bool add_topic_stats(void *user, const struct topic_stats *stats, struct error *error)
{
    (void)error;
    struct document_loader *loader = user;
    struct figures *figures = &loader->figures;
    struct figure figure = {
        .counts = {stats->mentions, stats->positive, stats->negative},
        .topic = arena_copy_text(&figures->arena, stats->key.topic),
        .period = arena_copy_text(&figures->arena, stats->period),
    };
    bool is_all_periods = text_equal(stats->period, TEXT("all"));
    figures->has_totals |= !stats->key.field_count;
    figures->has_segments |= stats->key.field_count > 0;
    figures->has_all_periods |= is_all_periods;
    figures->has_periods |= !is_all_periods;
    if (!is_all_topics(figure.topic))
        name_set_add(&loader->topics, figure.topic);
    if (!is_all_periods && !text_equal(stats->period, TEXT("undated")))
        name_set_add(&figures->periods, figure.period);
    if (!stats->key.field_count) {
        add_figure(figures, figure);
        return true;
    }
    struct group_key key = group_key_copy(&stats->key, &figures->arena);
    for (size_t i = 0; i < key.field_count; i++) {
        figure.part = key.fields[i];
        add_figure(figures, figure);
    }
    return true;
}

static int compare_texts(const void *first, const void *second)
{
    return text_compare(*(const struct text *)first, *(const struct text *)second);
}

static void list_periods(struct document_loader *loader)
{
    struct document *document = loader->document;
    const struct name_set *periods = &loader->figures.periods;
    struct text *sorted = arena_alloc(&document->arena, periods->count, sizeof(*sorted));
    for (size_t i = 0; i < periods->count; i++)
        sorted[i] = arena_copy_text(&document->arena, periods->texts[i]);
    if (periods->count)
        qsort(sorted, periods->count, sizeof(*sorted), compare_texts);
    document->periods = sorted;
    document->period_count = periods->count;
}

static size_t find_period(const struct document *document, struct text period)
{
    const struct text *found = document->period_count
                                   ? bsearch(&period, document->periods, document->period_count,
                                             sizeof(period), compare_texts)
                                   : NULL;
    return found ? (size_t)(found - document->periods) : document->period_count;
}

/* Whether the figure counts in sums over periods: rows over all periods repeat the others. */
static bool is_in_part_sums(const struct figures *figures, const struct figure *figure)
{
    return !figures->has_all_periods || text_equal(figure->period, TEXT("all"));
}

static int compare_parts(const void *first, const void *second)
{
    const struct document_part *a = first, *b = second;
    int order = text_compare(a->field.name, b->field.name);
    if (order == 0 && a->records.mentions != b->records.mentions)
        return a->records.mentions > b->records.mentions ? -1 : 1;
    return order ? order : text_compare(a->field.value, b->field.value);
}

static uint64_t hash_part(struct field field)
{
    return hash_combine(hash_combine(HASH_SEED, field.name), field.value);
}

/* Keeps the fields in the order of `by` and the parts with most records of each. */
static void keep_large_parts(struct document *document, struct document_part *parts, size_t count)
{
    if (count)
        qsort(parts, count, sizeof(*parts), compare_parts);
    size_t in_field = 0;
    document->parts = arena_alloc(&document->arena, count, sizeof(*parts));
    for (size_t i = 0; i < count; i++) {
        in_field = i && text_equal(parts[i].field.name, parts[i - 1].field.name) ? in_field + 1 : 0;
        if (in_field < DOCUMENT_MAX_PARTS)
            document->parts[document->part_count++] = parts[i];
    }
}

static void list_parts(struct document_loader *loader)
{
    const struct figures *figures = &loader->figures;
    struct document *document = loader->document;
    struct hash_table numbers = {0};
    struct document_part *parts = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];
        if (!figure->part.value.size || !is_all_topics(figure->topic) ||
            !is_in_part_sums(figures, figure))
            continue;
        size_t field = 0;
        while (field < document->field_count &&
               !text_equal(document->fields[field], figure->part.name))
            field++;
        if (field == DOCUMENT_MAX_FIELDS)
            continue;
        if (field == document->field_count)
            document->fields[document->field_count++] =
                arena_copy_text(&document->arena, figure->part.name);
        bool added;
        size_t number = *hash_table_get_or_insert(&numbers, hash_part(figure->part), count, &added);
        if (added) {
            parts = memory_grow(parts, &capacity, count + 1, sizeof(*parts));
            parts[count++] = (struct document_part){
                .field = {document->fields[field],
                          arena_copy_text(&document->arena, figure->part.value)}};
        }
        assert(parts && number < count);
        add_counts(&parts[number].records, &figure->counts);
    }
    keep_large_parts(document, parts, count);
    hash_table_free(&numbers);
    free(parts);
}

static size_t find_part(const struct document *document, struct field field)
{
    size_t i = 0;
    while (i < document->part_count && !(text_equal(document->parts[i].field.value, field.value) &&
                                         text_equal(document->parts[i].field.name, field.name)))
        i++;
    return i;
}

/* Adds a figure to the topic's series and total. */
static void sum_figure(struct document_loader *loader, const struct figure *figure)
{
    struct document *document = loader->document;
    const struct figures *figures = &loader->figures;
    struct document_topic *topic = document_add_topic(loader, figure->topic);
    bool is_all_periods = text_equal(figure->period, TEXT("all"));
    if (figure->part.name.size && is_in_part_sums(figures, figure)) {
        size_t part = find_part(document, figure->part);
        if (part < document->part_count)
            add_counts(&topic->parts[part], &figure->counts);
    }
    /* Of the rows with segments, those of one field are all records once. */
    bool is_total = figures->has_totals ? !figure->part.name.size
                                        : document->field_count == 0 ||
                                              text_equal(figure->part.name, document->fields[0]);
    if (!is_total)
        return;
    if (is_all_periods || !figures->has_all_periods)
        add_counts(&topic->total, &figure->counts);
    size_t period = is_all_periods ? document->period_count : find_period(document, figure->period);
    if (period < document->period_count)
        add_counts(&topic->periods[period], &figure->counts);
}

static bool add_shares_and_scores(void *user, const struct topic_stats *stats, struct error *error)
{
    (void)error;
    struct document_loader *loader = user;
    if (stats->key.field_count || !text_equal(stats->period, TEXT("all")))
        return true;
    document_add_topic(loader, stats->key.topic)->negative_share = stats->negative_share;
    if (is_all_topics(stats->key.topic))
        loader->document->scores = (struct document_scores){
            stats->mean_rating, stats->nps,   stats->csat,  stats->rating_scale,
            stats->rating_n,    stats->nps_n, stats->csat_n};
    return true;
}

static void start_topic(struct document *document, struct document_topic *topic)
{
    topic->periods = arena_alloc(&document->arena, document->period_count, sizeof(*topic->periods));
    topic->parts = arena_alloc(&document->arena, document->part_count, sizeof(*topic->parts));
    topic->negative_share = (struct share){NAN, NAN, NAN};
}

bool document_load_figures(struct document_loader *loader, struct error *error)
{
    struct document *document = loader->document;
    uint64_t view = document->selection ? document->selection->view : 0;
    if (!store_for_each_topic_stats(document->store, view, add_topic_stats, loader, error))
        return false;
    list_periods(loader);
    list_parts(loader);
    document->topic_count = loader->topics.count;
    document->topics =
        arena_alloc(&document->arena, document->topic_count, sizeof(*document->topics));
    for (size_t i = 0; i < document->topic_count; i++) {
        start_topic(document, &document->topics[i]);
        document->topics[i].id = arena_copy_text(&document->arena, loader->topics.texts[i]);
    }
    start_topic(document, &document->everything);
    document->everything.id = group_key_all_topics;
    for (size_t i = 0; i < loader->figures.count; i++)
        sum_figure(loader, &loader->figures.items[i]);
    return store_for_each_topic_stats(document->store, view, add_shares_and_scores, loader, error);
}

struct document_counts *document_find_series(struct document_loader *loader,
                                             const struct group_key *key, struct text topic)
{
    struct document *document = loader->document;
    struct field part = key->field_count ? key->fields[0] : (struct field){0};
    const struct figures *figures = &loader->figures;
    if (document->period_count == 0 || key->field_count > 1 ||
        (key->field_count == 0 && !figures->has_totals))
        return NULL;
    struct document_counts *series =
        arena_alloc(&document->arena, document->period_count, sizeof(*series));
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->items[i];
        if (!text_equal(figure->topic, topic) || !text_equal(figure->part.name, part.name) ||
            !text_equal(figure->part.value, part.value))
            continue;
        size_t period = find_period(document, figure->period);
        if (period < document->period_count)
            add_counts(&series[period], &figure->counts);
    }
    return series;
}
