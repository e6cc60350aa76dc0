/* woo_commerce.c - product reviews of WooCommerce: a table of comments, and its REST API. */
#include "connectors/exports/exports.h"

/* The shop answers a review with a comment on it. */
static bool is_answer_or_spam(const struct record *record)
{
    static const char *const rejected[] = {"spam", "trash", "post-trashed", NULL};
    struct text parent = export_field_value(record, "comment_parent");
    return (parent.size > 0 && !text_equal(parent, TEXT("0"))) ||
           text_is_one_of(export_field_value(record, "comment_approved"), rejected);
}

const struct known_export woo_commerce_exports[] = {
    {.name = "WooCommerce product reviews",
     .form = EXPORT_TABLE,
     .required = {"comment_ID", "comment_content", "comment_author", "rating"},
     .roles = {{ROLE_TEXT, "comment_content"},
               {ROLE_ID, "comment_ID"},
               {ROLE_AUTHOR, "comment_author"},
               {ROLE_DATE, "comment_date_gmt|comment_date"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, "title"}},
     .rating_scale = 5,
     .is_company_record = is_answer_or_spam},
    {.name = "WooCommerce product reviews",
     .form = EXPORT_OBJECTS,
     .required = {"reviewer", "review", "rating", "product_id"},
     .roles = {{ROLE_TEXT, "review"},
               {ROLE_ID, "id"},
               {ROLE_AUTHOR, "reviewer"},
               {ROLE_DATE, "date_created_gmt|date_created"},
               {ROLE_RATING, "rating"},
               {ROLE_TITLE, ""}},
     .rating_scale = 5,
     .skip_rules = {"status=spam", "status=trash"}},
    {.name = NULL},
};
