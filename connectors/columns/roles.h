/* roles.h - which column holds the text, the id, the date, the rating: given by the user
 * (`map = text=Comment`), known from the export, or found from the column names and sample rows.
 * docs/FORMATS.md lists the names. Also parses the cells: dates and ratings. */
#ifndef CONNECTORS_COLUMNS_ROLES_H
#define CONNECTORS_COLUMNS_ROLES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/option.h"
#include "connectors/columns/column_profile.h"
#include "connectors/columns/nobody.h"
#include "connectors/columns/translations.h"
#include "connectors/columns/writer_sides.h"
#include "pipeline/column_facts.h"
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
    ROLE_REPLY, /* what the company answered */
    ROLE_COUNT
};

extern const char *const role_names[ROLE_COUNT]; /* "text", "id", ...: the keys of `map =` */

/* Roles that a known export assigns; the user's map overrides them. Zeroed: none. */
struct known_roles {
    bool is_known[ROLE_COUNT];
    size_t columns[ROLE_COUNT]; /* SIZE_MAX: no column has the role */
    double rating_scale;        /* the best possible rating of the export's vendor; 0: unknown */
};

void known_roles_set(struct known_roles *known_roles, enum role role, size_t column);

enum { MAX_DATE_SHAPES = 4 };

/* How to choose the columns. Texts are borrowed. */
struct mapping_options {
    const char *path;                      /* of the file, for messages */
    struct text user_mapping;              /* value of `map =`: "text=Comment,date=When" */
    const struct known_roles *known_roles; /* or NULL */
    bool allow_missing_text;               /* a table without a text column is no error */
    enum date_order date_order;            /* UNKNOWN: all rows of the source decide */
    int date_zone_seconds;                 /* east of UTC, for dates without a zone */
    double rating_scale; /* the best possible rating if a cell does not state it; 0: all rows of the
                            source decide */
};

struct mapping {
    size_t columns[ROLE_COUNT]; /* column of each role, SIZE_MAX for none */
    struct text reasons[ROLE_COUNT];
    struct text doubts[ROLE_COUNT]; /* which columns were refused and why; empty: none */
    const size_t *text_columns; /* all columns given as text= (several survey answers), or NULL */
    size_t text_column_count;
    const size_t *free_texts; /* columns without a role in which people wrote in their own words */
    size_t free_text_count;
    enum date_order date_order, given_date_order; /* found in the sample; set by the user */
    int date_zone_seconds;
    struct text date_column;
    uint64_t date_column_hash;
    uint64_t date_shapes[MAX_DATE_SHAPES]; /* in the sample */
    size_t date_shape_count;
    enum date_order shown_date_order;     /* of the first of them, if the sample leaves no doubt */
    struct text date_order_reason;        /* in the sample; empty: the dates have no open order */
    double rating_scale;                  /* the best possible rating in the sample; NAN: unknown */
    struct rating_reading rating_reading; /* of a cell that does not state its scale */
    struct nobody_filter nobody;
    struct translations translations;
    struct writer_sides sides; /* a column without a role that says who wrote a row */
};

/* Chooses a column for each role: first the user's, then the known ones, then by name and by
 * content. A name in the user's map matches exactly, or else ignoring case and outer blanks;
 * "rating=" without a name leaves the role without a column.
 *
 * Fails with ERROR_USAGE if the map is malformed, if it names a column that does not exist (the
 * message lists the columns), or if no column holds the text, unless the map has "text=" or
 * `allow_missing_text` is set. Reasons and lists are allocated from `arena`. */
bool mapping_find(struct mapping *mapping, const struct samples *samples,
                  const struct mapping_options *options, struct arena *arena, struct error *error);

/* The option of every connector that maps columns; `winnow read` sets it:
 * MAPPING_ALLOW_MISSING_TEXT_OPTION(struct state, field). */
#define MAPPING_ALLOW_MISSING_TEXT_OPTION(state, field)                                            \
    {                                                                                              \
        .name = "allow_missing_text", .type = OPTION_BOOLEAN, .offset = offsetof(state, field),    \
        .default_value = "no", .help = "accept a file without a text column"                       \
    }

/* The cells of one row, with the names of their columns. */
struct named_cells {
    const struct text *names, *cells;
    size_t count;
};

/* Fills a record from one row. Its texts are borrowed from the row, its list of fields is allocated
 * from `arena`. A cell that is not a date, not a rating of its scale, or not somebody's name leaves
 * that part unknown. */
void mapping_fill_record(const struct mapping *mapping, const struct named_cells *row,
                         struct arena *arena, struct record *record);

/* Whether a column says that the company wrote the row, which is then no feedback. */
bool mapping_is_company_row(const struct mapping *mapping, const struct text *cells, size_t count);

/* The language of a tag in lower case: "en" of "en-US", "EN" or "en_US"; empty if the text is no
 * tag. Allocated from `arena`. */
struct text language_parse(struct text text, struct arena *arena);

/* Lines "text: column 'Review Text' (name)" for `winnow plan`, with the columns that were refused:
 * "rating: no column; 'rating' was refused: 'soon' (row 3) is no rating". `facts` of the whole
 * source replace those of the sample; NULL: they are unknown. */
struct text mapping_explain(const struct mapping *mapping, const struct text *names, size_t count,
                            const struct column_facts *facts, struct arena *arena);

/* Parses dates as exports write them: ISO 8601, epoch seconds to nanoseconds by magnitude, RFC
 * 2822, 2026/01/15 10:23:45 AM GMT+9, 03/09/2026 in the given order, 2026. 1. 15., 2026년 1월 15일,
 * 25 janv. 2026 à 07:05 and the like in about thirty languages (data/months.tsv), serial numbers of
 * a spreadsheet. Relative dates ("3 days ago") are none. *seconds is in UTC; `zone_seconds` (east
 * of UTC) applies to dates without a zone. */
bool date_parse(struct text text, enum date_order order, int zone_seconds, int64_t *seconds);

/* Parses a date as date_parse does, and sets everything in *readings except given_order, file_order
 * and column. False leaves *seconds unchanged, and shape and key 0. */
bool date_parse_readings(struct text text, const struct mapping *mapping, int64_t *seconds,
                         struct date_readings *readings);

/* Whether the text is a date that depends on the day of the export: "3 days ago", "gestern". */
bool date_is_relative(struct text text);

/* Parses "4", "4.0", "4,5", "4/5", "FIVE", "★★★★☆", "90%", "5 out of 5 stars", "Great", "매우
 * 만족". Sets *scale, the best possible rating, only if the cell states or implies it. */
bool rating_parse(struct text text, double *rating, double *scale);

#endif
