/* layout.c - finding out how a delimited file is laid out. */
#include "connectors/table/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "connectors/columns/column_names.h"
#include "connectors/columns/roles.h"

enum {
    SAMPLE_ROWS = 1000,
    MAX_COLUMNS = MAX_TABLE_COLUMNS,
    MAX_PREAMBLE_ROWS = 20, /* rows */
    MIN_CERTAIN_SCORE = 75  /* of a trial: rarer delimiters are tried, too */
};

/* A way that the file could be meant, and what its head looks like then. */
struct dialect_trial {
    struct dialect dialect;
    const struct text **rows;
    size_t *counts;
    size_t row_count, broken_rows, blank_lines;
    size_t width; /* cells of most rows */
    size_t preamble;
    double score;
};

static void read_sample(struct dialect_trial *dialect_trial, struct text head, bool is_final,
                        size_t expected_cells, size_t max_cell_size, struct arena *arena)
{
    struct rows *rows = rows_open(dialect_trial->dialect, max_cell_size);
    struct table_row row;
    dialect_trial->rows = arena_alloc(arena, SAMPLE_ROWS, sizeof(*dialect_trial->rows));
    dialect_trial->counts = arena_alloc(arena, SAMPLE_ROWS, sizeof(*dialect_trial->counts));
    dialect_trial->row_count = dialect_trial->broken_rows = dialect_trial->blank_lines = 0;
    while (dialect_trial->row_count < SAMPLE_ROWS && dialect_trial->broken_rows < SAMPLE_ROWS) {
        enum row_status kind = rows_next(rows, head, is_final, expected_cells, &row);
        if (kind == ROW_END || kind == ROW_INCOMPLETE) {
            dialect_trial->broken_rows += kind == ROW_INCOMPLETE && dialect_trial->row_count == 0;
            break;
        }
        dialect_trial->blank_lines += row.blank_size > 0 && dialect_trial->row_count > 0;
        head = text_slice(head, row.blank_size + row.size, head.size);
        if (kind != ROW_FOUND) {
            dialect_trial->broken_rows += kind == ROW_BROKEN;
            continue;
        }
        struct text *cells = arena_alloc(arena, row.count, sizeof(*cells));
        for (size_t i = 0; i < row.count; i++)
            cells[i] = arena_copy_text(arena, row.cells[i]);
        dialect_trial->rows[dialect_trial->row_count] = cells;
        dialect_trial->counts[dialect_trial->row_count++] = row.count;
    }
    rows_close(rows);
}

/* Cells of most rows. A first row that a quarter of all agree with is taken for the header, even
 * where short rows are many. */
static size_t find_width(const struct dialect_trial *dialect_trial)
{
    size_t *tally = memory_alloc(MAX_COLUMNS + 1, sizeof(*tally));
    size_t best = 0;
    for (size_t i = 0; i < dialect_trial->row_count; i++)
        tally[dialect_trial->counts[i] <= MAX_COLUMNS ? dialect_trial->counts[i] : MAX_COLUMNS]++;
    for (size_t count = 1; count <= MAX_COLUMNS; count++)
        if (tally[count] > 0 && tally[count] >= tally[best])
            best = count;
    size_t first = dialect_trial->row_count ? dialect_trial->counts[0] : 0;
    if (first > best && first <= MAX_COLUMNS && tally[first] * 4 >= dialect_trial->row_count)
        best = first;
    free(tally);
    return best;
}

static size_t count_filled_cells(const struct text *cells, size_t count)
{
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        filled += text_trim(cells[i]).size > 0;
    return filled;
}

