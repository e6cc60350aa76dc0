/* store_stock_texts.c - after pass 1: which texts were written by a program, and not by customers.
 *
 * A short opinion is common too ("Good", "좋아요"), but people write it in many ways: "good",
 * "Good!". A stock text is always the same, and the model is not sure about it, or it says
 * that there is no opinion. */
#include "base/utf8.h"
#include "pipeline/store_private.h"

enum {
    MIN_SOURCE_RECORDS = 100, /* of the source and question */
    MIN_STOCK_RECORDS = 10,
    MIN_LISTED_SOURCE_RECORDS = 20, /* the same for a text with a listed phrase */
    MIN_LISTED_RECORDS = 3,
    MAX_SHARE_PCT = 3,    /* of the records, for a text that is no stock text */
    MIN_EQUAL_PCT = 98,   /* of the records with its words that have its bytes */
    MIN_WORDS = 4,        /* of a text without a listed phrase */
    MIN_WIDE_LETTERS = 8, /* or letters of a script in which words need no blanks */
    MAX_PHRASE_TEXT_SIZE = 120,
};

#define MAX_CONFIDENCE 0.6 /* of the model in a text without a listed phrase */

static const struct text stock_phrases[] = {
#define ROW(language, phrase) {phrase, sizeof(phrase) - 1},
#include "pipeline/data/stock_phrases.inc"
#undef ROW
};

struct candidate {
    struct text source, question, text;
    double confidence; /* of the model; 0 if it has not read the text */
    uint64_t text_hash, records, source_records;
};

/* ---- What separates a stock text from an opinion ---- */

/* Whether the text says that the customer wrote none. */
static bool has_stock_phrase(struct text text)
{
    for (size_t i = 0; i < sizeof(stock_phrases) / sizeof(*stock_phrases); i++)
        for (size_t at = 0; at < text.size && text.size <= MAX_PHRASE_TEXT_SIZE; at++)
            if (text_starts_with_ignore_case(text_slice(text, at, text.size), stock_phrases[i]))
                return true;
    return false;
}

static bool is_sentence(struct text text)
{
    size_t words = 1, wide = 0, size;
    for (size_t at = 0; at < text.size; at += size) {
        words += text.bytes[at] == ' ' || text.bytes[at] == '\n';
        uint32_t code_point = utf8_decode(text, at, &size);
        wide += code_point >= 0x3041 && code_point <= 0xD7A3;
    }
    return words >= MIN_WORDS || wide >= MIN_WIDE_LETTERS;
}

/* The model is sure about a neutral opinion ("It was okay"), too. */
static bool may_be_stock_text(const struct candidate *candidate)
{
    return has_stock_phrase(candidate->text) ||
           (candidate->source_records >= MIN_SOURCE_RECORDS &&
            candidate->records >= MIN_STOCK_RECORDS && candidate->confidence < MAX_CONFIDENCE &&
            is_sentence(candidate->text));
}

/* ---- Marks ---- */

#define FORM "lower(trim(text, ' .,!?~^'))"

/* Whether hardly anybody wrote the same words in another way. */
static bool has_one_form(struct store *store, const struct candidate *candidate, bool *is_uniform,
                         struct error *error)
{
    struct sql_statement *count = sql_prepare(store->sql,
                                              "SELECT count(*) FROM feedback WHERE source = ?1"
                                              " AND coalesce(question, '') = ?2 AND " FORM
                                              " = (SELECT lower(trim(?3, ' .,!?~^')))",
                                              error);
    sql_bind_text(count, 1, candidate->source);
    sql_bind_text(count, 2, candidate->question);
    sql_bind_text(count, 3, candidate->text);
    *is_uniform = sql_next_row(count) &&
                  candidate->records * 100 >= (uint64_t)sql_integer(count, 0) * MIN_EQUAL_PCT;
    return sql_finish(count, error);
}

static bool list_text(struct store *store, const struct candidate *candidate, struct error *error)
{
    struct sql_statement *insert =
        sql_prepare(store->sql, "INSERT OR IGNORE INTO temp.stock_text VALUES (?, ?)", error);
    sql_bind_text(insert, 1, candidate->source);
    sql_bind_hash(insert, 2, candidate->text_hash);
    return sql_run(insert, error);
}

