/* document.c - loads the saved figures, and chooses the quotes, that documents print. */
#include "pipeline/document.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "pipeline/group_key.h"

enum { MAX_QUOTE_CHARACTERS = 320, GOOD_QUOTE_MIN = 40, GOOD_QUOTE_MAX = 240 };

/* Added to the rank of records that are evidence of a key point about the topic: the others may
 * mention it in passing. */
static const double EVIDENCE_BONUS = 1.5;

/* A saved figure, or a part of one: the counts of a topic in one period and one part. */
struct figure {
    struct text topic, period;
    struct field part; /* without a name: all segments */
    struct document_counts counts;
};

struct figures {
    struct arena arena;
    struct figure *items; /* owned */
    size_t count, capacity;
    bool has_totals, has_all_periods; /* rows over all segments; rows over all periods */
    bool has_periods, has_segments;
    struct name_set topics, periods;
};

struct loader {
    struct document *document;
    struct figures figures;
    struct name_set topics;     /* of document->topics, in their order */
    struct hash_table evidence; /* a topic and a record: 1 + the number of the clause */
    struct text *clauses;       /* owned; of key points, in the document's arena */
    size_t clause_count, clause_capacity;
    double coverage;
    struct document_insight *insights; /* owned */
    size_t insight_capacity;
    struct shown_topic *names; /* owned */
    size_t name_capacity;
};

/* ---- Figures ---- */

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

static struct document_topic *add_topic(struct loader *loader, struct text id)
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
    struct loader *loader = user;
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

static void list_periods(struct loader *loader)
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

