/* annotations.c - texts that people labelled in Label Studio or Figure Eight (CrowdFlower). Their
 * columns of times and persons are about the labelling: a date is only read from columns that the
 * labelled data had. */
#include "connectors/exports/exports.h"

#define DATES "date|review_date|review date|comment_date|posted_at|published_at|timestamp"
#define AUTHORS "author|username|user_name|reviewer|reviewer_name|customer"

const struct known_export annotation_exports[] = {
    {.name = "Label Studio export",
     .form = EXPORT_TABLE,
     .required = {"annotation_id", "annotator", "lead_time"},
     .roles = {{ROLE_DATE, DATES}, {ROLE_AUTHOR, AUTHORS}}},
    {.name = "Label Studio export",
     .form = EXPORT_OBJECTS,
     .required = {"annotation_id", "annotator", "lead_time"},
     .roles = {{ROLE_DATE, ""}, {ROLE_AUTHOR, ""}}},
    {.name = "Figure Eight export",
     .form = EXPORT_TABLE,
     .required = {"_unit_id", "_golden"},
     .roles = {{ROLE_DATE, DATES "|tweet_created|created|created_at"},
               {ROLE_AUTHOR, AUTHORS "|name"},
               {ROLE_ID, "tweet_id|review_id|id|_id|_unit_id"}}},
    {.name = NULL},
};