static bool list_if_stock_text(struct store *store, const struct candidate *candidate,
                               struct error *error)
{
    bool is_uniform;
    return !may_be_stock_text(candidate) || (has_one_form(store, candidate, &is_uniform, error) &&
                                             (!is_uniform || list_text(store, candidate, error)));
}

/* Calls list_if_stock_text for every text that is frequent in its source and question. A record
 * with a title of its own has an opinion there. */
static bool list_frequent_texts(struct store *store, struct error *error)
{
    struct sql_statement *frequent = sql_prepare(
        store->sql,
        "WITH total AS (SELECT source, coalesce(question, '') AS question, count(*) AS records"
        "  FROM feedback GROUP BY 1, 2 HAVING records >= ?2),"
        " same AS (SELECT source, text_hash, min(id) AS id, count(*) AS records FROM feedback"
        "  WHERE title IS NULL OR title = text GROUP BY 1, 2 HAVING records >= ?3)"
        " SELECT f.source, coalesce(f.question, ''), f.text, coalesce(a.confidence, 0.0), "
        "f.text_hash, same.records, t.records"
        " FROM same JOIN feedback AS f ON f.id = same.id JOIN total AS t"
        "  ON t.source = f.source AND t.question = coalesce(f.question, '')"
        " LEFT JOIN analysis AS a ON a.text_hash = f.text_hash AND a.model_key = ?1"
        " WHERE same.records * 100 > t.records * ?4 ORDER BY f.source, f.text_hash",
        error);
    sql_bind_hash(frequent, 1, store->model_key);
    sql_bind_integer(frequent, 2, MIN_LISTED_SOURCE_RECORDS);
    sql_bind_integer(frequent, 3, MIN_LISTED_RECORDS);
    sql_bind_integer(frequent, 4, MAX_SHARE_PCT);
    bool ok = true;
    while (ok && sql_next_row(frequent)) {
        struct candidate candidate = {.source = sql_text(frequent, 0),
                                      .question = sql_text(frequent, 1),
                                      .text = sql_text(frequent, 2),
                                      .confidence = sql_real(frequent, 3),
                                      .text_hash = sql_hash(frequent, 4),
                                      .records = (uint64_t)sql_integer(frequent, 5),
                                      .source_records = (uint64_t)sql_integer(frequent, 6)};
        ok = list_if_stock_text(store, &candidate, error);
    }
    return sql_finish(frequent, error) && ok;
}

/* Changes only the marks that differ: a changed record makes all results out of date. */
bool store_mark_stock_texts(struct store *store, struct error *error)
{
    return sql_begin(store->sql, error) &&
           sql_end(store->sql,
                   sql_execute(store->sql,
                               "CREATE TEMP TABLE IF NOT EXISTS stock_text (source TEXT,"
                               " text_hash INTEGER, PRIMARY KEY (source, text_hash)) WITHOUT ROWID;"
                               "DELETE FROM temp.stock_text",
                               error) &&
                       list_frequent_texts(store, error) &&
                       sql_execute(store->sql,
                                   "UPDATE feedback SET no_opinion = 1 - no_opinion"
                                   " WHERE no_opinion <> ((source, text_hash) IN"
                                   "  (SELECT source, text_hash FROM temp.stock_text))",
                                   error),
                   error);
}

bool store_for_each_stock_text(struct store *store,
                               bool (*visit)(void *user, const struct stock_text *stock_text,
                                             struct error *error),
                               void *user, struct error *error)
{
    struct sql_statement *rows =
        sql_prepare(store->sql,
                    "SELECT source, min(text), count(*) FROM feedback WHERE no_opinion <> 0"
                    " GROUP BY source, text_hash ORDER BY source, count(*) DESC, min(text)",
                    error);
    bool ok = true;
    while (ok && sql_next_row(rows)) {
        struct stock_text stock_text = {sql_text(rows, 0), sql_text(rows, 1),
                                        (uint64_t)sql_integer(rows, 2)};
        ok = visit(user, &stock_text, error);
    }
    return sql_finish(rows, error) && ok;
}
