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
    WIDEST = LAYOUT_WIDEST,
    LONGEST_PREAMBLE = 20, /* rows */
    DOUBTFUL_SCORE = 75    /* of a trial: rarer delimiters are tried, too */
};

/* A way that the file could be meant, and what its head looks like then. */
struct trial {
    struct dialect dialect;
    const struct text **rows;
    size_t *counts;
    size_t row_count, broken, blank_lines;
    size_t width; /* cells of most rows */
    size_t preamble;
    double score;
};

static void read_sample(struct trial *trial, struct text head, bool last, size_t expected,
                        size_t longest_cell, struct arena *arena)
{
    struct rows *rows = rows_open(trial->dialect, longest_cell);
    struct table_row row;
    trial->rows = arena_alloc(arena, SAMPLE_ROWS, sizeof(*trial->rows));
    trial->counts = arena_alloc(arena, SAMPLE_ROWS, sizeof(*trial->counts));
    trial->row_count = trial->broken = trial->blank_lines = 0;
    while (trial->row_count < SAMPLE_ROWS && trial->broken < SAMPLE_ROWS) {
        enum row_kind kind = rows_next(rows, head, last, expected, &row);
        if (kind == ROW_NONE || kind == ROW_MORE) {
            trial->broken += kind == ROW_MORE && trial->row_count == 0;
            break;
        }
        trial->blank_lines += row.blank > 0 && trial->row_count > 0;
        head = text_slice(head, row.blank + row.size, head.size);
        if (kind != ROW_CELLS) {
            trial->broken += kind == ROW_BROKEN;
            continue;
        }
        struct text *cells = arena_alloc(arena, row.count, sizeof(*cells));
        for (size_t i = 0; i < row.count; i++)
            cells[i] = arena_copy(arena, row.cells[i]);
        trial->rows[trial->row_count] = cells;
        trial->counts[trial->row_count++] = row.count;
    }
    rows_close(rows);
}

/* Cells of most rows. A first row that a quarter of all agree with is taken for the header, even
 * where short rows are many. */
static size_t find_width(const struct trial *trial)
{
    size_t *tally = memory_alloc(WIDEST + 1, sizeof(*tally));
    size_t best = 0;
    for (size_t i = 0; i < trial->row_count; i++)
        tally[trial->counts[i] <= WIDEST ? trial->counts[i] : WIDEST]++;
    for (size_t count = 1; count <= WIDEST; count++)
        if (tally[count] > 0 && tally[count] >= tally[best])
            best = count;
    size_t first = trial->row_count ? trial->counts[0] : 0;
    if (first > best && first <= WIDEST && tally[first] * 4 >= trial->row_count)
        best = first;
    free(tally);
    return best;
}

static size_t filled_cells(const struct text *cells, size_t count)
{
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        filled += text_trim(cells[i]).size > 0;
    return filled;
}

