/* test_insights.c - stages/insights.c: the cases in tests/unit/stages/cases/insights. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&insights_stage, argc, argv);
}
