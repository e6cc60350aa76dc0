/* amazon.c - the public data sets of Amazon reviews: a table (2015), JSON lines (2014, 2018, 2023).
 */
#include "connectors/exports/exports.h"

const struct known_export amazon_exports[] = {
    {.name = "Amazon review data set",
     .form = EXPORT_TABLE,
     .required = {"marketplace", "review_id", "review_headline", "review_body"},
     .roles = {{ROLE_TEXT, "review_body"},
               {ROLE_TITLE, "review_headline"},
               {ROLE_RATING, "star_rating"},
               {ROLE_DATE, "review_date"},
               {ROLE_ID, "review_id"},
               {ROLE_AUTHOR, "customer_id"}}},
    {.name = "Amazon reviews (2023)",
     .form = EXPORT_OBJECTS,
     .required = {"asin", "user_id", "text", "timestamp"},
     .roles = {{ROLE_TEXT, "text"},
               {ROLE_TITLE, "title"},
               {ROLE_RATING, "rating"},
               {ROLE_DATE, "timestamp"},
               {ROLE_AUTHOR, "user_id"},
               {ROLE_ID, ""}}},
    {.name = "Amazon reviews (2014 and 2018)",
     .form = EXPORT_OBJECTS,
     .required = {"asin", "reviewerID", "unixReviewTime", "overall"},
     .roles = {{ROLE_TEXT, "reviewText"},
               {ROLE_TITLE, "summary"},
               {ROLE_RATING, "overall"},
               {ROLE_DATE, "unixReviewTime"},
               {ROLE_AUTHOR, "reviewerID"},
               {ROLE_ID, ""}}},
    {.name = NULL},
};