static void list_parts(struct loader *loader)
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
static void sum_figure(struct loader *loader, const struct figure *figure)
{
    struct document *document = loader->document;
    const struct figures *figures = &loader->figures;
    struct document_topic *topic = add_topic(loader, figure->topic);
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
    struct loader *loader = user;
    if (stats->key.field_count || !text_equal(stats->period, TEXT("all")))
        return true;
    add_topic(loader, stats->key.topic)->negative_share = stats->negative_share;
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

static bool load_figures(struct loader *loader, struct error *error)
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

/* The counts of the insight's segment and of a topic over the periods; NULL: they are not saved. */
static struct document_counts *find_series(struct loader *loader, const struct group_key *key,
                                           struct text topic)
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

static bool add_insight(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct loader *loader = user;
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
    copy.mentions = find_series(
        loader, &insight->key, insight->key.topic.size ? insight->key.topic : group_key_all_topics);
    copy.records = find_series(loader, &insight->key, group_key_all_topics);
    loader->insights = memory_grow(loader->insights, &loader->insight_capacity,
                                   document->insight_count + 1, sizeof(copy));
    loader->insights[document->insight_count++] = copy;
    return true;
}

static bool load_insights(struct loader *loader, uint64_t view, struct error *error)
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

/* ---- Key points ---- */

enum point_column {
    POINT_SEGMENT,
    POINT_TOPIC,
    POINT_PERIOD,
    POINT_TEXT,
    POINT_POLARITY,
    POINT_RECORDS,
    POINT_PREVIOUS,
    POINT_OPPOSITE,
    POINT_EVIDENCE,
    POINT_QUOTES,
    POINT_COLUMN_COUNT
};

static const char *const point_columns[POINT_COLUMN_COUNT] = {
    "segment",          "topic",    "period",       "point", "polarity", "records",
    "previous_records", "opposite", "evidence_ids", "quotes"};

struct point_loader {
    struct loader *loader;
    size_t columns[POINT_COLUMN_COUNT]; /* their numbers in the table */
    struct document_point *points;      /* owned */
    size_t capacity;
};

static bool find_point_columns(void *user, const struct column *columns, size_t count,
                               struct error *error)
{
    struct point_loader *loader = user;
    for (size_t i = 0; i < POINT_COLUMN_COUNT; i++) {
        size_t column = 0;
        while (column < count && strcmp(columns[column].name, point_columns[i]) != 0)
            column++;
        if (column == count)
            return error_set(error, ERROR_STORE, "key_points has no column '%s'", point_columns[i]);
        loader->columns[i] = column;
    }
    return true;
}

static uint64_t hash_evidence(struct text topic, enum sentiment polarity, uint64_t feedback_id)
{
    return hash_combine_number(hash_combine_number(hash_text(topic), polarity), feedback_id);
}

/* Remembers what the records of the point say about its topic, to quote it. */
static void add_evidence(struct loader *loader, const struct text *cells)
{
    struct text ids = cells[POINT_EVIDENCE], quotes = cells[POINT_QUOTES], id;
    enum sentiment polarity = text_equal(cells[POINT_POLARITY], TEXT("positive"))
                                  ? SENTIMENT_POSITIVE
                                  : SENTIMENT_NEGATIVE;
    while (cells[POINT_TOPIC].size && text_split(&ids, ';', &id)) {
        size_t end = text_find(quotes, TEXT(" | "), 0);
        struct text clause = text_slice(quotes, 0, end);
        quotes = text_slice(quotes, end < quotes.size ? end + 3 : end, quotes.size);
        uint64_t key = hash_evidence(cells[POINT_TOPIC], polarity, strtoull(id.bytes, NULL, 16));
        loader->clauses = memory_grow(loader->clauses, &loader->clause_capacity,
                                      loader->clause_count + 1, sizeof(*loader->clauses));
        loader->clauses[loader->clause_count++] = clause;
        hash_table_get_or_insert(&loader->evidence, key, loader->clause_count, NULL);
    }
}

static bool add_point(void *user, const struct text *cells, size_t count, struct error *error)
{
    (void)count;
    (void)error;
    struct point_loader *loader = user;
    struct document *document = loader->loader->document;
    struct text copies[POINT_COLUMN_COUNT];
    for (size_t i = 0; i < POINT_COLUMN_COUNT; i++)
        copies[i] = arena_copy_text(&document->arena, cells[loader->columns[i]]);
    add_evidence(loader->loader, copies);
    loader->points = memory_grow(loader->points, &loader->capacity, document->point_count + 1,
                                 sizeof(*loader->points));
    loader->points[document->point_count++] = (struct document_point){
        .segment = copies[POINT_SEGMENT],
        .topic = copies[POINT_TOPIC],
        .period = copies[POINT_PERIOD],
        .text = copies[POINT_TEXT],
        .polarity = copies[POINT_POLARITY],
        .records = copies[POINT_RECORDS],
        .previous_records = copies[POINT_PREVIOUS],
        .opposite = copies[POINT_OPPOSITE],
        .first_evidence =
            copies[POINT_EVIDENCE].size ? strtoull(copies[POINT_EVIDENCE].bytes, NULL, 16) : 0};
    return true;
}

bool document_has_table(const char *table)
{
    for (const char *const *name = store_tables; *name; name++)
        if (strcmp(*name, table) == 0)
            return true;
    return false;
}

static bool load_points(struct loader *document_loader, struct error *error)
{
    struct document *document = document_loader->document;
    struct point_loader loader = {.loader = document_loader};
    struct table_visitor visitor = {find_point_columns, add_point, &loader};
    if (!document_has_table("key_points"))
        return true;
    bool ok = store_for_each_table_row(document->store, "key_points", document->selection, &visitor,
                                       error);
    struct document_point *points =
        arena_alloc(&document->arena, document->point_count, sizeof(*points));
    for (size_t i = 0; i < document->point_count; i++)
        points[i] = loader.points[i];
    document->points = points;
    free(loader.points);
    return ok;
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

/* Prefers texts whose whole opinion is that on the topic, which have a readable size and speak of
 * few topics. */
static double rank_quote(const struct saved_record *record, enum sentiment polarity,
                         size_t characters)
{
    double score = record->analysis.score;
    double rank = 2 * (polarity == SENTIMENT_NEGATIVE ? -score : score);
    if (characters < GOOD_QUOTE_MIN)
        rank -= (double)(GOOD_QUOTE_MIN - characters) / GOOD_QUOTE_MIN;
    if (characters > GOOD_QUOTE_MAX)
        rank -= fmin(2, (double)(characters - GOOD_QUOTE_MAX) / GOOD_QUOTE_MAX);
    if (record->analysis.topic_count)
        rank -= 0.25 * (double)(record->analysis.topic_count - 1);
    return rank;
}

/* Where to begin to quote: 0, or in a long text the line or sentence of the clause. */
static size_t find_quote_begin(struct text text, struct text clause)
{
    size_t at = clause.size ? text_find(text, clause, 0) : text.size;
    if (at == text.size || utf8_count_code_points(text) <= MAX_QUOTE_CHARACTERS)
        return 0;
    while (at > 0 && text.bytes[at - 1] != '\n' &&
           !(at > 1 && text.bytes[at - 1] == ' ' && strchr(".!?", text.bytes[at - 2])))
        at--;
    return at;
}

/* The text from the sentence of the clause on, cut between words. */
static void cut_quote(struct document_quote *quote, struct text text, struct text clause,
                      struct arena *arena)
{
    size_t end = 0;
    text = text_trim(text);
    size_t begin = find_quote_begin(text, clause);
    quote->is_cut_before = begin > 0;
    text = text_slice(text, begin, text.size);
    for (size_t characters = 0, size; end < text.size && characters < MAX_QUOTE_CHARACTERS;
         characters++, end += size)
        utf8_decode(text, end, &size);
    if (end < text.size) {
        size_t word = end;
        while (word > end / 2 && text.bytes[word] != ' ')
            word--;
        end = text.bytes[word] == ' ' ? word : end;
        quote->is_cut_after = true;
    }
    quote->text = arena_copy_text(arena, text_slice(text, 0, end));
}

/* Keeps the best quotes; of equal texts only the first. */
static void offer_quote(struct loader *loader, struct text topic, struct document_quote *quotes,
                        size_t *count, const struct saved_record *record, enum sentiment polarity)
{
    struct document *document = loader->document;
    const size_t *clause =
        hash_table_find(&loader->evidence, hash_evidence(topic, polarity, record->feedback_id));
    struct document_quote quote = {
        .feedback_id = record->feedback_id, .created_at = record->created_at, .polarity = polarity};
    quote.rank = rank_quote(record, polarity, utf8_count_code_points(record->text)) +
                 (clause ? EVIDENCE_BONUS : 0);
    size_t position = *count;
    while (position > 0 && quotes[position - 1].rank < quote.rank)
        position--;
    if (position == DOCUMENT_QUOTES_A_SIDE)
        return;
    cut_quote(&quote, record->text, clause ? loader->clauses[*clause - 1] : (struct text){0},
              &document->arena);
    for (size_t i = 0; i < *count; i++)
        if (text_equal(quotes[i].text, quote.text))
            return;
    quote.lang = arena_copy_text(&document->arena, record->lang);
    quote.source = arena_copy_text(&document->arena, record->source);
    quote.external_id = arena_copy_text(&document->arena, record->external_id);
    *count += *count < DOCUMENT_QUOTES_A_SIDE;
    for (size_t i = *count - 1; i > position; i--)
        quotes[i] = quotes[i - 1];
    quotes[position] = quote;
}

static bool visit_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct loader *loader = user;
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
        struct document_topic *topic = add_topic(loader, mention->topic);
        if (topic && mention->polarity == SENTIMENT_NEGATIVE)
            offer_quote(loader, mention->topic, topic->negative, &topic->negative_count, record,
                        mention->polarity);
        else if (topic && mention->polarity == SENTIMENT_POSITIVE)
            offer_quote(loader, mention->topic, topic->positive, &topic->positive_count, record,
                        mention->polarity);
    }
    return true;
}

static bool add_topic_name(void *user, const struct shown_topic *topic, struct error *error)
{
    (void)error;
    struct loader *loader = user;
    struct arena *arena = &loader->document->arena;
    loader->names = memory_grow(loader->names, &loader->name_capacity,
                                loader->document->topic_name_count + 1, sizeof(*loader->names));
    loader->names[loader->document->topic_name_count++] = (struct shown_topic){
        .id = arena_copy_text(arena, topic->id), .name = arena_copy_text(arena, topic->name)};
    return true;
}

static bool load_topic_names(struct loader *loader, struct error *error)
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
    struct loader loader = {.document = document};
    uint64_t view = selection ? selection->view : 0;
    bool ok = store_get_row_totals(store, &document->row_totals, error) &&
              load_topic_names(&loader, error) && load_figures(&loader, error) &&
              load_insights(&loader, view, error) && load_points(&loader, error) &&
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
