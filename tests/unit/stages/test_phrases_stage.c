/* test_phrases_stage.c - stages/phrases.c: the cases in tests/unit/stages/cases/phrases. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&phrases_stage, argc, argv);
}
