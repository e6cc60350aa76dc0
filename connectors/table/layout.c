/* layout.c - detects the layout of a delimited file. */
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
    MAX_PREAMBLE_ROWS = 20,
    MIN_CERTAIN_SCORE = 75 /* of a trial; below it, rare delimiters are tried too */
};

/* The sample rows in one dialect, and how well they fit a table. */
struct dialect_trial {
    struct dialect dialect;
    const struct text **rows;
    size_t *counts;
    size_t row_count, broken_rows, blank_lines;
    size_t width; /* number of cells in most rows */
    size_t preamble;
    double score;
};

/* State of table_layout_detect. */
struct layout_search {
    struct lookahead head;
    const struct layout_options *options;
    struct arena *arena;
    struct dialect_trial best;
};

static void read_sample(const struct layout_search *search, struct dialect_trial *trial,
                        size_t expected_cells)
{
    struct row_reader *reader = row_reader_open(trial->dialect, search->options->max_cell_size);
    struct lookahead rest = search->head;
    struct table_row row;
    trial->rows = arena_alloc(search->arena, SAMPLE_ROWS, sizeof(*trial->rows));
    trial->counts = arena_alloc(search->arena, SAMPLE_ROWS, sizeof(*trial->counts));
    trial->row_count = trial->broken_rows = trial->blank_lines = 0;
    while (trial->row_count < SAMPLE_ROWS && trial->broken_rows < SAMPLE_ROWS) {
        enum row_status status = row_reader_next(reader, rest, expected_cells, &row);
        if (status == ROW_END || status == ROW_INCOMPLETE) {
            trial->broken_rows += status == ROW_INCOMPLETE && trial->row_count == 0;
            break;
        }
        trial->blank_lines += row.blank_size > 0 && trial->row_count > 0;
        rest.text = text_slice(rest.text, row.blank_size + row.size, rest.text.size);
        if (status != ROW_FOUND) {
            trial->broken_rows += status == ROW_BROKEN;
            continue;
        }
        struct text *cells = arena_alloc(search->arena, row.count, sizeof(*cells));
        for (size_t i = 0; i < row.count; i++)
            cells[i] = arena_copy_text(search->arena, row.cells[i]);
        trial->rows[trial->row_count] = cells;
        trial->counts[trial->row_count++] = row.count;
    }
    row_reader_close(reader);
}

/* The most frequent number of cells. A wider first row is taken for the header if a quarter of the
 * rows are as wide, since short rows are common. */
