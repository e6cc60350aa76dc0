/* layout.c - detects the layout of a delimited file. */
#include "connectors/table/layout.h"

#include <string.h>

#include "connectors/table/column_order.h"
#include "connectors/table/header.h"

/* The score of a trial below which rare delimiters are tried, too. */
enum { MIN_CERTAIN_SCORE = 75 };

/* State of table_layout_detect. */
struct layout_search {
    struct trial_input input;
    bool has_statement; /* the line "sep=;", which is not part of input.head */
    struct dialect_trial best;
};

bool row_is_comment(const struct text *cells, size_t count)
{
    return count == 1 && cells[0].size > 0 && cells[0].bytes[0] == '#';
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

/* The rows below the header. */
static struct samples tabulate_samples(const struct table_layout *table_layout,
                                       const struct dialect_trial *trial, struct arena *arena)
{
    size_t begin = trial->preamble + table_layout->header_rows, count = table_layout->count;
    size_t rows = count > MAX_TABLE_COLUMNS ? 0 /* not a table: the caller refuses it */
                                            : trial->row_count - begin;
    struct text *cells = arena_alloc(arena, rows * count + 1, sizeof(*cells));
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < count && i < trial->counts[begin + row]; i++)
            cells[row * count + i] = trial->rows[begin + row][i];
    return (struct samples){
        .names = table_layout->header, .count = count, .cells = cells, .rows = rows};
}

/* "3 columns, comma, with a header below 2 other lines" */
static struct text describe_layout(const struct table_layout *table_layout, struct arena *arena)
{
    size_t count = table_layout->count, preamble = table_layout->preamble;
    struct text reason =
        arena_format(arena, "%zu column%s, %s, %s", count, count == 1 ? "" : "s",
                     delimiter_name(table_layout->dialect),
                     table_layout->header_rows > 0 ? "with a header" : "without a header");
    return preamble == 0 ? reason
                         : arena_format(arena, "%.*s below %zu other line%s", TEXT_ARGUMENT(reason),
                                        preamble, preamble == 1 ? "" : "s");
}

