/* test_spreadsheet.c - cells with and without the notations that protect them from spreadsheets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/spreadsheet.h"

static void protected_cells_are_restored(void **state)
{
    static const struct {
        const char *cell, *expected;
    } examples[] = {
        {"=\"00123\"", "00123"},
        {"=\"\"", ""},
        {"=\"a\" ", "a"},
        {"=T(\"a, b\")", "a, b"},
        {"=\"he said \"\"no\"\" twice\"", "he said \"no\" twice"},
        {"=\"he said \"no\" twice\"", "he said \"no\" twice"}, /* quotes that were not doubled */
        {"=\"\"\"\"\"\"", "\"\""},
        {"=\"a\"&\"b\"", "=\"a\"&\"b\""}, /* a formula, not a text */
        {"=\"a", "=\"a"},
        {"=A1", "=A1"},
        {"=\"", "=\""},
        {"'=1+1", "=1+1"},
        {"'+49 170 1", "+49 170 1"},
        {"'-5 degrees", "-5 degrees"},
        {"'@ann", "@ann"},
        {"'007", "007"},
        {"'3-4", "3-4"},
        {"'12 people came", "'12 people came"}, /* a quotation mark */
        {"'tis fine", "'tis fine"},
        {"''", "''"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        char bytes[64];
        struct text cell = {bytes, strlen(examples[i].cell)};
        memcpy(bytes, examples[i].cell, cell.size);
        assert_true(spreadsheet_may_be_protected(cell));
        struct text restored = spreadsheet_restore(cell, bytes);
        if (!text_equal(restored, text_of(examples[i].expected)))
            fail_msg("%s: %.*s", examples[i].cell, TEXT_ARGUMENT(restored));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(protected_cells_are_restored)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
