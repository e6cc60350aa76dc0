/* intercom.c - messages of Intercom as a table, conversations from its API as objects. */
#include "connectors/exports/exports.h"

/* Written by a bot or an agent. */
static bool is_company_record(const struct record *record)
{
    static const char *const customers[] = {"user", "lead", "contact", NULL};
    return !text_is_one_of_ignore_case(export_field_value(record, "message_author_type"),
                                       customers);
}

static const struct conversation conversation_parts = {.list =
                                                           "conversation_parts.conversation_parts",
                                                       .body = "body",
                                                       .author = "author.type",
                                                       .customer_roles = "user|lead|contact",
                                                       .opening_text = "source.body",
                                                       .opening_author = "source.author.type",
                                                       .remark = "conversation_rating.remark"};

const struct known_export intercom_exports[] = {
    {.name = "Intercom message export",
     .form = EXPORT_TABLE,
     .required = {"message_id", "message_body", "message_author_type", "conversation_id"},
     .roles = {{ROLE_TEXT, "message_body"},
               {ROLE_ID, "message_id"},
               {ROLE_DATE, "message_created_at|conversation_created_at"},
               {ROLE_TITLE, ""},
               {ROLE_AUTHOR, "message_author_id|message_author_name"}},
     .is_company_record = is_company_record},
    {.name = "Intercom conversations",
     .form = EXPORT_OBJECTS,
     .required = {"source.author.type", "source.body", "created_at"},
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "source.subject"},
               {ROLE_DATE, "created_at"},
               {ROLE_AUTHOR, "source.author.id"},
               {ROLE_RATING, "conversation_rating.rating"}},
     .rating_scale = 5,
     .conversation = &conversation_parts},
    {.name = NULL},
};