/* Rows before the header: a title, the date of the export, notes. */
static size_t find_preamble(const struct trial *trial)
{
    size_t width = trial->width, row = 0;
    if (width < 2)
        return 0;
    while (row + 1 < trial->row_count && row < LONGEST_PREAMBLE) {
        size_t count = trial->counts[row];
        size_t filled = filled_cells(trial->rows[row], count);
        bool title = width >= 3 ? filled <= 1 || count * 2 < width : count < 2;
        if (!title)
            return row;
        row++;
    }
    return row < LONGEST_PREAMBLE && row + 1 < trial->row_count ? row : 0;
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
static void judge(struct trial *trial)
{
    if (trial->row_count == 0)
        return;
    trial->width = find_width(trial);
    trial->preamble = find_preamble(trial);
    double fitting = 0;
    for (size_t i = trial->preamble; i < trial->row_count; i++) {
        size_t count = trial->counts[i];
        while (count > trial->width && text_trim(trial->rows[i][count - 1]).size == 0)
            count--; /* delimiters with nothing behind them */
        if (count == trial->width)
            fitting += 1;
        else if (count < trial->width && count > 1)
            fitting += 0.5; /* short rows are common */
    }
    double rows = (double)(trial->row_count - trial->preamble + trial->broken);
    trial->score = 100 * fitting / rows - 5 * (double)trial->preamble;
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
    cell = text_trim(cell);
    return text_real(cell, &number) || date_parse(cell, DATE_ORDER_UNKNOWN, 0, &seconds);
}

/* Votes of one column: +1 when its cells are numbers below a word, -1 when the first is a number
 * too, 0 when it cannot say. */
static int column_votes(const struct trial *trial, size_t column)
{
    size_t first = trial->preamble, filled = 0, typed = 0;
    for (size_t row = first + 1; row < trial->row_count && filled < 50; row++) {
        if (column >= trial->counts[row] || text_trim(trial->rows[row][column]).size == 0)
            continue;
        filled++;
        typed += is_number_or_date(trial->rows[row][column]);
    }
    struct text name = text_trim(trial->rows[first][column]);
    if (is_number_or_date(name))
        return -1;
    return name.size > 0 && filled > 0 && typed * 5 >= filled * 4 ? 1 : 0;
}

static bool repeats_below(const struct trial *trial, size_t column)
{
    size_t first = trial->preamble;
    struct text name = text_trim(trial->rows[first][column]);
    for (size_t row = first + 1; row < trial->row_count; row++)
        if (name.size > 0 && column < trial->counts[row] &&
            text_equal(name, text_trim(trial->rows[row][column])))
            return true;
    return false;
}

static bool has_header(const struct trial *trial)
{
    size_t first = trial->preamble, count = trial->counts[first];
    const struct text *cells = trial->rows[first];
    int votes = 0, against = 0;
    for (size_t column = 0; column < count; column++) {
        int vote = column_votes(trial, column);
        votes += vote;
        against += vote < 0;
    }
    if (against > 0)
        return votes > 0;
    if (votes > 0 || row_has_known_names(cells, count))
        return true;
    if (count == 1) { /* a list of texts: a header is a short word above long lines */
        size_t below = 0;
        for (size_t row = first + 1; row < trial->row_count; row++)
            below += trial->rows[row][0].size;
        size_t rows = trial->row_count - first - 1;
        return rows == 0 || cells[0].size * 3 <= below / rows;
    }
    size_t repeated = 0;
    for (size_t column = 0; column < count; column++)
        repeated += repeats_below(trial, column);
    /* Nearly every table has a header: only rows that say the same over and over have none. */
    size_t rows = trial->row_count - first - 1;
    return rows < 4 || repeated < filled_cells(cells, count);
}

/* Columns of the table: as many as the header has, or more when nearly every row has more. */
static size_t find_count(const struct trial *trial)
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

static void fill_layout(struct layout *layout, const struct trial *trial,
                        const struct layout_wishes *wishes, struct arena *arena)
{
    size_t first = trial->preamble;
    bool header =
        wishes->header == HEADER_YES || (wishes->header == HEADER_FIND && has_header(trial));
    layout->dialect = trial->dialect;
    layout->preamble = first;
    layout->header_rows = header ? 1 : 0;
    layout->count = header ? find_count(trial) : trial->width;
    layout->header = arena_alloc(arena, layout->count, sizeof(*layout->header));
    for (size_t i = 0; i < layout->count; i++)
        layout->header[i] = header && i < trial->counts[first]
                                ? trial->rows[first][i]
                                : arena_format(arena, "column_%zu", i + 1);
    layout->blank_lines = trial->blank_lines;
    layout->known_names = header && row_has_known_names(layout->header, layout->count);
    size_t begin = first + layout->header_rows, rows = trial->row_count - begin;
    if (layout->count > WIDEST)
        rows = 0; /* no table: the caller refuses it */
    struct text *cells = arena_alloc(arena, rows * layout->count + 1, sizeof(*cells));
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < layout->count && i < trial->counts[begin + row]; i++)
            cells[row * layout->count + i] = trial->rows[begin + row][i];
    layout->samples = (struct samples){cells, rows, layout->count};
    layout->score = trial->score < 0 ? 0 : trial->score > 100 ? 100 : (int)trial->score;
    layout->reason =
        arena_format(arena, "%zu column%s, %s, %s", layout->count, layout->count == 1 ? "" : "s",
                     delimiter_name(trial->dialect), header ? "with a header" : "without a header");
    if (first > 0)
        layout->reason = arena_format(arena, "%.*s below %zu other line%s",
                                      TEXT_ARGUMENT(layout->reason), first, first == 1 ? "" : "s");
}

/* "tab", ";", "none" ... */
static bool parse_delimiter(struct text wish, char *delimiter)
{
    struct text word = text_trim(wish);
    if (text_equal_fold(word, TEXT("tab")) || text_equal(word, TEXT("\\t")) ||
        text_equal(wish, TEXT("\t")))
        *delimiter = '\t';
    else if (text_equal_fold(word, TEXT("none")))
        *delimiter = 0;
    else if (text_equal_fold(word, TEXT("comma")))
        *delimiter = ',';
    else if (text_equal_fold(word, TEXT("semicolon")))
        *delimiter = ';';
    else if (text_equal_fold(word, TEXT("space")) || text_equal(wish, TEXT(" ")))
        *delimiter = ' ';
    else if (word.size == 1 && word.bytes[0] != '"' && (signed char)word.bytes[0] > 0)
        *delimiter = word.bytes[0];
    else
        return false;
    return true;
}

/* Reads the head in one more way, and keeps it when it fits better. */
static void try_dialect(struct trial *best, struct dialect dialect, double bonus, struct text head,
                        bool last, const struct layout_wishes *wishes, struct arena *arena)
{
    struct trial trial = {.dialect = dialect};
    read_sample(&trial, head, last, 0, wishes->longest_cell, arena);
    judge(&trial);
    trial.score += bonus;
    if (trial.row_count > 0 && (best->row_count == 0 || trial.score > best->score))
        *best = trial;
}

