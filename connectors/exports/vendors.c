/* vendors.c - a table of exports: the columns that tell them, and the columns that matter. */
#include "connectors/exports/vendors.h"

#include <string.h>

#include "base/calendar.h"
#include "connectors/columns/roles.h"

enum { MAX_ALTERNATIVES = 4, MAX_REQUIRED = 5 };

struct vendor {
    const char *name;
    const char *const required[MAX_REQUIRED + 1]; /* NULL ends it */
    struct {
        enum role role;
        const char *columns[MAX_ALTERNATIVES]; /* the first that is there; none: no column */
    } roles[ROLE_COUNT];
    void (*complete_record)(struct record *record, struct arena *arena);
    bool (*is_company_record)(
        const struct record *record); /* written by the company, not by a customer */
};

static struct text find_field_value(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (text_equal_ignore_case(text_trim(record->fields[i].name), text_of(name)))
            return text_trim(record->fields[i].value);
    return (struct text){0};
}

static int hex_digit(char byte)
{
    return byte >= '0' && byte <= '9'   ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
           : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                        : -1;
}

/* %3A becomes a colon. */
static struct text decode_percent_escapes(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        int high = i + 2 < text.size ? hex_digit(text.bytes[i + 1]) : -1;
        int low = i + 2 < text.size ? hex_digit(text.bytes[i + 2]) : -1;
        bool escape = text.bytes[i] == '%' && high >= 2 && high < 8 && low >= 0;
        bytes[size++] = escape ? (char)(high * 16 + low) : text.bytes[i];
        i += escape ? 2 : 0;
    }
    return (struct text){bytes, size};
}

/* Review Link ends in "reviewId=gp%3AAOq..." or "#ReviewPlace:id=..."; without a link, the app and
 * the moment of the first submission name a review, also when it is edited later. */
static void complete_google_play_record(struct record *record, struct arena *arena)
{
    static const char *const keys[] = {"reviewId=", "reviewid=", "#ReviewPlace:id=", "&id="};
    struct text link = find_field_value(record, "Review Link");
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        size_t at = text_find(link, text_of(keys[i]), 0);
        if (at == link.size)
            continue;
        struct text id = text_slice(link, at + strlen(keys[i]), link.size);
        id = text_slice(id, 0, text_find(id, TEXT("&"), 0));
        if (id.size > 0) {
            record->external_id = decode_percent_escapes(id, arena);
            break;
        }
    }
    struct text package = find_field_value(record, "Package Name");
    struct text millis = find_field_value(record, "Review Submit Millis Since Epoch");
    if (record->external_id.size == 0 && millis.size > 0)
        record->external_id =
            arena_format(arena, "%.*s:%.*s", TEXT_ARGUMENT(package), TEXT_ARGUMENT(millis));
    static const char *const dates[] = {"Review Last Update Millis Since Epoch",
                                        "Review Submit Date and Time",
                                        "Review Submit Millis Since Epoch"};
    for (size_t i = 0; i < 3 && record->created_at == TIME_UNKNOWN; i++)
        if (!date_parse(find_field_value(record, dates[i]), DATE_ORDER_YMD, 0, &record->created_at))
            record->created_at = TIME_UNKNOWN;
}

/* A bot or an agent wrote it. */
static bool is_intercom_company_record(const struct record *record)
{
    static const char *const customers[] = {"user", "lead", "contact"};
    struct text type = find_field_value(record, "message_author_type");
    for (size_t i = 0; i < sizeof(customers) / sizeof(*customers); i++)
        if (text_equal_ignore_case(type, text_of(customers[i])))
            return false;
    return true;
}

/* A ticket that somebody else opened for the customer has a subject in that one's words. */
static bool is_zendesk_agent_ticket(const struct record *record)
{
    struct text submitter = find_field_value(record, "Submitter");
    return submitter.size > 0 && !text_equal(submitter, find_field_value(record, "Requester"));
}

/* An answer that was begun and not sent has no date of its own. */
static void complete_typeform_record(struct record *record, struct arena *arena)
{
    static const char *const dates[] = {"Stage Date (UTC)", "Start Date (UTC)"};
    (void)arena;
    for (size_t i = 0; i < 2 && record->created_at == TIME_UNKNOWN; i++)
        if (!date_parse(find_field_value(record, dates[i]), DATE_ORDER_YMD, 0, &record->created_at))
            record->created_at = TIME_UNKNOWN;
}

