/* roles.h - which column is the text, the id, the date, the rating: found from header names in
 * English and Korean (docs/FORMATS.md lists them), or given by the job (`map = text=Comment`).
 * Shared by csv, json and xml. */
#ifndef CONNECTORS_COLUMNS_ROLES_H
#define CONNECTORS_COLUMNS_ROLES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "pipeline/record.h"

enum role {
    ROLE_NONE,
    ROLE_TEXT,
    ROLE_ID,
    ROLE_DATE,
    ROLE_RATING,
    ROLE_TITLE,
    ROLE_AUTHOR,
    ROLE_LANG,
    ROLE_COUNT
};

extern const char *const role_names[ROLE_COUNT]; /* "text", "id", ...: the words of `map =` */

/* How the parts of a date stand in a column; decided over many cells, never a single one. */
enum date_order { DATE_ORDER_UNKNOWN, DATE_ORDER_YMD, DATE_ORDER_MDY, DATE_ORDER_DMY };

struct mapping {
    size_t columns[ROLE_COUNT]; /* column of each role, SIZE_MAX for none */
    struct text reasons[ROLE_COUNT];
    const size_t *text_columns; /* every column given as text= (a survey's answers), else NULL */
    size_t text_column_count;
    /* What the user said of dates; set before mapping_find, which keeps it. */
    enum date_order date_order; /* UNKNOWN: found from the samples */
    int date_zone_seconds;      /* east of UTC, for dates that carry no zone of their own */
    double rating_scale;        /* NAN: unknown */
};

/* Chooses columns from their names and from sample rows (samples[row * count + column]; none is
 * fine). `wanted` is the value of `map =` ("text=Comment,date=When"); empty: all by itself. A name
 * is found as it stands, or else without regard to case and outer blanks; "rating=" without a name
 * leaves the role without a column. A wanted column that is not there is ERROR_USAGE, with the
 * names that are. No text column is ERROR_USAGE that says how to name one, unless `wanted` has
 * "text=": a job needs a text, `winnow read` does not (mapping_find_with_optional_text). Texts and
 * tables are allocated from `arena`, names are borrowed. */
bool mapping_find(struct mapping *mapping, const struct text *names, size_t count,
                  const struct text *samples, size_t sample_rows, struct text user_mapping,
                  const char *path, struct arena *arena, struct error *error);

/* As mapping_find, but with `allow_missing_text` (an option of every connector that maps, set by
 * `winnow read`) a missing text column is no error. */
bool mapping_find_with_optional_text(struct mapping *mapping, bool allow_missing_text,
                                     const struct text *names, size_t count,
                                     const struct text *samples, size_t sample_rows,
                                     struct text user_mapping, const char *path,
                                     struct arena *arena, struct error *error);

/* The option that goes with it: MAPPING_ALLOW_MISSING_TEXT_OPTION(struct state, field). */
#define MAPPING_ALLOW_MISSING_TEXT_OPTION(state, field)                                            \
    {                                                                                              \
        .name = "allow_missing_text", .type = OPTION_BOOLEAN, .offset = offsetof(state, field),    \
        .default_value = "no", .help = "accept a file without a text column"                       \
    }

/* Fills a record from the cells of one row; texts are borrowed from the cells (`count` of them, as
 * many as names), and so are the names in record.fields. A cell that is no date or rating leaves it
 * unknown. False when a cell makes the row unusable (a reject): *reason says what was expected. */
bool mapping_fill_record(const struct mapping *mapping, const struct text *names,
                         const struct text *cells, size_t count, struct arena *arena,
                         struct record *record, struct text *reason);

/* Dates as exports write them: ISO 8601, epoch seconds or milliseconds by magnitude, RFC 2822,
 * 2026/01/15 10:23:45 AM GMT+9, 03/09/2026 by `order`, 2026. 1. 15., 2026년 1월 15일, Excel
 * serials. */
bool date_parse(struct text text, enum date_order order, int zone_seconds, int64_t *seconds);

/* The numbers of a date like 03/09/2026, or 15.08.25, which only a whole column can tell apart.
 * False for every other way to write a date. Whoever writes the year first in two digits writes two
 * of it always, and seldom slashes. */
bool date_split_numbers(struct text text, int64_t numbers[3], bool *can_be_year_first);

/* "4", "4.0", "4,5", "4/5" (sets *scale), "FIVE", "★★★★☆", "90%", "5 out of 5 stars", "Great",
 * "매우 만족". */
bool rating_parse(struct text text, double *rating, double *scale);

/* Lines "text: column 'Review Text' (name)" for `winnow plan`. */
struct text mapping_explain(const struct mapping *mapping, const struct text *names, size_t count,
                            struct arena *arena);

#endif
