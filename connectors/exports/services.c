/* services.c - a table of exports, and what is done with their rows in it. */
#include "connectors/exports/services.h"

#include <string.h>

#include "base/html.h"
#include "connectors/columns/field_list.h"

/* How a conversation lies in the members of a record. A "|" stands between names of which the first
 * that is there counts. */
struct conversation {
    const char *list;          /* messages: "comments" of "comments.1.body", "comments.2.body" */
    const char *body, *author; /* of a message */
    const char *customer;      /* member of the record that names the customer; or NULL: */
    const char *roles;         /* the authors that are customers */
    const char *hidden;        /* "public=false": a note among agents */
    const char *first;        /* what opened the conversation; said already where the list has it */
    const char *first_author; /* who did; empty: the customer */
    const char *remark;       /* what the customer said of it afterwards */
};

struct service {
    const char *name;
    const char *root, *element; /* of XML, without prefix; NULL: known by its members */
    const char *required[4];    /* members that tell it */
    const char *map;            /* as `map =`, with "|" between members to choose from */
    const char *skip[4];        /* no feedback: "isSpam=true"; "im:name": anything there */
    const struct conversation *conversation;
    struct text (*original)(struct text body);
};

#define CUSTOMER_TEXT "customer_text"

static const struct conversation zendesk_comments = {.list = "comments",
                                                     .body = "plain_body|body|html_body",
                                                     .author = "author_id",
                                                     .customer = "requester_id",
                                                     .hidden = "public=false",
                                                     .first = "description",
                                                     .first_author = "submitter_id",
                                                     .remark = "satisfaction_rating.comment"};

static const struct conversation zendesk_xml_comments = {.list = "comments.comment",
                                                         .body = "value",
                                                         .author = "author-id",
                                                         .customer = "requester-id",
                                                         .hidden = "is-public=false",
                                                         .first = "description",
                                                         .first_author = "submitter-id",
                                                         .remark = "satisfaction-comment"};

static const struct conversation intercom_parts = {.list = "conversation_parts.conversation_parts",
                                                   .body = "body",
                                                   .author = "author.type",
                                                   .roles = "user|lead|contact",
                                                   .first = "source.body",
                                                   .first_author = "source.author.type",
                                                   .remark = "conversation_rating.remark"};

static const struct conversation help_scout_threads = {.list = "_embedded.threads",
                                                       .body = "body",
                                                       .author = "createdBy.type",
                                                       .roles = "customer",
                                                       .hidden = "type=note"};

/* "(Translated by Google) Good.\n\n(Original)\nGut.", or the original first. */
static struct text google_original(struct text body)
{
    static const struct text translated = {"(Translated by Google)", 22},
                             original = {"(Original)", 10};
    size_t at = text_find(body, translated, 0);
    if (at == body.size)
        return body;
    size_t second = text_find(body, original, at);
    return text_trim(second < body.size ? text_slice(body, second + original.size, body.size)
                     : at > 0           ? text_slice(body, 0, at)
                                        : text_slice(body, translated.size, body.size));
}

static const struct service services[] = {
    {.name = "Disqus export",
     .root = "disqus",
     .element = "post",
     .map = "text=message,id=id,date=createdAt,author=author.name,"
            "title=thread.title",
     .skip = {"isDeleted=true", "isSpam=true"}},
    {.name = "WordPress export",
     .root = "rss",
     .element = "comment",
     .map = "text=comment_content,id=comment_id,date=comment_date_gmt,author=comment_author",
     .skip = {"comment_approved=spam", "comment_approved=trash", "comment_type=pingback",
              "comment_type=trackback"}},
    {.name = "Atom feed of reviews",
     .root = "feed",
     .element = "entry",
     .map = "text=content,id=id,date=updated,author=author.name,rating=rating,title=title",
     .skip = {"name"}},
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
     .skip = {"im:name"}},
    {.name = "App Store Connect reviews",
     .required = {"attributes.rating", "attributes.body", "attributes.reviewerNickname"},
     .map = "text=attributes.body,id=id,title=attributes.title,rating=attributes.rating,"
            "author=attributes.reviewerNickname,date=attributes.createdDate"},
    {.name = "Google Business Profile reviews",
     .required = {"starRating", "createTime", "reviewId|name"},
     .map = "text=comment,id=reviewId|name,rating=starRating,date=updateTime|createTime,"
            "author=reviewer.displayName",
     .original = google_original},
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

