/* test_moved.c - stages/moved.c: the cases in tests/unit/stages/cases/moved. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&moved_stage, argc, argv);
}