/* Rows before the header: a title, the date of the export, notes. */
static size_t find_preamble(const struct dialect_trial *dialect_trial)
{
    size_t width = dialect_trial->width, row = 0;
    if (width < 2)
        return 0;
    while (row + 1 < dialect_trial->row_count && row < MAX_PREAMBLE_ROWS) {
        size_t count = dialect_trial->counts[row];
        size_t filled = count_filled_cells(dialect_trial->rows[row], count);
        bool title = width >= 3 ? filled <= 1 || count * 2 < width : count < 2;
        if (!title)
            return row;
        row++;
    }
    return row < MAX_PREAMBLE_ROWS && row + 1 < dialect_trial->row_count ? row : 0;
}

static bool row_has_known_names(const struct text *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
            if (cells[i].size < 60 &&
                column_name_score((enum role)role, cells[i]) >= COLUMN_NAME_EXACT)
                return true;
    return false;
}

/* Share of rows as wide as most, from 0 to 100; a single column proves little. */
static void score_trial(struct dialect_trial *dialect_trial)
{
    if (dialect_trial->row_count == 0)
        return;
    dialect_trial->width = find_width(dialect_trial);
    dialect_trial->preamble = find_preamble(dialect_trial);
    double matching_rows = 0;
    for (size_t i = dialect_trial->preamble; i < dialect_trial->row_count; i++) {
        size_t count = dialect_trial->counts[i];
        while (count > dialect_trial->width &&
               text_trim(dialect_trial->rows[i][count - 1]).size == 0)
            count--; /* delimiters with nothing behind them */
        if (count == dialect_trial->width)
            matching_rows += 1;
        else if (count < dialect_trial->width && count > 1)
            matching_rows += 0.5; /* short rows are common */
    }
    double rows =
        (double)(dialect_trial->row_count - dialect_trial->preamble + dialect_trial->broken_rows);
    dialect_trial->score = 100 * matching_rows / rows - 5 * (double)dialect_trial->preamble;
    if (dialect_trial->counts[dialect_trial->preamble] != dialect_trial->width)
        dialect_trial->score -= 10;
    if (dialect_trial->width == 1)
        dialect_trial->score *= 0.45;
    else if (row_has_known_names(dialect_trial->rows[dialect_trial->preamble],
                                 dialect_trial->counts[dialect_trial->preamble]))
        dialect_trial->score += 15;
}

static bool is_number_or_date(struct text cell)
{
    double number;
    int64_t seconds;
    cell = text_trim(cell);
    return text_to_real(cell, &number) || date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
}

/* Votes of one column: +1 when its cells are numbers below a word, -1 when the first is a number
 * too, 0 when it cannot say. */
static int vote_on_header(const struct dialect_trial *dialect_trial, size_t column)
{
    size_t first = dialect_trial->preamble, filled = 0, typed_cells = 0;
    for (size_t row = first + 1; row < dialect_trial->row_count && filled < 50; row++) {
        if (column >= dialect_trial->counts[row] ||
            text_trim(dialect_trial->rows[row][column]).size == 0)
            continue;
        filled++;
        typed_cells += is_number_or_date(dialect_trial->rows[row][column]);
    }
    struct text name = text_trim(dialect_trial->rows[first][column]);
    if (is_number_or_date(name))
        return -1;
    return name.size > 0 && filled > 0 && typed_cells * 5 >= filled * 4 ? 1 : 0;
}

static bool name_repeats_below(const struct dialect_trial *dialect_trial, size_t column)
{
    size_t first = dialect_trial->preamble;
    struct text name = text_trim(dialect_trial->rows[first][column]);
    for (size_t row = first + 1; row < dialect_trial->row_count; row++)
        if (name.size > 0 && column < dialect_trial->counts[row] &&
            text_equal(name, text_trim(dialect_trial->rows[row][column])))
            return true;
    return false;
}

