/* employers.c - reviews of employers: tables of JobPlanet and Glassdoor. What is good and what is
 * bad are answers, as in any table. */
#include "connectors/exports/exports.h"

const struct known_export employers_exports[] = {
    {.name = "JobPlanet reviews",
     .form = EXPORT_TABLE,
     .required = {"장점", "단점", "경영진에 바라는 점|경영진에바라는점", "총점"},
     .roles = {{ROLE_RATING, "총점"}, {ROLE_AUTHOR, ""}},
     .rating_scale = 5},
    {.name = "Glassdoor reviews",
     .form = EXPORT_TABLE,
     .required = {"pros", "cons", "overall-ratings|overall_rating", "dates|date_review"},
     .roles = {{ROLE_RATING, "overall-ratings|overall_rating"},
               {ROLE_DATE, "dates|date_review"},
               {ROLE_TITLE, "summary|headline"},
               {ROLE_ID, ""},
               {ROLE_AUTHOR, ""}},
     .rating_scale = 5},
    {.name = NULL},
};
