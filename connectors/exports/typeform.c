/* typeform.c - responses of a Typeform. Which columns are answers is found as in any survey. */
#include "connectors/exports/exports.h"

/* A partial response has no submit date. */
static void complete_record(struct record *record, struct arena *arena)
{
    static const char *const dates[] = {"Stage Date (UTC)", "Start Date (UTC)", NULL};
    (void)arena;
    export_use_first_date(record, dates);
}

const struct known_export typeform_exports[] = {
    {.name = "Typeform export",
     .form = EXPORT_TABLE,
     .required = {"#", "Submit Date (UTC)", "Network ID"},
     .roles =
         {{ROLE_ID, "#"}, {ROLE_DATE, "Submit Date (UTC)"}, {ROLE_TITLE, ""}, {ROLE_AUTHOR, ""}},
     .complete_record = complete_record},
    {.name = NULL},
};