static void fill_layout(struct table_layout *table_layout, const struct layout_search *search,
                        enum header_choice header_choice)
{
    const struct dialect_trial *trial = &search->best;
    struct arena *arena = search->input.arena;
    size_t first = trial->preamble;
    bool header =
        header_choice == HEADER_YES || (header_choice == HEADER_AUTO && header_exists(trial));
    table_layout->dialect = trial->dialect;
    table_layout->preamble = trial->positions[first] + search->has_statement;
    table_layout->has_comments = trial->has_comments;
    table_layout->header_rows = header ? 1 : 0;
    table_layout->count = header ? header_count_columns(trial) : trial->width;
    table_layout->header = arena_alloc(arena, table_layout->count, sizeof(*table_layout->header));
    for (size_t i = 0; i < table_layout->count; i++)
        table_layout->header[i] = header && i < trial->counts[first]
                                      ? trial->rows[first][i]
                                      : arena_format(arena, "column_%zu", i + 1);
    table_layout->blank_lines = trial->blank_lines;
    table_layout->has_known_names =
        header && row_has_known_names(table_layout->header, table_layout->count);
    table_layout->samples = tabulate_samples(table_layout, trial, arena);
    table_layout->score = trial->score < 0 ? 0 : trial->score > 100 ? 100 : (int)trial->score;
    table_layout->reason = describe_layout(table_layout, arena);
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
    dialect_trial_run(&trial, &search->input, 0);
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
    struct text head = search->input.head.text;
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

static bool equal_rows(const struct dialect_trial *trial, size_t row, size_t other)
{
    if (trial->counts[row] != trial->counts[other])
        return false;
    for (size_t i = 0; i < trial->counts[row]; i++)
        if (!text_equal(text_trim(trial->rows[row][i]), text_trim(trial->rows[other][i])))
            return false;
    return true;
}

/* Removes what joined files repeat: the first row, also with its cells in another order, in which
 * the rows below are then, and statements of the delimiter. It would spoil the statistics of the
 * columns. */
static void drop_repeated_rows(struct dialect_trial *trial, struct arena *arena)
{
    size_t first = trial->preamble, kept = first + 1;
    struct column_order order;
    if (trial->width < 2 || first >= trial->row_count)
        return;
    column_order_init(&order, trial->rows[first], trial->counts[first], arena);
    for (size_t row = first + 1; row < trial->row_count; row++) {
        bool repeats = equal_rows(trial, row, first);
        order.is_changed &= !repeats;
        if (repeats || row_states_delimiter(trial->rows[row], trial->counts[row]) ||
            column_order_read_header(&order, trial->rows[row], trial->counts[row]))
            continue;
        trial->rows[kept] = column_order_apply(&order, trial->rows[row], trial->counts[row], arena);
        trial->counts[kept++] = order.is_changed ? order.count : trial->counts[row];
    }
    trial->row_count = kept < trial->row_count ? kept : trial->row_count;
}

static bool has_quoted_lines(struct text head)
{
    for (size_t i = 0; i < head.size; i++)
        if (head.bytes[i] == '"' && (i == 0 || head.bytes[i - 1] == '\n'))
            return true;
    return false;
}

/* In a list of texts without quotes, no delimiter divides a line, not even below the sample. */
static void prefer_whole_lines(struct layout_search *search)
{
    if (search->best.width != 1 || search->best.row_count == 0 ||
        search->best.dialect.delimiter == 0 || has_quoted_lines(search->input.head.text))
        return;
    search->best = (struct dialect_trial){0};
    try_dialect(search, (struct dialect){0}, 0);
}

bool row_states_delimiter(const struct text *cells, size_t count)
{
    if (count == 0 || cells[0].size < 4 || cells[0].size > 8 ||
        !text_starts_with_ignore_case(cells[0], TEXT("sep=")))
        return false;
    for (size_t i = 1; i < count; i++)
        if (text_trim(cells[i]).size > 0)
            return false;
    return true;
}

/* Takes the line "sep=;", with which a file tells a spreadsheet its delimiter, off the head. It may
 * be quoted, and delimiters may follow it if a spreadsheet wrote it again. */
static void skip_statement(struct layout_search *search, bool *is_stated, char *delimiter)
{
    size_t size, content_size, at = 0;
    if (!cells_measure_line(search->input.head, &size, &content_size) ||
        text_trim(text_slice(search->input.head.text, size, search->input.head.text.size)).size ==
            0)
        return;
    struct text line = text_slice(search->input.head.text, 0, content_size);
    at = line.size > 0 && line.bytes[0] == '"';
    if (!text_starts_with_ignore_case(text_slice(line, at, line.size), TEXT("sep=")))
        return;
    struct text stated = text_slice(line, at + 4, line.size);
    bool is_escaped = text_starts_with(stated, TEXT("\\t"));
    if (stated.size > 1 && stated.bytes[0] == '"')
        stated = text_slice(stated, 1, stated.size);
    for (size_t i = is_escaped ? 2 : 1; i < stated.size; i++)
        if (!strchr("\"',;\t| ", stated.bytes[i]))
            return;
    search->has_statement = true;
    search->input.head.text =
        text_slice(search->input.head.text, size, search->input.head.text.size);
    *is_stated = is_escaped || (stated.size > 0 && strchr(",;\t|:^~ ", stated.bytes[0]));
    *delimiter = is_escaped ? '\t' : *is_stated ? stated.bytes[0] : 0;
}

bool table_layout_detect(struct table_layout *table_layout, struct lookahead head,
                         const struct layout_options *options, struct arena *arena,
                         struct text *fault)
{
    char delimiter = 0, stated_delimiter = 0;
    bool is_given = options->delimiter.size > 0, is_stated = false;
    struct layout_search search = {.input = {head, options->max_cell_size, arena}};
    *table_layout = (struct table_layout){0};
    if (is_given && !parse_delimiter(options->delimiter, &delimiter)) {
        *fault = TEXT("expected one character, or comma, semicolon, tab, space, none");
        return false;
    }
    skip_statement(&search, &is_stated, &stated_delimiter);
    if (is_stated && !is_given)
        delimiter = stated_delimiter;
    try_delimiters(&search, is_given || is_stated, delimiter);
    if (!is_given && !is_stated)
        prefer_whole_lines(&search);
    if (search.best.row_count == 0)
        return true; /* only blank lines */
    /* Once more: the width of a whole row is known now, which decides where broken rows end. */
    dialect_trial_run(&search.best, &search.input, search.best.width);
    if (search.best.row_count == 0)
        return true;
    drop_repeated_rows(&search.best, search.input.arena);
    fill_layout(table_layout, &search, options->header);
    return true;
}
