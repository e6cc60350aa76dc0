/* shopify.c - product reviews of shops on Shopify: Shopify's own app, Judge.me and Yotpo. */
#include "connectors/exports/exports.h"

static bool is_spam(const struct record *record)
{
    return text_equal_ignore_case(export_field_value(record, "state"), TEXT("spam"));
}

const struct known_export shopify_exports[] = {
    {.name = "Shopify product reviews",
     .form = EXPORT_TABLE,
     .required = {"product_handle", "state", "rating", "body", "replied_at"},
     .roles = {{ROLE_TEXT, "body"},
               {ROLE_ID, ""},
               {ROLE_AUTHOR, "author"},
               {ROLE_DATE, "created_at"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, "title"},
               {ROLE_REPLY, "reply"}},
     .rating_scale = 5,
     .is_company_record = is_spam},
    {.name = "Judge.me reviews",
     .form = EXPORT_TABLE,
     .required = {"body", "rating", "review_date", "reviewer_name", "product_handle|product_id"},
     .roles = {{ROLE_TEXT, "body"},
               {ROLE_ID, ""},
               {ROLE_AUTHOR, "reviewer_name"},
               {ROLE_DATE, "review_date"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, "title"},
               {ROLE_REPLY, "reply"}},
     .rating_scale = 5},
    {.name = "Yotpo reviews",
     .form = EXPORT_TABLE,
     .required = {"review_content", "review_score", "review_title", "display_name"},
     .roles = {{ROLE_TEXT, "review_content"},
               {ROLE_ID, "review_id"},
               {ROLE_AUTHOR, "display_name"},
               {ROLE_DATE, "date"},
               {ROLE_RATING, "review_score"},
               {ROLE_TITLE, "review_title"}},
     .rating_scale = 5},
    {.name = NULL},
};
