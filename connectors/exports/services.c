/* services.c - a table of exports, and what is done with their rows in it. */
#include "connectors/exports/services.h"

#include <string.h>

#include "base/html.h"
#include "connectors/columns/field_list.h"

/* How a conversation lies in the members of a record. A "|" stands between names of which the first
 * that is there counts. */
struct conversation {
    const char *list;           /* messages: "comments" of "comments.1.body", "comments.2.body" */
    const char *body, *author;  /* of a message */
    const char *customer;       /* member of the record that names the customer; or NULL: */
    const char *customer_roles; /* the authors that are customers */
    const char *hidden;         /* "public=false": a note among agents */
    const char *opening_text; /* what opened the conversation; said already where the list has it */
    const char *opening_author; /* who did; empty: the customer */
    const char *remark;         /* what the customer said of it afterwards */
};

struct service {
    const char *name;
    const char *root, *element; /* of XML, without prefix; NULL: known by its members */
    const char *required[4];    /* members that tell it */
    const char *map;            /* as `map =`, with "|" between members to choose from */
    const char *skip_rules[4];  /* no feedback: "isSpam=true"; "im:name": anything there */
    const struct conversation *conversation;
    struct text (*original_text)(struct text body);
};

#define CUSTOMER_TEXT "customer_text"

static const struct conversation zendesk_comments = {.list = "comments",
                                                     .body = "plain_body|body|html_body",
                                                     .author = "author_id",
                                                     .customer = "requester_id",
                                                     .hidden = "public=false",
                                                     .opening_text = "description",
                                                     .opening_author = "submitter_id",
                                                     .remark = "satisfaction_rating.comment"};

static const struct conversation zendesk_xml_comments = {.list = "comments.comment",
                                                         .body = "value",
                                                         .author = "author-id",
                                                         .customer = "requester-id",
                                                         .hidden = "is-public=false",
                                                         .opening_text = "description",
                                                         .opening_author = "submitter-id",
                                                         .remark = "satisfaction-comment"};

static const struct conversation intercom_parts = {.list = "conversation_parts.conversation_parts",
                                                   .body = "body",
                                                   .author = "author.type",
                                                   .customer_roles = "user|lead|contact",
                                                   .opening_text = "source.body",
                                                   .opening_author = "source.author.type",
                                                   .remark = "conversation_rating.remark"};

static const struct conversation help_scout_threads = {.list = "_embedded.threads",
                                                       .body = "body",
                                                       .author = "createdBy.type",
                                                       .customer_roles = "customer",
                                                       .hidden = "type=note"};

/* "(Translated by Google) Good.\n\n(Original)\nGut.", or the original first. */
static struct text extract_google_original(struct text body)
{
    static const struct text translated = {"(Translated by Google)", 22},
                             original_text = {"(Original)", 10};
    size_t at = text_find(body, translated, 0);
    if (at == body.size)
        return body;
    size_t second = text_find(body, original_text, at);
    return text_trim(second < body.size ? text_slice(body, second + original_text.size, body.size)
                     : at > 0           ? text_slice(body, 0, at)
                                        : text_slice(body, translated.size, body.size));
}