/* How often `quote` stands at the begin and at the end of a cell. */
static void count_edges(struct text head, char delimiter, char quote, size_t edges[2])
{
    edges[0] = edges[1] = 0;
    for (size_t i = 0; i < head.size; i++) {
        if (head.bytes[i] != quote)
            continue;
        char before = i > 0 ? head.bytes[i - 1] : '\n';
        char after = i + 1 < head.size ? head.bytes[i + 1] : '\n';
        edges[0] += before == delimiter || before == '\n' || before == '\r';
        edges[1] += after == delimiter || after == '\n' || after == '\r';
    }
}

/* Cells in apostrophes, as in the text 'tis and the '90s they are not. */
static bool in_apostrophes(struct text head, char delimiter)
{
    size_t edges[2];
    count_edges(head, delimiter, '\'', edges);
    size_t more = edges[0] > edges[1] ? edges[0] - edges[1] : edges[1] - edges[0];
    return edges[0] >= 3 && more * 10 <= edges[0];
}

/* Ways to write quotes that are rarer, where the head has their marks. */
static void try_rare_quotes(struct trial *best, char delimiter, struct text head, bool last,
                            const struct layout_wishes *wishes, struct arena *arena)
{
    const char blank_quote[] = {delimiter, ' ', '"'};
    bool backslash = text_find(head, TEXT("\\\""), 0) < head.size;
    bool padded = delimiter != ' ' && text_find(head, (struct text){blank_quote, 3}, 0) < head.size;
    if (backslash)
        try_dialect(best, (struct dialect){delimiter, '"', true, false}, 0, head, last, wishes,
                    arena);
    if (padded)
        try_dialect(best, (struct dialect){delimiter, '"', false, true}, 0, head, last, wishes,
                    arena);
    if (in_apostrophes(head, delimiter))
        try_dialect(best, (struct dialect){delimiter, '\'', false, false}, 1, head, last, wishes,
                    arena);
}

/* Delimiters that prose is full of, or that hardly anybody uses: only where every row fits. */
static void try_rare_delimiters(struct trial *best, struct text head, bool last,
                                const struct layout_wishes *wishes, struct arena *arena)
{
    enum { LEAST_SCORE = 90, LEAST_WIDTH = 3 };
    static const char delimiters[] = {'^', '~', ' '};
    for (size_t i = 0; i < sizeof(delimiters); i++) {
        struct trial rare = {0};
        try_dialect(&rare, (struct dialect){delimiters[i], '"', false, false}, 0, head, last,
                    wishes, arena);
        if (rare.row_count > 1 && rare.width >= LEAST_WIDTH && rare.score >= LEAST_SCORE &&
            rare.score > best->score)
            *best = rare;
    }
}

bool layout_find(struct layout *layout, struct text head, bool last,
                 const struct layout_wishes *wishes, struct arena *arena, struct text *fault)
{
    static const struct dialect usual[] = {{',', '"', false, false},  {';', '"', false, false},
                                           {'\t', '"', false, false}, {'\t', 0, false, false},
                                           {'|', '"', false, false},  {0, 0, false, false}};
    char wish = 0;
    bool given = wishes->delimiter.size > 0;
    *layout = (struct layout){0};
    if (given && !parse_delimiter(wishes->delimiter, &wish)) {
        *fault = TEXT("expected one character, or comma, semicolon, tab, space, none");
        return false;
    }
    struct trial best = {0};
    bool listed = wish == 0 || strchr(",;\t|", wish);
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
        if (!given || usual[i].delimiter == wish)
            try_dialect(&best, usual[i], 0, head, last, wishes, arena);
    if (given && !listed) {
        try_dialect(&best, (struct dialect){wish, '"', false, false}, 0, head, last, wishes, arena);
        try_dialect(&best, (struct dialect){wish, 0, false, false}, 0, head, last, wishes, arena);
    }
    if (!given && best.row_count > 0 && (best.width == 1 || best.score < DOUBTFUL_SCORE))
        try_rare_delimiters(&best, head, last, wishes, arena);
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
        if (usual[i].quote && (!given || usual[i].delimiter == wish))
            try_rare_quotes(&best, usual[i].delimiter, head, last, wishes, arena);
    if (best.row_count == 0)
        return true; /* nothing but blank lines */
    /* Again, now that it is known how wide a whole row is. */
    read_sample(&best, head, last, best.width, wishes->longest_cell, arena);
    best.preamble = 0;
    judge(&best);
    if (best.row_count > 0)
        fill_layout(layout, &best, wishes, arena);
    return true;
}

static bool is_taken(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], name))
            return true;
    return false;
}

void layout_unique_names(struct text *names, size_t count, struct arena *arena)
{
    for (size_t i = 1; i < count; i++) {
        struct text name = names[i];
        /* Past twenty of a name its column's number makes it different at once. */
        for (size_t copy = 2; is_taken(names, i, names[i]); copy += copy < 20 ? 1 : i)
            names[i] = arena_format(arena, "%.*s_%zu", TEXT_ARGUMENT(name), copy);
    }
}
