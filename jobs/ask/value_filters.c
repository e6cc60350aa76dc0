/* value_filters.c - finds the products, regions, sources and other values that a question names. */
#include "jobs/ask/value_filters.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "jobs/ask/cue_words.h"

enum { MAX_WORDS_OF_VALUE = 16, MIN_PART_SIZE = 3 };

static bool is_preposition(const struct token *token)
{
    return cue_words_contain(CUE_PREPOSITION, token->text);
}

/* The question's token says the word of a value: as it is, or with a Korean particle. */
static bool says_word(const struct token *token, const struct token *word)
{
    if (token->kind == LETTER_UNSPACED_SCRIPT && word->kind == LETTER_UNSPACED_SCRIPT)
        return text_starts_with(token->text, word->text);
    return token_is(token, word->text);
}

/* The filter on the column; NULL if there are too many. */
static struct value_filter *get_filter(struct question *question, size_t column)
{
    for (size_t i = 0; i < question->filter_count; i++)
        if (question->filters[i].column == column)
            return &question->filters[i];
    if (question->filter_count == MAX_VALUE_FILTERS)
        return NULL;
    struct value_filter *filter = &question->filters[question->filter_count++];
    *filter = (struct value_filter){.column = column};
    return filter;
}

void value_filters_add(struct parser *parser, size_t column, size_t value)
{
    struct value_filter *filter = get_filter(parser->question, column);
    if (!filter)
        return;
    for (size_t i = 0; i < filter->value_count; i++)
        if (filter->values[i] == value)
            return;
    size_t *values = arena_alloc(parser->arena, filter->value_count + 1, sizeof(*values));
    if (filter->value_count > 0)
        memcpy(values, filter->values, filter->value_count * sizeof(*values));
    values[filter->value_count++] = value;
    filter->values = values;
}

/* Records without a value pass if they have these words. */
static void add_mention(struct parser *parser, size_t column, struct text phrase)
{
    struct value_filter *filter = get_filter(parser->question, column);
    if (!filter || column < CORPUS_OWN_COLUMNS) /* of which every record has a value */
        return;
    struct way way = way_make(phrase, 1, parser->arena);
    size_t count = 1;
    const struct way *ways =
        related_words_expand(parser->context->related, &way, &count, parser->arena);
    for (size_t i = 0; i < count; i++)
        filter->mention_query =
            arena_format(parser->arena, "%.*s%s%.*s", TEXT_ARGUMENT(filter->mention_query),
                         filter->mention_query.size ? " OR " : "",
                         TEXT_ARGUMENT(way_format_query(&ways[i], parser->arena)));
}

/* Whether a value of one word may be meant, and not an ordinary word: "from Scotland", "North". */
static bool is_meant(const struct parser *parser, const struct corpus_column *column, size_t at,
                     const struct token *word)
{
    const struct token *token = parser_get_token(parser, at);
    size_t before = at > 0 && token_is(parser_get_token(parser, at - 1), TEXT("the")) ? at - 1 : at;
    const struct token *cue = parser_get_token(parser, before - 1);
    bool follows_name = (before > 0 && text_equal_name(cue->original, column->name)) ||
                        text_equal_name(parser_get_token(parser, at + 1)->original, column->name);
    if (word->kind == LETTER_DIGIT)
        return follows_name;
    if (follows_name || column->is_about_things ||
        token_names_feedback(parser_get_token(parser, at + 1)))
        return true;
    if (column == &parser->context->corpus->columns[CORPUS_SOURCE])
        return before > 0 && is_preposition(cue);
    if (word->kind == LETTER_UNSPACED_SCRIPT)
        return utf8_count_code_points(word->text) >= 2 && !token_says_nothing(token);
    return ascii_is_upper(word->original.bytes[0]) &&
           (token->is_capitalized || (before > 0 && is_preposition(cue)));
}

