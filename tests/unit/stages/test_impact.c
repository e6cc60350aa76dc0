/* test_impact.c - stages/impact.c: the cases in tests/unit/stages/cases/impact. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&impact_stage, argc, argv);
}
