/* test_segments.c - stages/segments.c: the cases in tests/unit/stages/cases/segments. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&segments_stage, argc, argv);
}