enum { SERVICES = sizeof(services) / sizeof(*services) };

/* ---- Recognising one ---- */

/* The first of "a|b|c" that `names` holds; empty when none. */
static struct text first_named(struct text alternatives, const struct text *names, size_t count)
{
    struct text name;
    while (text_split(&alternatives, '|', &name))
        for (size_t i = 0; i < count; i++)
            if (text_equal(names[i], name))
                return name;
    return (struct text){0};
}

/* What the first of "a|b|c" that the record has says; empty when none. */
static struct text value_of(const struct members *members, const char *alternatives)
{
    struct text rest = text_of(alternatives), name;
    while (text_split(&rest, '|', &name)) {
        const struct text *value = members_find(members, name);
        if (value && value->size > 0)
            return *value;
    }
    return (struct text){0};
}

const struct service *service_of_members(const struct members *members)
{
    for (size_t i = 0; i < SERVICES; i++) {
        bool all = services[i].required[0] != NULL;
        for (size_t k = 0; all && k < 4 && services[i].required[k]; k++)
            all =
                first_named(text_of(services[i].required[k]), members->names, members->count).size >
                0;
        if (all)
            return &services[i];
    }
    return NULL;
}

const struct service *service_of_elements(struct text root, const struct text *elements,
                                          size_t count)
{
    for (size_t i = 0; i < SERVICES && services[i].root; i++)
        if (text_equal(root, text_of(services[i].root)) &&
            first_named(text_of(services[i].element), elements, count).size > 0)
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
                            struct text given, struct arena *arena)
{
    struct text wanted = {0}, rest = text_of(service->map), part;
    while (text_split(&rest, ',', &part)) {
        size_t sign = text_find(part, TEXT("="), 0) + 1;
        struct text role = text_slice(part, 0, sign), name = text_slice(part, sign, part.size);
        bool none = name.size == 0; /* "id=": there is none */
        name = first_named(name, names, count);
        if (text_find(given, role, 0) == given.size && (none || name.size > 0))
            wanted = arena_format(arena, "%.*s%s%.*s%.*s", TEXT_ARGUMENT(wanted),
                                  wanted.size ? "," : "", TEXT_ARGUMENT(role), TEXT_ARGUMENT(name));
    }
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(wanted),
                        wanted.size && given.size ? "," : "", TEXT_ARGUMENT(given));
}

/* ---- Conversations ---- */

/* What the customer said so far, and the message that is being looked at. */
struct speech {
    const struct conversation *conversation;
    struct arena *arena;
    struct text customer; /* by name, where the record says who it is */
    struct text said;
    struct text number; /* of the message */
    struct text author, body;
    size_t body_rank; /* which of the names in conversation->body `body` stands under */
    bool hidden, first_said;
    struct text first;
};

static bool is_one_of(struct text word, const char *alternatives)
{
    struct text rest = text_of(alternatives), one;
    while (text_split(&rest, '|', &one))
        if (text_equal_fold(word, one))
            return true;
    return false;
}

static void say(struct speech *speech, struct text words)
{
    words = text_trim(html_or_text(words, speech->arena));
    if (words.size == 0 || text_equal(words, speech->first))
        return; /* Zendesk's first comment is its description */
    speech->said = speech->said.size
                       ? arena_format(speech->arena, "%.*s\n\n%.*s", TEXT_ARGUMENT(speech->said),
                                      TEXT_ARGUMENT(words))
                       : words;
}

