/* header.c - finds out whether the first row of a table names its columns. */
#include "connectors/table/header.h"

#include "connectors/columns/cell_tests.h"

static bool is_number_or_date(struct text cell)
{
    cell = text_trim_unicode(cell);
    return cell_is_number(cell) || cell_is_date(cell);
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

/* Whether an only row could be a header: no cell is a long text or a sentence, except a question.
 */
static bool could_be_names(const struct text *cells, size_t count)
{
    enum { MAX_SIZE = 60 };
    for (size_t i = 0; i < count; i++) {
        struct text cell = text_trim(cells[i]);
        bool is_sentence = (text_ends_with(cell, TEXT(".")) || text_ends_with(cell, TEXT("!"))) &&
                           text_find(cell, TEXT(" "), 0) < cell.size;
        if (is_sentence || (cell.size > MAX_SIZE && !text_ends_with(cell, TEXT("?"))))
            return false;
    }
    return true;
}

bool header_exists(const struct dialect_trial *trial)
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
    if (rows == 0)
        return could_be_names(cells, count);
    return rows < 4 || repeated < row_count_filled_cells(cells, count);
}

/* Number of columns: that of the header, or more if nearly every row is wider. */
size_t header_count_columns(const struct dialect_trial *trial)
{
    size_t header = trial->counts[trial->preamble], wider = 0;
    size_t rows = trial->row_count - trial->preamble - 1;
    for (size_t row = trial->preamble + 1; row < trial->row_count; row++)
        wider += trial->counts[row] == trial->width;
    return trial->width > header && wider * 5 >= rows * 4 ? trial->width : header;
}
