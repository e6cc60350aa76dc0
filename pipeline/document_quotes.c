/* document_quotes.c - the key points that documents print, and the passages that they quote. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "pipeline/document_loader.h"

enum { MAX_QUOTE_CHARACTERS = 320, GOOD_QUOTE_MIN = 40, GOOD_QUOTE_MAX = 240 };

/* Added to the rank of records that are evidence of a key point about the topic: the others may
 * mention it in passing. */
static const double EVIDENCE_BONUS = 1.5;

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
    POINT_SUBJECT,
    POINT_IS_EXAMPLE,
    POINT_COLUMN_COUNT
};

static const char *const point_columns[POINT_COLUMN_COUNT] = {
    "segment",          "topic",    "period",       "point",  "polarity", "records",
    "previous_records", "opposite", "evidence_ids", "quotes", "subject",  "is_example"};

struct point_loader {
    struct document_loader *loader;
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
            return error_set(error, ERROR_STORE, "said has no column '%s'", point_columns[i]);
        loader->columns[i] = column;
    }
    return true;
}

static uint64_t hash_evidence(struct text topic, enum sentiment polarity, uint64_t feedback_id)
{
    return hash_combine_number(hash_combine_number(hash_text(topic), polarity), feedback_id);
}

/* Remembers what the records of the point say about its topic, to quote it. */
static void add_evidence(struct document_loader *loader, const struct text *cells)
{
    struct text ids = cells[POINT_EVIDENCE], quotes = cells[POINT_QUOTES], id;
    enum sentiment polarity = text_equal(cells[POINT_POLARITY], TEXT("positive"))
                                  ? SENTIMENT_POSITIVE
                                  : SENTIMENT_NEGATIVE;
    bool is_neither = text_equal(cells[POINT_POLARITY], TEXT("neutral"));
    while (cells[POINT_TOPIC].size && !is_neither && text_split(&ids, ';', &id)) {
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
        .subject = copies[POINT_SUBJECT],
        .is_example = text_equal(copies[POINT_IS_EXAMPLE], TEXT("1")),
        .first_evidence =
            copies[POINT_EVIDENCE].size ? strtoull(copies[POINT_EVIDENCE].bytes, NULL, 16) : 0};
    return true;
}

bool document_load_points(struct document_loader *document_loader, struct error *error)
{
    struct document *document = document_loader->document;
    struct point_loader loader = {.loader = document_loader};
    struct table_visitor visitor = {find_point_columns, add_point, &loader};
    if (!document_has_table("key_points"))
        return true;
    bool ok =
        store_for_each_table_row(document->store, "said", document->selection, &visitor, error);
    struct document_point *points =
        arena_alloc(&document->arena, document->point_count, sizeof(*points));
    for (size_t i = 0; i < document->point_count; i++)
        points[i] = loader.points[i];
    document->points = points;
    free(loader.points);
    return ok;
}

/* ---- Quotes ---- */

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

void document_offer_quote(struct document_loader *loader, struct text topic,
                          struct document_quote *quotes, size_t *count,
                          const struct saved_record *record, enum sentiment polarity)
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
