/* help_scout.c - ratings and conversations of Help Scout. */
#include "connectors/exports/exports.h"

static const struct conversation threads = {.list = "_embedded.threads",
                                            .body = "body",
                                            .author = "createdBy.type",
                                            .customer_roles = "customer",
                                            .hidden = "type=note"};

static void complete_rating(struct record *record, struct arena *arena)
{
    (void)arena;
    export_use_rating_word(record, "rating");
}

const struct known_export help_scout_exports[] = {
    {.name = "Help Scout rating export",
     .form = EXPORT_TABLE,
     .required = {"id", "ticketId", "threadId", "rating", "comments"},
     .roles = {{ROLE_TEXT, "comments"},
               {ROLE_ID, "id"},
               {ROLE_DATE, "modifiedAt|createdAt"},
               {ROLE_RATING, "rating"},
               {ROLE_AUTHOR, "customer email|customer.email|customer id|customer.id"}},
     .complete_record = complete_rating},
    {.name = "Help Scout ratings",
     .form = EXPORT_OBJECTS,
     .required = {"rating", "comments", "threadId|threadid|threadID"},
     .roles = {{ROLE_TEXT, "comments"},
               {ROLE_ID, "id"},
               {ROLE_RATING, "rating"},
               {ROLE_DATE, "modifiedAt|createdAt"},
               {ROLE_AUTHOR, "customer.id"}},
     .complete_record = complete_rating},
    {.name = "Help Scout conversations",
     .form = EXPORT_OBJECTS,
     .required = {"subject", "primaryCustomer.id|primaryCustomer.email", "mailboxId"},
     .roles = {{ROLE_TEXT, CUSTOMER_TEXT},
               {ROLE_REPLY, COMPANY_TEXT},
               {ROLE_ID, "id"},
               {ROLE_TITLE, "subject"},
               {ROLE_DATE, "createdAt"},
               {ROLE_AUTHOR, "primaryCustomer.id"}},
     .conversation = &threads},
    {.name = NULL},
};
