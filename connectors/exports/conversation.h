/* conversation.h - the customer's side of a conversation whose messages are fields of one record.
 */
#ifndef CONNECTORS_EXPORTS_CONVERSATION_H
#define CONNECTORS_EXPORTS_CONVERSATION_H

#include "connectors/columns/field_list.h"

/* The fields that conversation_merge adds. */
#define CUSTOMER_TEXT "customer_text"
#define COMPANY_TEXT "company_text"

/* The names of the fields; NULL for those that an export lacks. */
struct conversation {
    const char *list;     /* the messages: "comments" in "comments.1.body", "comments.2.body" */
    const char *body;     /* of a message; in "A|B", the first that has a value counts */
    const char *author;   /* of a message */
    const char *customer; /* field of the record that identifies the customer; if NULL: */
    const char *customer_roles; /* "user|lead": the values of `author` that are customers */
    const char *hidden;         /* "public=false": an internal note */
    const char *opening_text;   /* the first message; may be repeated as the first of the list */
    const char *opening_author; /* of the first message; without a value: the customer */
    const char *remark;         /* the customer's comment on the service received */
};

/* Replaces the fields of all messages by two: CUSTOMER_TEXT, what the customer wrote, in the order
 * of the messages, and COMPANY_TEXT, what others wrote to the customer. Internal notes are dropped.
 */
void conversation_merge(const struct conversation *conversation, struct fields *fields);

#endif
