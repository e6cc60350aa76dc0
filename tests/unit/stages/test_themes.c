/* test_themes.c - stages/themes.c: the cases in tests/unit/stages/cases/themes. */
#include "tests/fakes/insight_cases.h"

int main(int argc, char **argv)
{
    return run_insight_cases(&themes_stage, argc, argv);
}
