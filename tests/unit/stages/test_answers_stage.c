/* test_answers_stage.c - stages/answers.c: the cases in tests/unit/stages/cases/answers. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&answers_stage, argc, argv);
}
