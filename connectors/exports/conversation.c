/* conversation.c - collects what the customer wrote from the fields of a record. */
#include "connectors/exports/conversation.h"

#include "base/html.h"

/* The value of a field; empty if there is none, or if `name` is NULL. */
static struct text field_value(const struct fields *fields, const char *name)
{
    const struct text *value = name ? fields_find(fields, text_of(name)) : NULL;
    return value ? *value : (struct text){0};
}

/* What the customer wrote so far, and the message that is being read. */
struct conversation_builder {
    const struct conversation *conversation;
    struct arena *arena;
    struct text customer; /* the customer's id, if the record names it */
    struct text opening_text;
    struct text customer_text, company_text;
    struct text message_number;
    struct text author, body;
    size_t body_rank; /* index of the body's name in conversation->body */
    bool hidden;
};

/* Whether the word is one of "a|b|c", ignoring case. */
static bool is_one_of(struct text word, const char *alternatives)
{
    struct text rest = text_of(alternatives), alternative;
    while (text_split(&rest, '|', &alternative))
        if (text_equal_ignore_case(word, alternative))
            return true;
    return false;
}

static void append_text(struct conversation_builder *builder, struct text *text,
                        struct text message_text)
{
    message_text = text_trim(html_to_text_if_marked_up(message_text, builder->arena));
    if (message_text.size == 0 || text_equal(message_text, builder->opening_text))
        return; /* the first comment in Zendesk repeats the description */
    *text = text->size ? arena_format(builder->arena, "%.*s\n\n%.*s", TEXT_ARGUMENT(*text),
                                      TEXT_ARGUMENT(message_text))
                       : message_text;
}

static void append_customer_text(struct conversation_builder *builder, struct text message_text)
{
    append_text(builder, &builder->customer_text, message_text);
}

static bool is_customer(const struct conversation_builder *builder, struct text author)
{
    return builder->conversation->customer
               ? builder->customer.size > 0 && text_equal(author, builder->customer)
               : is_one_of(author, builder->conversation->customer_roles);
}

static void end_message(struct conversation_builder *builder)
{
    if (!builder->hidden)
        append_text(builder,
                    is_customer(builder, builder->author) ? &builder->customer_text
                                                          : &builder->company_text,
                    builder->body);
    builder->author = builder->body = (struct text){0};
    builder->hidden = false;
}

/* Takes one field of a message. */
static void add_message_field(struct conversation_builder *builder, struct text name,
                              struct text value)
{
    const struct conversation *conversation = builder->conversation;
    struct text hidden = text_of(conversation->hidden), rest = text_of(conversation->body),
                alternative;
    size_t equals = text_find(hidden, TEXT("="), 0);
    if (text_equal(name, text_of(conversation->author)))
        builder->author = value;
    if (hidden.size && text_equal(name, text_slice(hidden, 0, equals)))
        builder->hidden =
            text_equal_ignore_case(value, text_slice(hidden, equals + 1, hidden.size));
    for (size_t rank = 0; text_split(&rest, '|', &alternative); rank++)
        if (text_equal(name, alternative) && value.size &&
            (!builder->body.size || rank < builder->body_rank)) {
            builder->body = value;
            builder->body_rank = rank;
        }
}

/* Splits "LIST.2.body" into the number of the message and the name of its field. "LIST.body"
 * belongs to message 1. */
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

void conversation_merge(const struct conversation *conversation, struct fields *fields)
{
    struct conversation_builder builder = {.conversation = conversation,
                                           .arena = fields->arena,
                                           .customer = field_value(fields, conversation->customer)};
    struct text opening_author = field_value(fields, conversation->opening_author);
    struct text opening_text = field_value(fields, conversation->opening_text);
    bool is_customers = opening_author.size == 0 || is_customer(&builder, opening_author);
    append_text(&builder, is_customers ? &builder.customer_text : &builder.company_text,
                opening_text);
    builder.opening_text = is_customers ? builder.customer_text : builder.company_text;
    size_t kept_count = 0;
    for (size_t i = 0; i < fields->count; i++) {
        struct text message_number, message_field;
        if (!split_message_field_name(text_of(conversation->list), fields->names[i],
                                      &message_number, &message_field)) {
            fields->names[kept_count] = fields->names[i];
            fields->cells[kept_count++] = fields->cells[i];
            continue;
        }
        if (!text_equal(message_number, builder.message_number))
            end_message(&builder);
        builder.message_number = message_number;
        add_message_field(&builder, message_field, fields->cells[i]);
    }
    end_message(&builder);
    fields->count = kept_count;
    append_customer_text(&builder, field_value(fields, conversation->remark));
    fields_set(fields, TEXT(CUSTOMER_TEXT), builder.customer_text);
    fields_set(fields, TEXT(COMPANY_TEXT), builder.company_text);
}