/* Whether the question has all words of the value at `at`; marks them as used. */
static bool match_whole_value(struct parser *parser, const struct corpus_column *column,
                              const struct tokens *value, size_t at)
{
    if (value->count == 0 || value->count > MAX_WORDS_OF_VALUE)
        return false;
    for (size_t i = 0; i < value->count; i++)
        if (parser_get_token(parser, at + i)->is_used ||
            !says_word(parser_get_token(parser, at + i), &value->items[i]))
            return false;
    if (value->count == 1 && !is_meant(parser, column, at, &value->items[0]))
        return false;
    return true;
}

/* Finds the values of which all words are in the question; longer ones first. */
static void find_whole_values(struct parser *parser, size_t column_index,
                              const struct tokens *values)
{
    const struct corpus_column *column = &parser->context->corpus->columns[column_index];
    for (size_t words = MAX_WORDS_OF_VALUE; words > 0; words--)
        for (size_t value = 0; value < column->values.count; value++)
            for (size_t at = 0; values[value].count == words && at < parser->tokens.count; at++)
                if (match_whole_value(parser, column, &values[value], at)) {
                    value_filters_add(parser, column_index, value);
                    add_mention(parser, column_index, column->values.texts[value]);
                    parser_mark_used(parser, at, at + words);
                }
}

/* Whether one of the ways to say the question's token is a word of the value's name: "kettle",
 * "kettles" or 주전자 for "Larkspur kettle". Of related words, only those of the other language
 * count. */
static bool means_part(const struct way *ways, size_t way_count, const struct token *word,
                       struct arena *arena)
{
    if (word->kind == LETTER_DIGIT || word->text.size < MIN_PART_SIZE)
        return false;
    struct way part = way_make(word->text, 1, arena);
    for (size_t i = 0; i < way_count; i++)
        if ((i == 0 || way_is_korean(&ways[0]) != way_is_korean(&ways[i])) &&
            way_is_same_word(&ways[i], &part))
            return true;
    return false;
}

/* Of columns that name things, a part of the name is enough: all values that have it are meant. */
static void find_parts_of_values(struct parser *parser, size_t column_index,
                                 const struct tokens *values)
{
    const struct corpus_column *column = &parser->context->corpus->columns[column_index];
    for (size_t at = 0; at < parser->tokens.count; at++) {
        struct token *token = &parser->tokens.items[at];
        if (token->is_used || token->kind == LETTER_DIGIT || token->text.size < MIN_PART_SIZE ||
            token_says_nothing(token))
            continue;
        struct way own = way_make(token_stem(token), 1, parser->arena);
        size_t way_count = 1;
        const struct way *ways =
            related_words_expand(parser->context->related, &own, &way_count, parser->arena);
        bool found = false;
        for (size_t value = 0; value < column->values.count; value++)
            for (size_t i = 0; i < values[value].count; i++)
                if (means_part(ways, way_count, &values[value].items[i], parser->arena)) {
                    value_filters_add(parser, column_index, value);
                    found = true;
                }
        if (found)
            add_mention(parser, column_index, token_stem(token));
        token->is_used |= found;
    }
}

static void find_values_of_column(struct parser *parser, size_t column_index)
{
    const struct corpus_column *column = &parser->context->corpus->columns[column_index];
    struct tokens *values = arena_alloc(parser->arena, column->values.count + 1, sizeof(*values));
    for (size_t i = 0; i < column->values.count; i++)
        values[i] = tokens_split(column->values.texts[i], parser->arena);
    find_whole_values(parser, column_index, values);
    if (column->is_about_things)
        find_parts_of_values(parser, column_index, values);
}

void value_filters_find(struct parser *parser)
{
    const struct corpus *corpus = parser->context->corpus;
    for (int about_things = 1; about_things >= 0; about_things--)
        for (size_t i = 0; i < corpus->column_count; i++) {
            const struct corpus_column *column = &corpus->columns[i];
            if (!column->is_categorical || i == CORPUS_LANG ||
                column->is_about_things != (about_things == 1))
                continue;
            find_values_of_column(parser, i);
        }
}