static const struct service services[] = {
    {.name = "Disqus export",
     .root = "disqus",
     .element = "post",
     .map = "text=message,id=id,date=createdAt,author=author.name,"
            "title=thread.title",
     .skip_rules = {"isDeleted=true", "isSpam=true"}},
    {.name = "WordPress export",
     .root = "rss",
     .element = "comment",
     .map = "text=comment_content,id=comment_id,date=comment_date_gmt,author=comment_author",
     .skip_rules = {"comment_approved=spam", "comment_approved=trash", "comment_type=pingback",
                    "comment_type=trackback"}},
    {.name = "Atom feed of reviews",
     .root = "feed",
     .element = "entry",
     .map = "text=content,id=id,date=updated,author=author.name,rating=rating,title=title",
     .skip_rules = {"name"}},
    {.name = "Stack Exchange posts",
     .root = "posts",
     .element = "row",
     .map = "text=Body,id=Id,date=CreationDate,title=Title,author=OwnerUserId,rating="},
    {.name = "Stack Exchange comments",
     .root = "comments",
     .element = "row",
     .map = "text=Text,id=Id,date=CreationDate,author=UserId,rating="},
    {.name = "Zendesk tickets",
     .root = "tickets",
     .element = "ticket",
     .map = "text=" CUSTOMER_TEXT ",id=nice-id|id,title=subject,date=created-at,"
            "author=requester-id,rating=satisfaction-score",
     .conversation = &zendesk_xml_comments},
    {.name = "Apple review feed",
     .required = {"im:rating|im:name", "id", "title"},
     .map = "text=content,id=id,date=updated,author=author.name,rating=im:rating,title=title",
     .skip_rules = {"im:name"}},
    {.name = "App Store Connect reviews",
     .required = {"attributes.rating", "attributes.body", "attributes.reviewerNickname"},
     .map = "text=attributes.body,id=id,title=attributes.title,rating=attributes.rating,"
            "author=attributes.reviewerNickname,date=attributes.createdDate"},
    {.name = "Google Business Profile reviews",
     .required = {"starRating", "createTime", "reviewId|name"},
     .map = "text=comment,id=reviewId|name,rating=starRating,date=updateTime|createTime,"
            "author=reviewer.displayName",
     .original_text = extract_google_original},
    {.name = "Amazon reviews (2023)",
     .required = {"asin", "user_id", "text", "timestamp"},
     .map = "text=text,title=title,rating=rating,date=timestamp,author=user_id,id="},
    {.name = "Amazon reviews (2014 and 2018)",
     .required = {"asin", "reviewerID", "unixReviewTime", "overall"},
     .map = "text=reviewText,title=summary,rating=overall,date=unixReviewTime,author=reviewerID,"
            "id="},
    {.name = "Yelp reviews",
     .required = {"review_id", "business_id", "stars", "text"},
     .map = "text=text,id=review_id,rating=stars,date=date,author=user_id"},
    {.name = "Zendesk tickets",
     .required = {"requester_id", "subject|raw_subject",
                  "description|comments.1.body|comments.1.plain_body"},
     .map = "text=" CUSTOMER_TEXT ",id=id,title=subject,date=created_at,author=requester_id,"
            "rating=satisfaction_rating.score",
     .conversation = &zendesk_comments},
    {.name = "Intercom conversations",
     .required = {"source.author.type", "source.body", "created_at"},
     .map = "text=" CUSTOMER_TEXT ",id=id,title=source.subject,date=created_at,"
            "author=source.author.id,rating=conversation_rating.rating",
     .conversation = &intercom_parts},
    {.name = "Help Scout ratings",
     .required = {"rating", "comments", "threadId|threadid|threadID"},
     .map = "text=comments,id=id,rating=rating,date=modifiedAt|createdAt,author=customer.id"},
    {.name = "Help Scout conversations",
     .required = {"subject", "primaryCustomer.id|primaryCustomer.email", "mailboxId"},
     .map = "text=" CUSTOMER_TEXT ",id=id,title=subject,date=createdAt,author=primaryCustomer.id",
     .conversation = &help_scout_threads},
};

enum { SERVICE_COUNT = sizeof(services) / sizeof(*services) };

/* ---- Recognising one ---- */

/* The first of "a|b|c" that `names` holds; empty when none. */
static struct text find_first_name(struct text alternatives, const struct text *names, size_t count)
{
    struct text name;
    while (text_split(&alternatives, '|', &name))
        for (size_t i = 0; i < count; i++)
            if (text_equal(names[i], name))
                return name;
    return (struct text){0};
}

/* What the first of "a|b|c" that the record has says; empty when none. */
static struct text find_first_value(const struct fields *fields, const char *alternatives)
{
    struct text rest = text_of(alternatives), name;
    while (text_split(&rest, '|', &name)) {
        const struct text *value = fields_find(fields, name);
        if (value && value->size > 0)
            return *value;
    }
    return (struct text){0};
}

