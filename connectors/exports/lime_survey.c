/* lime_survey.c - responses of LimeSurvey, with names or codes as the header, and as JSON. Which
 * columns are answers is found as in any survey. */
#include "connectors/exports/exports.h"

/* An incomplete response has no date of submission. */
static void complete_record(struct record *record, struct arena *arena)
{
    static const char *const dates[] = {"Date last action", "datestamp", "Date started",
                                        "startdate", NULL};
    (void)arena;
    export_use_first_date(record, dates);
}

const struct known_export lime_survey_exports[] = {
    {.name = "LimeSurvey export",
     .form = EXPORT_TABLE,
     .required = {"Response ID|id", "Date submitted|submitdate", "Last page|lastpage"},
     .roles = {{ROLE_ID, "Response ID|id"},
               {ROLE_DATE, "Date submitted|submitdate"},
               {ROLE_LANG, "Start language|startlanguage"},
               {ROLE_TITLE, ""},
               {ROLE_AUTHOR, ""}},
     .complete_record = complete_record},
    {.name = "LimeSurvey export",
     .form = EXPORT_OBJECTS,
     .required = {"Response ID|id", "Date submitted|submitdate", "Last page|lastpage"},
     .roles = {{ROLE_ID, "Response ID|id"},
               {ROLE_DATE, "Date submitted|submitdate"},
               {ROLE_LANG, "Start language|startlanguage"},
               {ROLE_TITLE, ""},
               {ROLE_AUTHOR, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
