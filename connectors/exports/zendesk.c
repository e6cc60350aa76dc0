/* zendesk.c - tickets of Zendesk Support: a table of subjects, JSON lines, XML. */
#include "connectors/exports/exports.h"

/* The subject of a ticket that somebody else opened for the customer is not in the customer's
 * words. */
static bool is_opened_for_customer(const struct record *record)
{
    struct text submitter = export_field_value(record, "Submitter");
    return submitter.size > 0 && !text_equal(submitter, export_field_value(record, "Requester"));
}

static void complete_rating(struct record *record, struct arena *arena)
{
    (void)arena;
    export_use_rating_word(record, "Satisfaction Score");        /* table */
    export_use_rating_word(record, "satisfaction-score");        /* XML */
    export_use_rating_word(record, "satisfaction_rating.score"); /* JSON */
}

static const struct conversation json_comments = {.list = "comments",
                                                  .body = "plain_body|body|html_body",
                                                  .author = "author_id",
                                                  .customer = "requester_id",
                                                  .hidden = "public=false",
                                                  .opening_text = "description",
                                                  .opening_author = "submitter_id",
                                                  .remark = "satisfaction_rating.comment"};

static const struct conversation xml_comments = {.list = "comments.comment",
                                                 .body = "value",
                                                 .author = "author-id",
                                                 .customer = "requester-id",
                                                 .hidden = "is-public=false",
                                                 .opening_text = "description",
                                                 .opening_author = "submitter-id",
                                                 .remark = "satisfaction-comment"};

const struct known_export zendesk_exports[] = {
    {.name = "Zendesk ticket export (subjects only)",
     .form = EXPORT_TABLE,
     .required = {"Id", "Requester", "Subject", "Ticket type", "Satisfaction Score"},
     .roles = {{ROLE_TEXT, "Subject"},
               {ROLE_ID, "Id"},
               {ROLE_DATE, "Created at"},
               {ROLE_RATING, "Satisfaction Score"},
               {ROLE_AUTHOR, "Requester id|Requester"}},
     .is_company_record = is_opened_for_customer,
     .complete_record = complete_rating},
    {.name = "Zendesk tickets",
     .form = EXPORT_ELEMENTS,
     .root = "tickets",
     .element = "ticket",
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "nice-id|id"},
               {ROLE_TITLE, "subject"},
               {ROLE_DATE, "created-at"},
               {ROLE_AUTHOR, "requester-id"},
               {ROLE_RATING, "satisfaction-score"}},
     .conversation = &xml_comments,
     .complete_record = complete_rating},
    {.name = "Zendesk tickets",
     .form = EXPORT_OBJECTS,
     .required = {"requester_id", "subject|raw_subject",
                  "description|comments.1.body|comments.1.plain_body"},
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "subject"},
               {ROLE_DATE, "created_at"},
               {ROLE_AUTHOR, "requester_id"},
               {ROLE_RATING, "satisfaction_rating.score"}},
     .conversation = &json_comments,
     .complete_record = complete_rating},
    {.name = NULL},
};