const struct service *service_find_by_fields(const struct fields *fields)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        bool has_all = services[i].required[0] != NULL;
        for (size_t k = 0; has_all && k < 4 && services[i].required[k]; k++)
            has_all =
                find_first_name(text_of(services[i].required[k]), fields->names, fields->count)
                    .size > 0;
        if (has_all)
            return &services[i];
    }
    return NULL;
}

const struct service *service_find_by_elements(struct text root, const struct text *elements,
                                               size_t count)
{
    for (size_t i = 0; i < SERVICE_COUNT && services[i].root; i++)
        if (text_equal(root, text_of(services[i].root)) &&
            find_first_name(text_of(services[i].element), elements, count).size > 0)
            return &services[i];
    return NULL;
}

const char *service_name(const struct service *service)
{
    return service->name;
}

struct text service_element(const struct service *service)
{
    return text_of(service->element);
}

struct text service_mapping(const struct service *service, const struct text *names, size_t count,
                            struct text user_mapping, struct arena *arena)
{
    struct text combined_mapping = {0}, rest = text_of(service->map), assignment;
    while (text_split(&rest, ',', &assignment)) {
        size_t equals = text_find(assignment, TEXT("="), 0) + 1;
        struct text role = text_slice(assignment, 0, equals),
                    name = text_slice(assignment, equals, assignment.size);
        bool has_no_column = name.size == 0; /* "id=": there is none */
        name = find_first_name(name, names, count);
        if (text_find(user_mapping, role, 0) == user_mapping.size &&
            (has_no_column || name.size > 0))
            combined_mapping = arena_format(
                arena, "%.*s%s%.*s%.*s", TEXT_ARGUMENT(combined_mapping),
                combined_mapping.size ? "," : "", TEXT_ARGUMENT(role), TEXT_ARGUMENT(name));
    }
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(combined_mapping),
                        combined_mapping.size && user_mapping.size ? "," : "",
                        TEXT_ARGUMENT(user_mapping));
}

/* ---- Conversations ---- */

/* What the customer said so far, and the message that is being looked at. */
struct conversation_builder {
    const struct conversation *conversation;
    struct arena *arena;
    struct text customer; /* by name, where the record says who it is */
    struct text customer_text;
    struct text message_number; /* of the message */
    struct text author, body;
    size_t body_rank; /* which of the names in conversation->body `body` stands under */
    bool hidden, first_said;
    struct text opening_text;
};

static bool is_one_of(struct text word, const char *alternatives)
{
    struct text rest = text_of(alternatives), alternative;
    while (text_split(&rest, '|', &alternative))
        if (text_equal_ignore_case(word, alternative))
            return true;
    return false;
}

static void append_customer_text(struct conversation_builder *conversation_builder,
                                 struct text message_text)
{
    message_text = text_trim(html_to_text_if_marked_up(message_text, conversation_builder->arena));
    if (message_text.size == 0 || text_equal(message_text, conversation_builder->opening_text))
        return; /* Zendesk's first comment is its description */
    conversation_builder->customer_text =
        conversation_builder->customer_text.size
            ? arena_format(conversation_builder->arena, "%.*s\n\n%.*s",
                           TEXT_ARGUMENT(conversation_builder->customer_text),
                           TEXT_ARGUMENT(message_text))
            : message_text;
}

static bool is_customer(const struct conversation_builder *conversation_builder, struct text author)
{
    return conversation_builder->conversation->customer
               ? conversation_builder->customer.size > 0 &&
                     text_equal(author, conversation_builder->customer)
               : is_one_of(author, conversation_builder->conversation->customer_roles);
}

static void end_message(struct conversation_builder *conversation_builder)
{
    if (!conversation_builder->hidden &&
        is_customer(conversation_builder, conversation_builder->author))
        append_customer_text(conversation_builder, conversation_builder->body);
    conversation_builder->author = conversation_builder->body = (struct text){0};
    conversation_builder->hidden = false;
}