static const struct vendor vendors[] = {
    {.name = "Google Play review export",
     .required = {"Package Name", "Star Rating", "Review Text"},
     .roles = {{ROLE_TEXT, {"Review Text"}},
               {ROLE_TITLE, {"Review Title"}},
               {ROLE_RATING, {"Star Rating"}},
               {ROLE_LANG, {"Reviewer Language"}},
               {ROLE_DATE, {"Review Last Update Date and Time", "Review Submit Date and Time"}},
               {ROLE_ID, {NULL}},
               {ROLE_AUTHOR, {NULL}}},
     .complete_record = complete_google_play_record},
    {.name = "Trustpilot service review export",
     .required = {"Review Id", "Review Content", "Review Stars"},
     .roles = {{ROLE_TEXT, {"Review Content"}},
               {ROLE_TITLE, {"Review Title"}},
               {ROLE_RATING, {"Review Stars"}},
               {ROLE_LANG, {"Review Language"}},
               {ROLE_DATE, {"Review Created (UTC)", "Review Created"}},
               {ROLE_ID, {"Review Id"}},
               {ROLE_AUTHOR, {"Review Username", "Review Consumer User Id"}}}},
    {.name = "Amazon review data set",
     .required = {"marketplace", "review_id", "review_headline", "review_body"},
     .roles = {{ROLE_TEXT, {"review_body"}},
               {ROLE_TITLE, {"review_headline"}},
               {ROLE_RATING, {"star_rating"}},
               {ROLE_DATE, {"review_date"}},
               {ROLE_ID, {"review_id"}},
               {ROLE_AUTHOR, {"customer_id"}}}},
    {.name = "Zendesk ticket export (subjects only)",
     .required = {"Id", "Requester", "Subject", "Ticket type", "Satisfaction Score"},
     .roles = {{ROLE_TEXT, {"Subject"}},
               {ROLE_ID, {"Id"}},
               {ROLE_DATE, {"Created at"}},
               {ROLE_RATING, {"Satisfaction Score"}},
               {ROLE_AUTHOR, {"Requester id", "Requester"}}},
     .is_company_record = is_zendesk_agent_ticket},
    {.name = "Intercom message export",
     .required = {"message_id", "message_body", "message_author_type", "conversation_id"},
     .roles = {{ROLE_TEXT, {"message_body"}},
               {ROLE_ID, {"message_id"}},
               {ROLE_DATE, {"message_created_at", "conversation_created_at"}},
               {ROLE_TITLE, {NULL}},
               {ROLE_AUTHOR, {"message_author_id", "message_author_name"}}},
     .is_company_record = is_intercom_company_record},
    {.name = "Help Scout rating export",
     .required = {"id", "ticketId", "threadId", "rating", "comments"},
     .roles = {{ROLE_TEXT, {"comments"}},
               {ROLE_ID, {"id"}},
               {ROLE_DATE, {"modifiedAt", "createdAt"}},
               {ROLE_RATING, {"rating"}},
               {ROLE_AUTHOR, {"customer email", "customer.email", "customer id", "customer.id"}}}},
    {.name = "Typeform export",
     .required = {"#", "Submit Date (UTC)", "Network ID"},
     .roles = {{ROLE_ID, {"#"}},
               {ROLE_DATE, {"Submit Date (UTC)"}},
               {ROLE_TITLE, {NULL}},
               {ROLE_AUTHOR, {NULL}}},
     .complete_record = complete_typeform_record},
    {.name = "Outlook message export",
     .required = {"Subject", "Body", "From: (Name)", "From: (Address)"},
     .roles = {{ROLE_TEXT, {"Body"}},
               {ROLE_TITLE, {"Subject"}},
               {ROLE_AUTHOR, {"From: (Address)", "From: (Name)"}}}},
};

static const char *find_name(const char *const *alternatives, size_t max, const struct text *names,
                             size_t count)
{
    for (size_t k = 0; k < max && alternatives[k]; k++)
        for (size_t i = 0; i < count; i++)
            if (text_equal_ignore_case(text_trim(names[i]), text_of(alternatives[k])))
                return alternatives[k];
    return NULL;
}

const struct vendor *vendor_find_by_header(const struct text *names, size_t count)
{
    for (size_t i = 0; i < sizeof(vendors) / sizeof(*vendors); i++) {
        bool has_all = true;
        for (const char *const *name = vendors[i].required; has_all && *name; name++)
            has_all = find_name(name, 1, names, count) != NULL;
        if (has_all)
            return &vendors[i];
    }
    return NULL;
}

struct text vendor_name(const struct vendor *vendor)
{
    return text_of(vendor->name);
}

struct text vendor_mapping(const struct vendor *vendor, const struct text *names, size_t count,
                           struct text user_mapping, struct arena *arena)
{
    struct text combined_mapping = {0};
    for (size_t i = 0; i < ROLE_COUNT && vendor->roles[i].role != ROLE_NONE; i++) {
        enum role role = vendor->roles[i].role;
        struct text role_prefix = arena_format(arena, "%s=", role_names[role]);
        if (text_find(user_mapping, role_prefix, 0) < user_mapping.size)
            continue;
        const char *name = find_name(vendor->roles[i].columns, MAX_ALTERNATIVES, names, count);
        combined_mapping = arena_format(arena, "%.*s%s%.*s%s", TEXT_ARGUMENT(combined_mapping),
                                        combined_mapping.size ? "," : "",
                                        TEXT_ARGUMENT(role_prefix), name ? name : "");
    }
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(combined_mapping),
                        combined_mapping.size && user_mapping.size ? "," : "",
                        TEXT_ARGUMENT(user_mapping));
}

bool vendor_is_company_record(const struct vendor *vendor, const struct record *record)
{
    return vendor->is_company_record && vendor->is_company_record(record);
}

void vendor_complete_record(const struct vendor *vendor, struct record *record, struct arena *arena)
{
    if (vendor->complete_record)
        vendor->complete_record(record, arena);
}
