/* test_changes.c - stages/changes.c: the cases in tests/unit/stages/cases/changes. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&changes_stage, argc, argv);
}
