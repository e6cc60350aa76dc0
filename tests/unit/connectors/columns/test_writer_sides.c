/* test_writer_sides.c - connectors/columns/writer_sides.c: names and cells of one column, and the
 * rows that the company wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "connectors/columns/roles.h"

/* `cells`: of the column, with "|" after each; `expected`: per row "c" for the company, "-" for
 * others; empty: the column does not tell. */
static const struct {
    const char *name, *cells, *ratings, *expected;
} examples[] = {
    {"author_type", "customer|agent|", "||", "-c"},
    {"whatever", "Customer|Support Agent|END_USER|", "|||", "-c-"},
    {"direction", "inbound|outbound|", "||", "-c"},
    {"direction", "in|out|", "||", "-c"},
    {"order", "in|out|", "||", ""},
    {"message.role", "user|assistant|", "||", "-c"},
    {"sender.type", "visitor|operator|", "||", "-c"},
    {"Absender", "Kunde|Mitarbeiter|Kunde|", "|||", "-c-"},
    {"type", "review|reply|", "||", "-c"},
    {"보낸사람", "고객|상담원|", "||", "-c"},
    {"发送方", "客户|客服|", "||", "-c"},
    {"Remitente", "Cliente|Agente|", "||", "-c"},
    {"Gönderen", "Müşteri|Temsilci|", "||", "-c"},
    {"from_me", "false|true|false|", "|||", "-c-"},
    {"author.isStaff", "|true|", "||", "-c"},
    {"from_customer", "yes|no|", "||", "-c"},
    /* both sides must occur, and nearly all cells be known */
    {"author_type", "customer|customer|", "||", ""},
    {"author_type", "agent|agent|", "||", ""},
    {"author", "customer|agent|Mary|", "|||", ""},
    {"from_me", "true|true|", "||", ""},
    /* respondents may be employees, sellers, and rate */
    {"Role", "Customer|Employee|", "||", ""},
    {"user_type", "Buyer|Seller|", "||", "-c"},
    {"Role", "Customer|Agent|", "3|4|", ""},
    {"type", "review|reply|", "3||", "-c"},
    {"type", "review|reply|", "3|0|", "-c"},
    /* topics and questions are no flags, and an element of a list is not the row */
    {"friendly staff", "yes|no|", "||", ""},
    {"Are you a customer or an agent?", "customer|agent|", "||", ""},
    {"messages.2.role", "user|assistant|", "||", ""},
};

enum { ROWS_MAX = 8 };

static size_t split_cells(const char *cells, size_t column, struct text *table)
{
    struct text rest = text_of(cells), cell;
    size_t rows = 0;
    while (rest.size > 0 && text_split(&rest, '|', &cell))
        table[rows++ * 3 + column] = cell;
    return rows;
}

static void the_rows_of_the_company_are_known_by_a_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        struct arena arena = {0};
        struct error error;
        struct mapping mapping;
        struct text names[] = {text_of(examples[i].name), TEXT("text"), TEXT("rating")};
        struct text cells[3 * ROWS_MAX] = {{0}};
        char seen[ROWS_MAX + 1] = "";
        size_t rows = split_cells(examples[i].cells, 0, cells);
        split_cells(examples[i].ratings, 2, cells);
        for (size_t row = 0; row < rows; row++)
            cells[row * 3 + 1] = TEXT("some words of somebody");
        struct samples samples = {.names = names, .count = 3, .cells = cells, .rows = rows};
        struct mapping_options options = {.path = "test"};
        assert_true(mapping_find(&mapping, &samples, &options, &arena, &error));
        for (size_t row = 0; row < rows && mapping.sides.column != SIZE_MAX; row++)
            seen[row] = mapping_is_company_row(&mapping, cells + row * 3, 3) ? 'c' : '-';
        if (strcmp(seen, examples[i].expected) != 0)
            fail_msg("'%s' with '%s': expected '%s', got '%s'", examples[i].name, examples[i].cells,
                     examples[i].expected, seen);
        arena_free(&arena);
    }
}

static void a_column_that_the_user_gives_a_role_does_not_tell(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct mapping mapping;
    struct text names[] = {TEXT("Absender"), TEXT("Text")};
    struct text cells[] = {TEXT("Kunde"), TEXT("alles gut"), TEXT("Mitarbeiter"), TEXT("Danke")};
    struct samples samples = {.names = names, .count = 2, .cells = cells, .rows = 2};
    struct mapping_options options = {.path = "test", .user_mapping = TEXT("author=Absender")};
    assert_true(mapping_find(&mapping, &samples, &options, &arena, &error));
    assert_false(mapping_is_company_row(&mapping, cells + 2, 2));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_of_the_company_are_known_by_a_column),
        cmocka_unit_test(a_column_that_the_user_gives_a_role_does_not_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
