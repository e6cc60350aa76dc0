/* document.c - loads what documents print. */
#include "pipeline/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pipeline/document_loader.h"
#include "pipeline/group_key.h"

/* ---- Insights ---- */

static bool add_insight(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct document_loader *loader = user;
    struct document *document = loader->document;
    struct arena *arena = &document->arena;
    struct document_insight copy = {.saved = *saved};
    struct insight *insight = &copy.saved.insight;
    insight->key = group_key_copy(&insight->key, arena);
    insight->phrase = arena_copy_text(arena, insight->phrase);
    insight->since = arena_copy_text(arena, insight->since);
    insight->until = arena_copy_text(arena, insight->until);
    copy.saved.sentence = arena_copy_text(arena, saved->sentence);
    for (size_t i = 0; i < saved->quote_count; i++) {
        struct saved_quote *quote = &copy.saved.quotes[i];
        quote->text = arena_copy_text(arena, quote->text);
        quote->source = arena_copy_text(arena, quote->source);
        quote->external_id = arena_copy_text(arena, quote->external_id);
    }
    copy.mentions = document_find_series(
        loader, &insight->key, insight->key.topic.size ? insight->key.topic : group_key_all_topics);
    copy.records = document_find_series(loader, &insight->key, group_key_all_topics);
    loader->insights = memory_grow(loader->insights, &loader->insight_capacity,
                                   document->insight_count + 1, sizeof(copy));
    loader->insights[document->insight_count++] = copy;
    return true;
}

static bool load_insights(struct document_loader *loader, uint64_t view, struct error *error)
{
    struct document *document = loader->document;
    if (!store_for_each_insight(document->store, view, add_insight, loader, error))
        return false;
    struct document_insight *insights =
        arena_alloc(&document->arena, document->insight_count, sizeof(*insights));
    for (size_t i = 0; i < document->insight_count; i++)
        insights[i] = loader->insights[i];
    document->insights = insights;
    return true;
}

/* ---- Shares ---- */

static bool add_label_share(void *user, const struct label_share *share, struct error *error)
{
    (void)error;
    struct document *document = user;
    struct label_share *shares =
        arena_alloc(&document->arena, document->share_count + 1, sizeof(*shares));
    for (size_t i = 0; i < document->share_count; i++)
        shares[i] = document->shares[i];
    shares[document->share_count] = *share;
    shares[document->share_count++].source = arena_copy_text(&document->arena, share->source);
    document->shares = shares;
    return true;
}

/* ---- Records ---- */

static bool visit_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct document_loader *loader = user;
    struct document *document = loader->document;
    const struct analysis *analysis = &record->analysis;
    document->record_count++;
    document->label_counts[analysis->sentiment]++;
    document->korean_count += text_equal(record->lang, TEXT("ko"));
    loader->coverage += analysis->coverage;
    document->partly_read += analysis->coverage < 1;
    document->without_topic += analysis->topic_count == 0;
    if (record->created_at != TIME_UNKNOWN) {
        if (!document->dated_count++ || record->created_at < document->first)
            document->first = record->created_at;
        if (document->last == TIME_UNKNOWN || record->created_at > document->last)
            document->last = record->created_at;
    }
    for (size_t i = 0; i < analysis->topic_count; i++) {
        const struct topic_mention *mention = &analysis->topics[i];
        struct document_topic *topic = document_add_topic(loader, mention->topic);
        if (topic && mention->polarity == SENTIMENT_NEGATIVE)
            document_offer_quote(loader, mention->topic, topic->negative, &topic->negative_count,
                                 record, mention->polarity);
        else if (topic && mention->polarity == SENTIMENT_POSITIVE)
            document_offer_quote(loader, mention->topic, topic->positive, &topic->positive_count,
                                 record, mention->polarity);
    }
    return true;
}

static bool add_topic_name(void *user, const struct shown_topic *topic, struct error *error)
{
    (void)error;
    struct document_loader *loader = user;
    struct arena *arena = &loader->document->arena;
    loader->names = memory_grow(loader->names, &loader->name_capacity,
                                loader->document->topic_name_count + 1, sizeof(*loader->names));
    loader->names[loader->document->topic_name_count++] = (struct shown_topic){
        .id = arena_copy_text(arena, topic->id), .name = arena_copy_text(arena, topic->name)};
    return true;
}

static bool load_topic_names(struct document_loader *loader, struct error *error)
{
    struct document *document = loader->document;
    if (!store_for_each_shown_topic(document->store, add_topic_name, loader, error))
        return false;
    struct shown_topic *names =
        arena_alloc(&document->arena, document->topic_name_count, sizeof(*names));
    for (size_t i = 0; i < document->topic_name_count; i++)
        names[i] = loader->names[i];
    document->topic_names = names;
    return true;
}

static int compare_topics(const void *first, const void *second)
{
    const struct document_topic *a = first, *b = second;
    if (a->total.negative != b->total.negative)
        return a->total.negative > b->total.negative ? -1 : 1;
    if (a->total.mentions != b->total.mentions)
        return a->total.mentions > b->total.mentions ? -1 : 1;
    return text_compare(a->id, b->id);
}

static void sort_topics(struct document *document)
{
    if (document->topic_count)
        qsort(document->topics, document->topic_count, sizeof(*document->topics), compare_topics);
}

bool document_load(struct document *document, struct store *store,
                   const struct selection *selection, const struct document_options *options,
                   struct error *error)
{
    *document = (struct document){
        .options = *options,
        .store = store,
        .selection = selection,
        .scores = {{NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, NAN, 0, 0, 0},
        .first = TIME_UNKNOWN,
        .last = TIME_UNKNOWN};
    struct document_loader loader = {.document = document};
    uint64_t view = selection ? selection->view : 0;
    bool ok = store_get_row_totals(store, &document->row_totals, error) &&
              load_topic_names(&loader, error) && document_load_figures(&loader, error) &&
              load_insights(&loader, view, error) && document_load_points(&loader, error) &&
              store_for_each_label_share(store, view, add_label_share, document, error) &&
              store_for_each_record(store, selection, visit_record, &loader, error);
    if (document->record_count)
        document->coverage = loader.coverage / (double)document->record_count;
    if (document->options.language == DOCUMENT_AUTO)
        document->options.language = 2 * document->korean_count > document->record_count
                                         ? DOCUMENT_KOREAN
                                         : DOCUMENT_ENGLISH;
    sort_topics(document);
    free(loader.insights);
    free(loader.clauses);
    free(loader.names);
    hash_table_free(&loader.evidence);
    free(loader.figures.items);
    name_set_free(&loader.figures.topics);
    name_set_free(&loader.figures.periods);
    name_set_free(&loader.topics);
    arena_free(&loader.figures.arena);
    return ok;
}

void document_free(struct document *document)
{
    arena_free(&document->arena);
}

uint64_t document_count_others(const struct document_counts *counts)
{
    return counts->mentions - counts->positive - counts->negative;
}

const struct label_share *document_find_share(const struct document *document, enum sentiment label)
{
    for (size_t i = 0; i < document->share_count; i++)
        if (document->shares[i].label == label &&
            text_equal(document->shares[i].source, label_share_all_sources))
            return &document->shares[i];
    return NULL;
}

bool document_has_table(const char *table)
{
    for (const char *const *name = store_tables; *name; name++)
        if (strcmp(*name, table) == 0)
            return true;
    return false;
}
