/* test_connectors.c - finding a connector by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connectors/connectors.h"

static void a_name_matches_ignoring_case(void **state)
{
    (void)state;
    for (const struct connector *const *connector = connectors; *connector; connector++)
        assert_ptr_equal(connectors_find(text_of((*connector)->name)), *connector);
    assert_ptr_equal(connectors_find(TEXT("CSV")), &csv_connector);
    assert_ptr_equal(connectors_find(TEXT("Xlsx")), &xlsx_connector);
    assert_null(connectors_find(TEXT("")));
    assert_null(connectors_find(TEXT("cs")));
    assert_null(connectors_find(TEXT("auto")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_name_matches_ignoring_case)};
    return cmocka_run_group_tests_name("connectors", tests, NULL, NULL);
}