static bool has_header(const struct dialect_trial *dialect_trial)
{
    size_t first = dialect_trial->preamble, count = dialect_trial->counts[first];
    const struct text *cells = dialect_trial->rows[first];
    int votes = 0, votes_against = 0;
    for (size_t column = 0; column < count; column++) {
        int vote = vote_on_header(dialect_trial, column);
        votes += vote;
        votes_against += vote < 0;
    }
    if (votes_against > 0)
        return votes > 0;
    if (votes > 0 || row_has_known_names(cells, count))
        return true;
    if (count == 1) { /* a list of texts: a header is a short word above long lines */
        size_t below = 0;
        for (size_t row = first + 1; row < dialect_trial->row_count; row++)
            below += dialect_trial->rows[row][0].size;
        size_t rows = dialect_trial->row_count - first - 1;
        return rows == 0 || cells[0].size * 3 <= below / rows;
    }
    size_t repeated = 0;
    for (size_t column = 0; column < count; column++)
        repeated += name_repeats_below(dialect_trial, column);
    /* Nearly every table has a header: only rows that say the same over and over have none. */
    size_t rows = dialect_trial->row_count - first - 1;
    return rows < 4 || repeated < count_filled_cells(cells, count);
}

/* Columns of the table: as many as the header has, or more when nearly every row has more. */
static size_t find_column_count(const struct dialect_trial *dialect_trial)
{
    size_t header = dialect_trial->counts[dialect_trial->preamble], wider = 0;
    size_t rows = dialect_trial->row_count - dialect_trial->preamble - 1;
    for (size_t row = dialect_trial->preamble + 1; row < dialect_trial->row_count; row++)
        wider += dialect_trial->counts[row] == dialect_trial->width;
    return dialect_trial->width > header && wider * 5 >= rows * 4 ? dialect_trial->width : header;
}

static const char *delimiter_name(struct dialect dialect)
{
    switch (dialect.delimiter) {
    case ',':
        return "comma";
    case ';':
        return "semicolon";
    case '\t':
        return dialect.quote ? "tab" : "tab, quotes are letters";
    case '|':
        return "vertical bar";
    case '^':
        return "caret";
    case '~':
        return "tilde";
    case ' ':
        return "blank";
    case 0:
        return "no delimiter: a text a line";
    default:
        return "delimiter as given";
    }
}

static void fill_layout(struct table_layout *table_layout,
                        const struct dialect_trial *dialect_trial,
                        const struct layout_options *layout_options, struct arena *arena)
{
    size_t first = dialect_trial->preamble;
    bool header = layout_options->header == HEADER_YES ||
                  (layout_options->header == HEADER_AUTO && has_header(dialect_trial));
    table_layout->dialect = dialect_trial->dialect;
    table_layout->preamble = first;
    table_layout->header_rows = header ? 1 : 0;
    table_layout->count = header ? find_column_count(dialect_trial) : dialect_trial->width;
    table_layout->header = arena_alloc(arena, table_layout->count, sizeof(*table_layout->header));
    for (size_t i = 0; i < table_layout->count; i++)
        table_layout->header[i] = header && i < dialect_trial->counts[first]
                                      ? dialect_trial->rows[first][i]
                                      : arena_format(arena, "column_%zu", i + 1);
    table_layout->blank_lines = dialect_trial->blank_lines;
    table_layout->has_known_names =
        header && row_has_known_names(table_layout->header, table_layout->count);
    size_t begin = first + table_layout->header_rows, rows = dialect_trial->row_count - begin;
    if (table_layout->count > MAX_COLUMNS)
        rows = 0; /* no table: the caller refuses it */
    struct text *cells = arena_alloc(arena, rows * table_layout->count + 1, sizeof(*cells));
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < table_layout->count && i < dialect_trial->counts[begin + row]; i++)
            cells[row * table_layout->count + i] = dialect_trial->rows[begin + row][i];
    table_layout->samples = (struct samples){cells, rows, table_layout->count};
    table_layout->score = dialect_trial->score < 0     ? 0
                          : dialect_trial->score > 100 ? 100
                                                       : (int)dialect_trial->score;
    table_layout->reason = arena_format(
        arena, "%zu column%s, %s, %s", table_layout->count, table_layout->count == 1 ? "" : "s",
        delimiter_name(dialect_trial->dialect), header ? "with a header" : "without a header");
    if (first > 0)
        table_layout->reason =
            arena_format(arena, "%.*s below %zu other line%s", TEXT_ARGUMENT(table_layout->reason),
                         first, first == 1 ? "" : "s");
}