/* One member of a message. */
static void add_message_field(struct conversation_builder *conversation_builder, struct text name,
                              struct text value)
{
    const struct conversation *conversation = conversation_builder->conversation;
    struct text hidden = text_of(conversation->hidden), rest = text_of(conversation->body),
                alternative;
    size_t equals = text_find(hidden, TEXT("="), 0);
    if (text_equal(name, text_of(conversation->author)))
        conversation_builder->author = value;
    if (hidden.size && text_equal(name, text_slice(hidden, 0, equals)))
        conversation_builder->hidden =
            text_equal_ignore_case(value, text_slice(hidden, equals + 1, hidden.size));
    for (size_t rank = 0; text_split(&rest, '|', &alternative); rank++)
        if (text_equal(name, alternative) && value.size &&
            (!conversation_builder->body.size || rank < conversation_builder->body_rank)) {
            conversation_builder->body = value;
            conversation_builder->body_rank = rank;
        }
}

/* Cuts "LIST.2.body" into the message's number and its member; "LIST.body" is of the first. */
static bool split_message_field_name(struct text list, struct text name,
                                     struct text *message_number, struct text *message_field)
{
    if (!text_starts_with(name, list) || name.size <= list.size + 1 || name.bytes[list.size] != '.')
        return false;
    struct text rest = text_slice(name, list.size + 1, name.size);
    int64_t value;
    size_t point = text_find(rest, TEXT("."), 0);
    *message_number = text_slice(rest, 0, point);
    *message_field = text_slice(rest, point + 1, rest.size);
    if (!text_to_integer(*message_number, &value)) {
        *message_number = TEXT("1");
        *message_field = rest;
    }
    return true;
}

static void merge_conversation(const struct conversation *conversation, struct fields *fields)
{
    struct conversation_builder conversation_builder = {
        .conversation = conversation,
        .arena = fields->arena,
        .customer = find_first_value(fields, conversation->customer)};
    struct text opening_author_id = find_first_value(fields, conversation->opening_author);
    if (opening_author_id.size == 0 || is_customer(&conversation_builder, opening_author_id))
        append_customer_text(&conversation_builder,
                             find_first_value(fields, conversation->opening_text));
    conversation_builder.opening_text = conversation_builder.customer_text;
    size_t kept_count = 0;
    for (size_t i = 0; i < fields->count; i++) {
        struct text message_number, message_field;
        if (!split_message_field_name(text_of(conversation->list), fields->names[i],
                                      &message_number, &message_field)) {
            fields->names[kept_count] = fields->names[i];
            fields->cells[kept_count++] = fields->cells[i];
            continue;
        }
        if (!text_equal(message_number, conversation_builder.message_number))
            end_message(&conversation_builder);
        conversation_builder.message_number = message_number;
        add_message_field(&conversation_builder, message_field, fields->cells[i]);
    }
    end_message(&conversation_builder);
    fields->count = kept_count;
    append_customer_text(&conversation_builder, find_first_value(fields, conversation->remark));
    fields_set(fields, TEXT(CUSTOMER_TEXT), conversation_builder.customer_text);
}

/* ---- Rows ---- */

bool service_has_skip_rules(const struct service *service)
{
    return service->skip_rules[0] != NULL;
}

bool service_accepts(const struct service *service, const struct fields *fields)
{
    for (size_t i = 0; i < 4 && service->skip_rules[i]; i++) {
        struct text rule = text_of(service->skip_rules[i]);
        size_t equals = text_find(rule, TEXT("="), 0);
        const struct text *value = fields_find(fields, text_slice(rule, 0, equals));
        if (value && (equals == rule.size ||
                      text_equal_ignore_case(*value, text_slice(rule, equals + 1, rule.size))))
            return false;
    }
    return true;
}

void service_merge_conversation(const struct service *service, struct fields *fields)
{
    if (service->conversation)
        merge_conversation(service->conversation, fields);
}

void service_restore_original(const struct service *service, struct record *record)
{
    if (service->original_text)
        record->body = service->original_text(record->body);
}