static size_t find_width(const struct dialect_trial *trial)
{
    size_t *tally = memory_alloc(MAX_COLUMNS + 1, sizeof(*tally));
    size_t best = 0;
    for (size_t i = 0; i < trial->row_count; i++)
        tally[trial->counts[i] <= MAX_COLUMNS ? trial->counts[i] : MAX_COLUMNS]++;
    for (size_t count = 1; count <= MAX_COLUMNS; count++)
        if (tally[count] > 0 && tally[count] >= tally[best])
            best = count;
    size_t first = trial->row_count ? trial->counts[0] : 0;
    if (first > best && first <= MAX_COLUMNS && tally[first] * 4 >= trial->row_count)
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

/* Number of rows above the header: a title, the date of the export, notes. */
static size_t find_preamble(const struct dialect_trial *trial)
{
    size_t width = trial->width, row = 0;
    if (width < 2)
        return 0;
    while (row + 1 < trial->row_count && row < MAX_PREAMBLE_ROWS) {
        size_t count = trial->counts[row];
        size_t filled = count_filled_cells(trial->rows[row], count);
        bool title = width >= 3 ? filled <= 1 || count * 2 < width : count < 2;
        if (!title)
            return row;
        row++;
    }
    return row < MAX_PREAMBLE_ROWS && row + 1 < trial->row_count ? row : 0;
}

static bool row_has_known_names(const struct text *cells, size_t count)
{
    int scores[ROLE_COUNT];
    for (size_t i = 0; i < count; i++) {
        if (cells[i].size >= 60)
            continue;
        column_name_scores(cells[i], scores);
        for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
            if (scores[role] >= COLUMN_NAME_EXACT)
                return true;
    }
    return false;
}

/* Scores the share of rows with the usual width, from 0 to 100. A single column proves little. */
static void score_trial(struct dialect_trial *trial)
{
    if (trial->row_count == 0)
        return;
    trial->width = find_width(trial);
    trial->preamble = find_preamble(trial);
    double matching_rows = 0;
    for (size_t i = trial->preamble; i < trial->row_count; i++) {
        size_t count = trial->counts[i];
        while (count > trial->width && text_trim(trial->rows[i][count - 1]).size == 0)
            count--; /* trailing delimiters */
        if (count == trial->width)
            matching_rows += 1;
        else if (count < trial->width && count > 1)
            matching_rows += 0.5; /* short rows are common */
    }
    double rows = (double)(trial->row_count - trial->preamble + trial->broken_rows);
    trial->score = 100 * matching_rows / rows - 5 * (double)trial->preamble;
    if (trial->counts[trial->preamble] != trial->width)
        trial->score -= 10;
    if (trial->width == 1)
        trial->score *= 0.45;
    else if (row_has_known_names(trial->rows[trial->preamble], trial->counts[trial->preamble]))
        trial->score += 15;
}

static bool is_number_or_date(struct text cell)
{
    double number;
    int64_t seconds;
    cell = text_trim_unicode(cell);
    return text_to_real(cell, &number) || date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
}

/* The vote of a column for a header: 1 if numbers or dates are below a word, -1 if the first cell
 * is a number or date, 0 otherwise. */
static int vote_on_header(const struct dialect_trial *trial, size_t column)
{
    size_t first = trial->preamble, filled = 0, typed_cells = 0;
    for (size_t row = first + 1; row < trial->row_count && filled < 50; row++) {
        if (column >= trial->counts[row] || text_trim(trial->rows[row][column]).size == 0)
            continue;
        filled++;
        typed_cells += is_number_or_date(trial->rows[row][column]);
    }
    struct text name = text_trim(trial->rows[first][column]);
    if (is_number_or_date(name))
        return -1;
    return name.size > 0 && filled > 0 && typed_cells * 5 >= filled * 4 ? 1 : 0;
}

static bool name_repeats_below(const struct dialect_trial *trial, size_t column)
{
    size_t first = trial->preamble;
    struct text name = text_trim(trial->rows[first][column]);
    for (size_t row = first + 1; row < trial->row_count; row++)
        if (name.size > 0 && column < trial->counts[row] &&
            text_equal(name, text_trim(trial->rows[row][column])))
            return true;
    return false;
}

static bool has_header(const struct dialect_trial *trial)
{
    size_t first = trial->preamble, count = trial->counts[first];
    const struct text *cells = trial->rows[first];
    int votes = 0, votes_against = 0;
    for (size_t column = 0; column < count; column++) {
        int vote = vote_on_header(trial, column);
        votes += vote;
        votes_against += vote < 0;
    }
    if (votes_against > 0)
        return votes > 0;
    if (votes > 0 || row_has_known_names(cells, count))
        return true;
    if (count == 1) { /* in a list of texts, a header is a short line above long ones */
        size_t below = 0;
        for (size_t row = first + 1; row < trial->row_count; row++)
            below += trial->rows[row][0].size;
        size_t rows = trial->row_count - first - 1;
        return rows == 0 || cells[0].size * 3 <= below / rows;
    }
    size_t repeated = 0;
    for (size_t column = 0; column < count; column++)
        repeated += name_repeats_below(trial, column);
    /* Nearly every table has a header. It has none if each cell of the first row repeats below. */
    size_t rows = trial->row_count - first - 1;
    return rows < 4 || repeated < count_filled_cells(cells, count);
}

/* Number of columns: that of the header, or more if nearly every row is wider. */
static size_t find_column_count(const struct dialect_trial *trial)
{
    size_t header = trial->counts[trial->preamble], wider = 0;
    size_t rows = trial->row_count - trial->preamble - 1;
    for (size_t row = trial->preamble + 1; row < trial->row_count; row++)
        wider += trial->counts[row] == trial->width;
    return trial->width > header && wider * 5 >= rows * 4 ? trial->width : header;
}

static const char *delimiter_name(struct dialect dialect)
{
    switch (dialect.delimiter) {
    case ',':
        return "comma";
    case ';':
        return "semicolon";
    case '\t':
        return dialect.quote ? "tab" : "tab, quotes are ordinary characters";
    case '|':
        return "vertical bar";
    case '^':
        return "caret";
    case '~':
        return "tilde";
    case ' ':
        return "space";
    case 0:
        return "no delimiter, one text per line";
    default:
        return "delimiter as given";
    }
}

static void fill_layout(struct table_layout *table_layout, const struct layout_search *search)
{
    const struct dialect_trial *trial = &search->best;
    struct arena *arena = search->arena;
    size_t first = trial->preamble;
    bool header = search->options->header == HEADER_YES ||
                  (search->options->header == HEADER_AUTO && has_header(trial));
    table_layout->dialect = trial->dialect;
    table_layout->preamble = first;
    table_layout->header_rows = header ? 1 : 0;
    table_layout->count = header ? find_column_count(trial) : trial->width;
    table_layout->header = arena_alloc(arena, table_layout->count, sizeof(*table_layout->header));
    for (size_t i = 0; i < table_layout->count; i++)
        table_layout->header[i] = header && i < trial->counts[first]
                                      ? trial->rows[first][i]
                                      : arena_format(arena, "column_%zu", i + 1);
    table_layout->blank_lines = trial->blank_lines;
    table_layout->has_known_names =
        header && row_has_known_names(table_layout->header, table_layout->count);
    size_t begin = first + table_layout->header_rows, rows = trial->row_count - begin;
    if (table_layout->count > MAX_COLUMNS)
        rows = 0; /* not a table: the caller refuses it */
    struct text *cells = arena_alloc(arena, rows * table_layout->count + 1, sizeof(*cells));
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < table_layout->count && i < trial->counts[begin + row]; i++)
            cells[row * table_layout->count + i] = trial->rows[begin + row][i];
    table_layout->samples = (struct samples){
        .names = table_layout->header, .count = table_layout->count, .cells = cells, .rows = rows};
    table_layout->score = trial->score < 0 ? 0 : trial->score > 100 ? 100 : (int)trial->score;
    table_layout->reason = arena_format(
        arena, "%zu column%s, %s, %s", table_layout->count, table_layout->count == 1 ? "" : "s",
        delimiter_name(trial->dialect), header ? "with a header" : "without a header");
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

/* Parses the head in one more dialect, and keeps it if it fits better. */
static void try_dialect(struct layout_search *search, struct dialect dialect, double bonus)
{
    struct dialect_trial trial = {.dialect = dialect}, *best = &search->best;
    read_sample(search, &trial, 0);
    score_trial(&trial);
    trial.score += bonus;
    if (trial.row_count > 0 && (best->row_count == 0 || trial.score > best->score))
        *best = trial;
}

/* Counts how often a quote is at the beginning [0] and at the end [1] of a cell. */
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

/* Whether cells are enclosed in apostrophes: they begin cells about as often as they end them. */
static bool uses_apostrophe_quotes(struct text head, char delimiter)
{
    size_t quote_edges[2];
    count_quote_edges(head, delimiter, '\'', quote_edges);
    size_t more = quote_edges[0] > quote_edges[1] ? quote_edges[0] - quote_edges[1]
                                                  : quote_edges[1] - quote_edges[0];
    return quote_edges[0] >= 3 && more * 10 <= quote_edges[0];
}

/* Tries rare notations of quotes where the head has signs of them. */
static void try_rare_quotes(struct layout_search *search, char delimiter)
{
    struct text head = search->head.text;
    const char blank_quote[] = {delimiter, ' ', '"'};
    bool uses_backslash_escapes = text_find(head, TEXT("\\\""), 0) < head.size;
    bool trims_blanks =
        delimiter != ' ' && text_find(head, (struct text){blank_quote, 3}, 0) < head.size;
    if (uses_backslash_escapes)
        try_dialect(search, (struct dialect){delimiter, '"', true, false}, 0);
    if (trims_blanks)
        try_dialect(search, (struct dialect){delimiter, '"', false, true}, 0);
    if (uses_apostrophe_quotes(head, delimiter))
        try_dialect(search, (struct dialect){delimiter, '\'', false, false}, 1);
}

/* Tries delimiters that are frequent in prose or rare in tables; accepted only if every row fits.
 */
static void try_rare_delimiters(struct layout_search *search)
{
    enum { MIN_SCORE = 90, MIN_WIDTH = 3 };
    static const char delimiters[] = {'^', '~', ' '};
    struct dialect_trial common_best = search->best;
    for (size_t i = 0; i < sizeof(delimiters); i++) {
        search->best = (struct dialect_trial){0};
        try_dialect(search, (struct dialect){delimiters[i], '"', false, false}, 0);
        if (search->best.row_count > 1 && search->best.width >= MIN_WIDTH &&
            search->best.score >= MIN_SCORE && search->best.score > common_best.score)
            common_best = search->best;
    }
    search->best = common_best;
}

static void try_delimiters(struct layout_search *search, bool is_given, char given_delimiter)
{
    static const struct dialect common_dialects[] = {
        {',', '"', false, false}, {';', '"', false, false}, {'\t', '"', false, false},
        {'\t', 0, false, false},  {'|', '"', false, false}, {0, 0, false, false}};
    enum { COMMON_COUNT = sizeof(common_dialects) / sizeof(*common_dialects) };
    bool is_common = given_delimiter == 0 || strchr(",;\t|", given_delimiter);
    for (size_t i = 0; i < COMMON_COUNT; i++)
        if (!is_given || common_dialects[i].delimiter == given_delimiter)
            try_dialect(search, common_dialects[i], 0);
    if (is_given && !is_common) {
        try_dialect(search, (struct dialect){given_delimiter, '"', false, false}, 0);
        try_dialect(search, (struct dialect){given_delimiter, 0, false, false}, 0);
    }
    if (!is_given && search->best.row_count > 0 &&
        (search->best.width == 1 || search->best.score < MIN_CERTAIN_SCORE))
        try_rare_delimiters(search);
    for (size_t i = 0; i < COMMON_COUNT; i++)
        if (common_dialects[i].quote &&
            (!is_given || common_dialects[i].delimiter == given_delimiter))
            try_rare_quotes(search, common_dialects[i].delimiter);
}

bool table_layout_detect(struct table_layout *table_layout, struct lookahead head,
                         const struct layout_options *options, struct arena *arena,
                         struct text *fault)
{
    char delimiter = 0;
    bool is_given = options->delimiter.size > 0;
    struct layout_search search = {.head = head, .options = options, .arena = arena};
    *table_layout = (struct table_layout){0};
    if (is_given && !parse_delimiter(options->delimiter, &delimiter)) {
        *fault = TEXT("expected one character, or comma, semicolon, tab, space, none");
        return false;
    }
    try_delimiters(&search, is_given, delimiter);
    if (search.best.row_count == 0)
        return true; /* only blank lines */
    /* Once more: the width of a whole row is known now, which decides where broken rows end. */
    read_sample(&search, &search.best, search.best.width);
    search.best.preamble = 0;
    score_trial(&search.best);
    if (search.best.row_count > 0)
        fill_layout(table_layout, &search);
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
        /* Beyond 20 equal names, steps by the column's number keep the search short. */
        for (size_t copy = 2; is_name_taken(names, i, names[i]); copy += copy < 20 ? 1 : i)
            names[i] = arena_format(arena, "%.*s_%zu", TEXT_ARGUMENT(name), copy);
    }
}