/* "tab", ";", "none" ... */
static bool parse_delimiter(struct text delimiter_option, char *delimiter)
{
    struct text word = text_trim(delimiter_option);
    if (text_equal_ignore_case(word, TEXT("tab")) || text_equal(word, TEXT("\\t")) ||
        text_equal(delimiter_option, TEXT("\t")))
        *delimiter = '\t';
    else if (text_equal_ignore_case(word, TEXT("none")))
        *delimiter = 0;
    else if (text_equal_ignore_case(word, TEXT("comma")))
        *delimiter = ',';
    else if (text_equal_ignore_case(word, TEXT("semicolon")))
        *delimiter = ';';
    else if (text_equal_ignore_case(word, TEXT("space")) || text_equal(delimiter_option, TEXT(" ")))
        *delimiter = ' ';
    else if (word.size == 1 && word.bytes[0] != '"' && (signed char)word.bytes[0] > 0)
        *delimiter = word.bytes[0];
    else
        return false;
    return true;
}

/* Reads the head in one more way, and keeps it when it fits better. */
static void try_dialect(struct dialect_trial *best, struct dialect dialect, double bonus,
                        struct text head, bool is_final,
                        const struct layout_options *layout_options, struct arena *arena)
{
    struct dialect_trial dialect_trial = {.dialect = dialect};
    read_sample(&dialect_trial, head, is_final, 0, layout_options->max_cell_size, arena);
    score_trial(&dialect_trial);
    dialect_trial.score += bonus;
    if (dialect_trial.row_count > 0 && (best->row_count == 0 || dialect_trial.score > best->score))
        *best = dialect_trial;
}

/* How often `quote` stands at the begin and at the end of a cell. */
static void count_quote_edges(struct text head, char delimiter, char quote, size_t quote_edges[2])
{
    quote_edges[0] = quote_edges[1] = 0;
    for (size_t i = 0; i < head.size; i++) {
        if (head.bytes[i] != quote)
            continue;
        char before = i > 0 ? head.bytes[i - 1] : '\n';
        char after = i + 1 < head.size ? head.bytes[i + 1] : '\n';
        quote_edges[0] += before == delimiter || before == '\n' || before == '\r';
        quote_edges[1] += after == delimiter || after == '\n' || after == '\r';
    }
}

/* Cells in apostrophes, as in the text 'tis and the '90s they are not. */
static bool uses_apostrophe_quotes(struct text head, char delimiter)
{
    size_t quote_edges[2];
    count_quote_edges(head, delimiter, '\'', quote_edges);
    size_t more = quote_edges[0] > quote_edges[1] ? quote_edges[0] - quote_edges[1]
                                                  : quote_edges[1] - quote_edges[0];
    return quote_edges[0] >= 3 && more * 10 <= quote_edges[0];
}

/* Ways to write quotes that are rarer, where the head has their marks. */
static void try_rare_quotes(struct dialect_trial *best, char delimiter, struct text head,
                            bool is_final, const struct layout_options *layout_options,
                            struct arena *arena)
{
    const char blank_quote[] = {delimiter, ' ', '"'};
    bool uses_backslash_escapes = text_find(head, TEXT("\\\""), 0) < head.size;
    bool trims_blanks =
        delimiter != ' ' && text_find(head, (struct text){blank_quote, 3}, 0) < head.size;
    if (uses_backslash_escapes)
        try_dialect(best, (struct dialect){delimiter, '"', true, false}, 0, head, is_final,
                    layout_options, arena);
    if (trims_blanks)
        try_dialect(best, (struct dialect){delimiter, '"', false, true}, 0, head, is_final,
                    layout_options, arena);
    if (uses_apostrophe_quotes(head, delimiter))
        try_dialect(best, (struct dialect){delimiter, '\'', false, false}, 1, head, is_final,
                    layout_options, arena);
}

