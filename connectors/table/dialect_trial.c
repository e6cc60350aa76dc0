/* dialect_trial.c - reads sample rows, and scores how many have the same number of cells. */
#include "connectors/table/dialect_trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/spreadsheet.h"
#include "connectors/columns/column_names.h"
#include "connectors/table/layout.h"

enum { SAMPLE_ROWS = 1000, MAX_PREAMBLE_ROWS = 20 };

/* A copy without what protected it from a spreadsheet. */
static struct text copy_cell(struct arena *arena, struct text cell)
{
    if (!spreadsheet_may_be_protected(cell))
        return arena_copy_text(arena, cell);
    char *bytes = arena_alloc(arena, cell.size, 1);
    memcpy(bytes, cell.bytes, cell.size);
    return spreadsheet_restore((struct text){bytes, cell.size}, bytes);
}

static void read_sample(struct dialect_trial *trial, const struct trial_input *input,
                        size_t expected_cells)
{
    struct row_reader *reader = row_reader_open(trial->dialect, input->max_cell_size);
    struct lookahead rest = input->head;
    struct table_row row;
    trial->rows = arena_alloc(input->arena, SAMPLE_ROWS, sizeof(*trial->rows));
    trial->counts = arena_alloc(input->arena, SAMPLE_ROWS, sizeof(*trial->counts));
    trial->positions = arena_alloc(input->arena, SAMPLE_ROWS, sizeof(*trial->positions));
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
        struct text *cells = arena_alloc(input->arena, row.count, sizeof(*cells));
        for (size_t i = 0; i < row.count; i++)
            cells[i] = copy_cell(input->arena, row.cells[i]);
        trial->rows[trial->row_count] = cells;
        trial->positions[trial->row_count] = trial->row_count;
        trial->counts[trial->row_count++] = row.count;
    }
    row_reader_close(reader);
}

/* Leaves out comments: rows of one cell that begins with #, between rows of several cells. */
static void drop_comments(struct dialect_trial *trial)
{
    size_t comments = 0, kept = 0;
    trial->has_comments = false;
    for (size_t i = 0; i < trial->row_count; i++) {
        bool is_comment = row_is_comment(trial->rows[i], trial->counts[i]);
        if (!is_comment &&
            (trial->counts[i] == 1 || text_starts_with(trial->rows[i][0], TEXT("#"))))
            return;
        comments += is_comment;
    }
    trial->has_comments = comments > 0 && comments < trial->row_count;
    for (size_t i = 0; i < trial->row_count && trial->has_comments; i++) {
        if (row_is_comment(trial->rows[i], trial->counts[i]))
            continue;
        trial->rows[kept] = trial->rows[i];
        trial->counts[kept] = trial->counts[i];
        trial->positions[kept++] = i;
    }
    if (trial->has_comments)
        trial->row_count = kept;
}

/* The most frequent number of cells. A wider first row is taken for the header if a quarter of the
 * rows are as wide, since short rows are common. */
static size_t find_width(const struct dialect_trial *trial)
{
    size_t *tally = memory_alloc(MAX_TABLE_COLUMNS + 1, sizeof(*tally));
    size_t best = 0;
    for (size_t i = 0; i < trial->row_count; i++)
        tally[trial->counts[i] <= MAX_TABLE_COLUMNS ? trial->counts[i] : MAX_TABLE_COLUMNS]++;
    for (size_t count = 1; count <= MAX_TABLE_COLUMNS; count++)
        if (tally[count] > 0 && tally[count] >= tally[best])
            best = count;
    size_t first = trial->row_count ? trial->counts[0] : 0;
    if (first > best && first <= MAX_TABLE_COLUMNS && tally[first] * 4 >= trial->row_count)
        best = first;
    free(tally);
    return best;
}

size_t row_count_filled_cells(const struct text *cells, size_t count)
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
        size_t filled = row_count_filled_cells(trial->rows[row], count);
        bool title = width >= 3 ? filled <= 1 || count * 2 < width : count < 2;
        if (!title)
            return row;
        row++;
    }
    return row < MAX_PREAMBLE_ROWS && row + 1 < trial->row_count ? row : 0;
}

bool row_has_known_names(const struct text *cells, size_t count)
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

/* Scores the share of rows with the usual width, from 0 to 100. */
static void score(struct dialect_trial *trial)
{
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
    /* A single column proves little, unless its first line is a name. */
    if (trial->width == 1)
        trial->score = trial->score * 0.45 + (row_has_known_names(trial->rows[0], 1) ? 40 : 0);
    else if (row_has_known_names(trial->rows[trial->preamble], trial->counts[trial->preamble]))
        trial->score += 15;
}

void dialect_trial_run(struct dialect_trial *trial, const struct trial_input *input,
                       size_t expected_cells)
{
    read_sample(trial, input, expected_cells);
    if (trial->row_count == 0)
        return;
    if (trial->dialect.delimiter)
        drop_comments(trial);
    trial->width = find_width(trial);
    trial->preamble = find_preamble(trial);
    score(trial);
}