static bool is_customer(const struct speech *speech, struct text author)
{
    return speech->conversation->customer
               ? speech->customer.size > 0 && text_equal(author, speech->customer)
               : is_one_of(author, speech->conversation->roles);
}

static void end_message(struct speech *speech)
{
    if (!speech->hidden && is_customer(speech, speech->author))
        say(speech, speech->body);
    speech->author = speech->body = (struct text){0};
    speech->hidden = false;
}

/* One member of a message. */
static void hear(struct speech *speech, struct text name, struct text value)
{
    const struct conversation *conversation = speech->conversation;
    struct text hidden = text_of(conversation->hidden), rest = text_of(conversation->body), one;
    size_t sign = text_find(hidden, TEXT("="), 0);
    if (text_equal(name, text_of(conversation->author)))
        speech->author = value;
    if (hidden.size && text_equal(name, text_slice(hidden, 0, sign)))
        speech->hidden = text_equal_fold(value, text_slice(hidden, sign + 1, hidden.size));
    for (size_t rank = 0; text_split(&rest, '|', &one); rank++)
        if (text_equal(name, one) && value.size &&
            (!speech->body.size || rank < speech->body_rank)) {
            speech->body = value;
            speech->body_rank = rank;
        }
}

/* Cuts "LIST.2.body" into the message's number and its member; "LIST.body" is of the first. */
static bool is_of_message(struct text list, struct text name, struct text *number,
                          struct text *member)
{
    if (!text_starts_with(name, list) || name.size <= list.size + 1 || name.bytes[list.size] != '.')
        return false;
    struct text rest = text_slice(name, list.size + 1, name.size);
    int64_t value;
    size_t point = text_find(rest, TEXT("."), 0);
    *number = text_slice(rest, 0, point);
    *member = text_slice(rest, point + 1, rest.size);
    if (!text_integer(*number, &value)) {
        *number = TEXT("1");
        *member = rest;
    }
    return true;
}

static void fold_conversation(const struct conversation *conversation, struct members *members)
{
    struct speech speech = {.conversation = conversation,
                            .arena = members->arena,
                            .customer = value_of(members, conversation->customer)};
    struct text opened = value_of(members, conversation->first_author);
    if (opened.size == 0 || is_customer(&speech, opened))
        say(&speech, value_of(members, conversation->first));
    speech.first = speech.said;
    size_t kept = 0;
    for (size_t i = 0; i < members->count; i++) {
        struct text number, member;
        if (!is_of_message(text_of(conversation->list), members->names[i], &number, &member)) {
            members->names[kept] = members->names[i];
            members->cells[kept++] = members->cells[i];
            continue;
        }
        if (!text_equal(number, speech.number))
            end_message(&speech);
        speech.number = number;
        hear(&speech, member, members->cells[i]);
    }
    end_message(&speech);
    members->count = kept;
    say(&speech, value_of(members, conversation->remark));
    members_set(members, TEXT(CUSTOMER_TEXT), speech.said);
}

/* ---- Rows ---- */

bool service_is_choosy(const struct service *service)
{
    return service->skip[0] != NULL;
}

bool service_takes(const struct service *service, const struct members *members)
{
    for (size_t i = 0; i < 4 && service->skip[i]; i++) {
        struct text rule = text_of(service->skip[i]);
        size_t sign = text_find(rule, TEXT("="), 0);
        const struct text *value = members_find(members, text_slice(rule, 0, sign));
        if (value &&
            (sign == rule.size || text_equal_fold(*value, text_slice(rule, sign + 1, rule.size))))
            return false;
    }
    return true;
}

void service_prepare(const struct service *service, struct members *members)
{
    if (service->conversation)
        fold_conversation(service->conversation, members);
}

void service_finish(const struct service *service, struct record *record)
{
    if (service->original)
        record->body = service->original(record->body);
}