/* Delimiters that prose is full of, or that hardly anybody uses: only where every row fits. */
static void try_rare_delimiters(struct dialect_trial *best, struct text head, bool is_final,
                                const struct layout_options *layout_options, struct arena *arena)
{
    enum { MIN_SCORE = 90, MIN_WIDTH = 3 };
    static const char delimiters[] = {'^', '~', ' '};
    for (size_t i = 0; i < sizeof(delimiters); i++) {
        struct dialect_trial rare_trial = {0};
        try_dialect(&rare_trial, (struct dialect){delimiters[i], '"', false, false}, 0, head,
                    is_final, layout_options, arena);
        if (rare_trial.row_count > 1 && rare_trial.width >= MIN_WIDTH &&
            rare_trial.score >= MIN_SCORE && rare_trial.score > best->score)
            *best = rare_trial;
    }
}

bool table_layout_detect(struct table_layout *table_layout, struct text head, bool is_final,
                         const struct layout_options *layout_options, struct arena *arena,
                         struct text *fault)
{
    static const struct dialect common_dialects[] = {
        {',', '"', false, false}, {';', '"', false, false}, {'\t', '"', false, false},
        {'\t', 0, false, false},  {'|', '"', false, false}, {0, 0, false, false}};
    char delimiter_option = 0;
    bool is_given = layout_options->delimiter.size > 0;
    *table_layout = (struct table_layout){0};
    if (is_given && !parse_delimiter(layout_options->delimiter, &delimiter_option)) {
        *fault = TEXT("expected one character, or comma, semicolon, tab, space, none");
        return false;
    }
    struct dialect_trial best = {0};
    bool is_listed = delimiter_option == 0 || strchr(",;\t|", delimiter_option);
    for (size_t i = 0; i < sizeof(common_dialects) / sizeof(*common_dialects); i++)
        if (!is_given || common_dialects[i].delimiter == delimiter_option)
            try_dialect(&best, common_dialects[i], 0, head, is_final, layout_options, arena);
    if (is_given && !is_listed) {
        try_dialect(&best, (struct dialect){delimiter_option, '"', false, false}, 0, head, is_final,
                    layout_options, arena);
        try_dialect(&best, (struct dialect){delimiter_option, 0, false, false}, 0, head, is_final,
                    layout_options, arena);
    }
    if (!is_given && best.row_count > 0 && (best.width == 1 || best.score < MIN_CERTAIN_SCORE))
        try_rare_delimiters(&best, head, is_final, layout_options, arena);
    for (size_t i = 0; i < sizeof(common_dialects) / sizeof(*common_dialects); i++)
        if (common_dialects[i].quote &&
            (!is_given || common_dialects[i].delimiter == delimiter_option))
            try_rare_quotes(&best, common_dialects[i].delimiter, head, is_final, layout_options,
                            arena);
    if (best.row_count == 0)
        return true; /* nothing but blank lines */
    /* Again, now that it is known how wide a whole row is. */
    read_sample(&best, head, is_final, best.width, layout_options->max_cell_size, arena);
    best.preamble = 0;
    score_trial(&best);
    if (best.row_count > 0)
        fill_layout(table_layout, &best, layout_options, arena);
    return true;
}

static bool is_name_taken(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], name))
            return true;
    return false;
}

void make_names_unique(struct text *names, size_t count, struct arena *arena)
{
    for (size_t i = 1; i < count; i++) {
        struct text name = names[i];
        /* Past twenty of a name its column's number makes it different at once. */
        for (size_t copy = 2; is_name_taken(names, i, names[i]); copy += copy < 20 ? 1 : i)
            names[i] = arena_format(arena, "%.*s_%zu", TEXT_ARGUMENT(name), copy);
    }
}
