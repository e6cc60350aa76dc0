/* question.c - understands a question: first the period, then values of columns, stars and the
 * language, then words of praise and complaint; the words that are left are searched for. */
#include "jobs/ask/question.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum { MAX_WORDS_OF_VALUE = 16, MIN_PART_SIZE = 3, MAX_WORDS_OF_PHRASE = 3 };

static const struct question_word {
    int weight; /* 0: says nothing; 1: little */
    struct text word;
} question_words[] = {
#define ROW(language, weight, word) {weight, {word, sizeof(word) - 1}},
#include "jobs/ask/data/question_words.inc"
#undef ROW
};

static const struct {
    enum sentiment polarity;
    struct text word;
} polarity_words[] = {
#define ROW(language, polarity, word) {polarity, {word, sizeof(word) - 1}},
#include "jobs/ask/data/polarity_words.inc"
#undef ROW
};

static const struct {
    struct text code, word;
} language_words[] = {
#define ROW(code, word) {{code, sizeof(code) - 1}, {word, sizeof(word) - 1}},
#include "jobs/ask/data/language_words.inc"
#undef ROW
};

struct parser {
    struct question *question;
    const struct question_context *context;
    struct tokens tokens;
    struct arena *arena;
};

static const struct token *get_token(const struct parser *parser, size_t index)
{
    static const struct token none = {0};
    return index < parser->tokens.count ? &parser->tokens.items[index] : &none;
}

/* The entry of the token, or NULL: it is a word to look for. */
static const struct question_word *find_question_word(const struct token *token)
{
    struct text stem = token_stem(token);
    for (size_t i = 0; i < sizeof(question_words) / sizeof(*question_words); i++)
        if (token_is(token, question_words[i].word) || text_equal(stem, question_words[i].word))
            return &question_words[i];
    return NULL;
}

static bool is_question_word(const struct token *token)
{
    const struct question_word *found = find_question_word(token);
    return found && found->weight == 0;
}

/* ---- Values of columns ---- */

static bool is_preposition(const struct token *token)
{
    static const char *const words[] = {"in", "from", "at", "to", "for", "of", "on", "via", NULL};
    return text_is_one_of(token->text, words);
}

static bool names_feedback(const struct token *token)
{
    static const char *const words[] = {
        "reviews",     "review",    "answers",  "comments", "mails", "emails", "responses",
        "respondents", "customers", "feedback", "tickets",  "users", "buyers", "people",
        "guests",      "speakers",  "고객",     "리뷰",     "후기",  NULL};
    return text_is_one_of(token->text, words) ||
           (token->kind == LETTER_UNSPACED_SCRIPT && text_is_one_of(token_stem(token), words));
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

static void add_value(struct parser *parser, size_t column, size_t value)
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
    const struct token *token = get_token(parser, at);
    size_t before = at > 0 && token_is(get_token(parser, at - 1), TEXT("the")) ? at - 1 : at;
    const struct token *cue = get_token(parser, before - 1);
    bool follows_name = (before > 0 && text_equal_name(cue->original, column->name)) ||
                        text_equal_name(get_token(parser, at + 1)->original, column->name);
    if (word->kind == LETTER_DIGIT)
        return follows_name;
    if (follows_name || column->is_about_things || names_feedback(get_token(parser, at + 1)))
        return true;
    if (column == &parser->context->corpus->columns[CORPUS_SOURCE])
        return before > 0 && is_preposition(cue);
    if (word->kind == LETTER_UNSPACED_SCRIPT)
        return utf8_count_code_points(word->text) >= 2 && !is_question_word(token);
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
        if (get_token(parser, at + i)->is_used ||
            !says_word(get_token(parser, at + i), &value->items[i]))
            return false;
    if (value->count == 1 && !is_meant(parser, column, at, &value->items[0]))
        return false;
    return true;
}

static void mark_used(struct parser *parser, size_t begin, size_t end)
{
    for (size_t i = begin; i < end && i < parser->tokens.count; i++)
        parser->tokens.items[i].is_used = true;
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
                    add_value(parser, column_index, value);
                    add_mention(parser, column_index, column->values.texts[value]);
                    mark_used(parser, at, at + words);
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
            is_question_word(token))
            continue;
        struct way own = way_make(token_stem(token), 1, parser->arena);
        size_t way_count = 1;
        const struct way *ways =
            related_words_expand(parser->context->related, &own, &way_count, parser->arena);
        bool found = false;
        for (size_t value = 0; value < column->values.count; value++)
            for (size_t i = 0; i < values[value].count; i++)
                if (means_part(ways, way_count, &values[value].items[i], parser->arena)) {
                    add_value(parser, column_index, value);
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

static void find_values(struct parser *parser)
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

/* ---- Stars, language, praise and complaint ---- */

static int64_t parse_stars(const struct token *token)
{
    static const char *const words[] = {"one", "two", "three", "four", "five"};
    int64_t number = 0;
    if (text_to_integer(token->text, &number))
        return number >= 1 && number <= 5 ? number : 0;
    for (int64_t i = 0; i < 5; i++)
        if (token_is(token, text_of(words[i])))
            return i + 1;
    return 0;
}

/* "one-star reviews", "5 stars", "별점 1점" */
static void find_stars(struct parser *parser)
{
    for (size_t i = 0; i + 1 < parser->tokens.count; i++) {
        const struct token *next = get_token(parser, i + 1);
        bool is_english = token_is(next, TEXT("star")) || token_is(next, TEXT("stars"));
        bool is_korean =
            i > 0 && text_starts_with(get_token(parser, i - 1)->text, TEXT("별")) &&
            (text_starts_with(next->text, TEXT("점")) || text_starts_with(next->text, TEXT("개")));
        int64_t stars = parse_stars(get_token(parser, i));
        if (!stars || (!is_english && !is_korean))
            continue;
        parser->question->stars = stars;
        mark_used(parser, is_korean ? i - 1 : i, i + 2);
    }
}

static void find_language(struct parser *parser)
{
    const struct corpus_column *column = &parser->context->corpus->columns[CORPUS_LANG];
    for (size_t i = 0; i < parser->tokens.count; i++)
        for (size_t k = 0; k < sizeof(language_words) / sizeof(*language_words); k++) {
            if (get_token(parser, i)->is_used ||
                (!token_is(get_token(parser, i), language_words[k].word) &&
                 !text_equal(token_stem(get_token(parser, i)), language_words[k].word)))
                continue;
            bool is_plural = text_ends_with(language_words[k].word, TEXT("ns"));
            bool follows_in = i > 1 && token_is(get_token(parser, i - 1), TEXT("in")) &&
                              names_feedback(get_token(parser, i - 2));
            for (size_t value = 0; value < column->values.count; value++)
                if (text_equal(column->values.texts[value], language_words[k].code) &&
                    (is_plural || follows_in || names_feedback(get_token(parser, i + 1)))) {
                    add_value(parser, CORPUS_LANG, value);
                    mark_used(parser, i, i + 1);
                }
        }
}

static enum sentiment get_polarity(const struct token *token)
{
    for (size_t i = 0; i < sizeof(polarity_words) / sizeof(*polarity_words); i++)
        if (token_is(token, polarity_words[i].word) ||
            (token->kind == LETTER_UNSPACED_SCRIPT &&
             text_starts_with(token->text, polarity_words[i].word)))
            return polarity_words[i].polarity;
    return SENTIMENT_UNDETECTED;
}

static void find_polarity(struct parser *parser)
{
    bool has_negative = false, has_positive = false;
    for (size_t i = 0; i < parser->tokens.count; i++) {
        struct token *token = &parser->tokens.items[i];
        enum sentiment polarity = token->is_used ? SENTIMENT_UNDETECTED : get_polarity(token);
        has_negative |= polarity == SENTIMENT_NEGATIVE;
        has_positive |= polarity == SENTIMENT_POSITIVE;
        token->is_used |= polarity != SENTIMENT_UNDETECTED;
    }
    if (has_negative != has_positive)
        parser->question->polarity = has_negative ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
}

/* ---- Words ---- */

/* The ways to say the token itself. Of a Korean word with one syllable before a particle, both the
 * word and the syllable. */
static struct way *make_own_ways(const struct token *token, size_t *count, struct arena *arena)
{
    struct way *ways = arena_alloc(arena, 3, sizeof(*ways));
    struct text stem = token_stem(token);
    ways[(*count)++] = way_make(stem, 1, arena);
    if (token->kind != LETTER_UNSPACED_SCRIPT)
        return ways;
    size_t first;
    utf8_decode(token->text, 0, &first);
    static const char *const particles[] = {"이", "가", "은", "는", "을", "를", "에",
                                            "의", "도", "로", "와", "과", NULL};
    struct text last = text_slice(token->text, first, token->text.size);
    if (stem.size == token->text.size && text_is_one_of(last, particles))
        ways[(*count)++] = way_make(text_slice(token->text, 0, first), 0.9, arena);
    return ways;
}

/* Sets the topic that the word is a phrase of, and whether it names the topic: it is the topic's
 * name, or a word of the same meaning (배송 for delivery). */
static void set_topic(const struct parser *parser, struct text word, struct concept *concept)
{
    const struct taxonomy *taxonomy = parser->context->taxonomy;
    concept->topic = SIZE_MAX;
    for (size_t topic = 0; topic < taxonomy->names.count; topic++) {
        struct way name = way_make(taxonomy->names.items[topic], 1, parser->arena);
        bool is_named = false;
        for (size_t i = 0; i < concept->way_count; i++)
            is_named |= text_equal(concept->ways[i].text, name.text);
        if (!is_named &&
            (concept->topic != SIZE_MAX || !taxonomy_matches_topic(taxonomy, word, topic)))
            continue;
        concept->topic = topic;
        concept->names_topic = is_named;
        if (is_named)
            return;
    }
}

static bool ends_as_predicate(struct text word)
{
    static const char *const endings[] = {"기", "는", "면", "고", "서", "지", NULL};
    for (size_t i = 0; endings[i]; i++)
        if (text_ends_with(word, text_of(endings[i])))
            return true;
    return false;
}

/* A verb or adjective says less than a noun, unless it is in the list of related words. In Korean,
 * an ending shows it (가기), or it is a single syllable (산); in English, -ed or -ing. */
static bool is_light_word(const struct token *token)
{
    struct text stem = token_stem(token);
    return token->kind == LETTER_UNSPACED_SCRIPT
               ? token_is_predicate(token) || utf8_count_code_points(stem) == 1 ||
                     (utf8_count_code_points(stem) == 2 && ends_as_predicate(stem))
               : token->text.size > 5 && (text_ends_with(token->text, TEXT("ed")) ||
                                          text_ends_with(token->text, TEXT("ing")));
}

/* A Korean word as it is shown: without a particle that can be nothing else. */
static struct text without_particle(struct text word)
{
    static const char *const particles[] = {"에서", "으로", "을", "를", "은",
                                            "는",   "에",   "의", NULL};
    for (size_t i = 0; particles[i]; i++) {
        struct text particle = text_of(particles[i]);
        if (word.size >= particle.size + 6 && text_ends_with(word, particle))
            return text_slice(word, 0, word.size - particle.size);
    }
    return word;
}

static struct concept make_concept(const struct parser *parser, const struct token *token)
{
    struct concept concept = {.word = without_particle(token->original)};
    struct text stem = token_stem(token);
    struct way *own = make_own_ways(token, &concept.way_count, parser->arena);
    size_t own_count = concept.way_count;
    concept.ways =
        related_words_expand(parser->context->related, own, &concept.way_count, parser->arena);
    set_topic(parser, stem, &concept);
    concept.is_light = find_question_word(token) != NULL ||
                       (concept.way_count == own_count && is_light_word(token));
    return concept;
}

/* A phrase of several words that is in the list of related words: "customer service". Returns the
 * number of its words; 0 without one. */
static size_t find_phrase(const struct parser *parser, size_t at, struct concept *concept)
{
    for (size_t words = 2; words <= MAX_WORDS_OF_PHRASE; words++) {
        const struct token *last = get_token(parser, at + words - 1);
        bool is_free = at + words <= parser->tokens.count;
        for (size_t i = 0; i < words; i++)
            is_free &= !get_token(parser, at + i)->is_used;
        if (!is_free)
            break;
        const char *begin = get_token(parser, at)->original.bytes;
        struct text phrase = {begin, (size_t)(last->original.bytes + last->original.size - begin)};
        struct way way = way_make(phrase, 1, parser->arena);
        const struct way *listed = related_words_find_phrase(parser->context->related, &way);
        if (!listed)
            continue;
        way = *listed;
        way.strength = 1;
        *concept = (struct concept){
            .word = way_is_korean(&way) ? way.text : phrase, .way_count = 1, .topic = SIZE_MAX};
        concept->ways = related_words_expand(parser->context->related, &way, &concept->way_count,
                                             parser->arena);
        set_topic(parser, phrase, concept);
        return words;
    }
    return 0;
}

/* "video or sound": one of them is enough. */
static void join_alternatives(struct concept *concept, const struct concept *other,
                              struct arena *arena)
{
    struct way *ways = arena_alloc(arena, concept->way_count + other->way_count, sizeof(*ways));
    memcpy(ways, concept->ways, concept->way_count * sizeof(*ways));
    memcpy(ways + concept->way_count, other->ways, other->way_count * sizeof(*ways));
    concept->ways = ways;
    concept->way_count += other->way_count;
    concept->word = arena_format(arena, "%.*s or %.*s", TEXT_ARGUMENT(concept->word),
                                 TEXT_ARGUMENT(other->word));
    if (concept->topic == SIZE_MAX)
    concept->topic = other->topic;
}

static bool is_or(const struct token *token)
{
    static const char *const words[] = {"or", "또는", "혹은", NULL};
    return text_is_one_of(token->text, words);
}

static void find_concepts(struct parser *parser)
{
    struct question *question = parser->question;
    struct concept *concepts =
        arena_alloc(parser->arena, parser->tokens.count + 1, sizeof(*concepts));
    size_t end_of_previous = SIZE_MAX;
    for (size_t i = 0, words; i < parser->tokens.count; i += words ? words : 1) {
        const struct token *token = get_token(parser, i);
        struct concept concept;
        words = find_phrase(parser, i, &concept);
        if (!words && (token->is_used || is_question_word(token)))
            continue;
        if (!words)
        concept = make_concept(parser, token);
        bool follows_or = i > 0 && is_or(get_token(parser, i - 1)) && end_of_previous == i - 1;
        if (follows_or)
            join_alternatives(&concepts[question->concept_count - 1], &concept, parser->arena);
        else
        concepts[question->concept_count++] = concept;
        end_of_previous = i + (words ? words : 1);
    }
    question->concepts = concepts;
}

void question_parse(struct question *question, struct text text,
                    const struct question_context *context, struct arena *arena)
{
    *question = (struct question){.text = arena_copy_text(arena, text)};
    struct parser parser = {.question = question,
                            .context = context,
                            .tokens = tokens_split(question->text, arena),
                            .arena = arena};
    question->time_span = time_span_find(&parser.tokens, context->corpus->newest);
    find_stars(&parser);
    find_values(&parser);
    find_language(&parser);
    find_polarity(&parser);
    find_concepts(&parser);
}

/* ---- Printing ---- */

static struct text append(struct text list, const char *separator, struct text item,
                          struct arena *arena)
{
    return arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? separator : "",
                        TEXT_ARGUMENT(item));
}

static struct text format_day(int64_t seconds, struct arena *arena)
{
    char text[32];
    calendar_format(seconds, text);
    return arena_copy_text(arena, text_slice(text_of(text), 0, 10));
}

struct text question_describe_filter(const struct question *question, const struct corpus *corpus,
                                     struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < question->filter_count; i++) {
        const struct value_filter *filter = &question->filters[i];
        const struct corpus_column *column = &corpus->columns[filter->column];
        struct text values = {0};
        for (size_t k = 0; k < filter->value_count; k++)
            values = append(values, " or ", column->values.texts[filter->values[k]], arena);
        list = append(
            list, "; ",
            arena_format(arena, "%.*s = %.*s", TEXT_ARGUMENT(column->name), TEXT_ARGUMENT(values)),
            arena);
    }
    if (question->stars)
        list = append(list, "; ",
                      arena_format(arena, "%lld star%s", (long long)question->stars,
                                   question->stars == 1 ? "" : "s"),
                      arena);
    struct time_span span = question->time_span;
    if (span.since != TIME_UNKNOWN)
        list = append(
            list, "; ",
            arena_format(arena, "since %.*s", TEXT_ARGUMENT(format_day(span.since, arena))), arena);
    if (span.until != TIME_UNKNOWN) /* the last day that counts */
        list = append(
            list, "; ",
            arena_format(arena, "until %.*s", TEXT_ARGUMENT(format_day(span.until - 1, arena))),
            arena);
    return list;
}

/* As an SQL string: quotes are doubled. */
static struct text quote_sql(struct text text, struct arena *arena)
{
    char *bytes = arena_alloc(arena, text.size * 2 + 3, 1);
    size_t size = 0;
    bytes[size++] = '\'';
    for (size_t i = 0; i < text.size; i++) {
        bytes[size++] = text.bytes[i];
        if (text.bytes[i] == '\'')
            bytes[size++] = '\'';
    }
    bytes[size++] = '\'';
    return (struct text){bytes, size};
}

static struct text format_column_sql(const struct corpus *corpus, size_t column,
                                     struct arena *arena)
{
    if (column == CORPUS_SOURCE)
        return TEXT("f.source");
    if (column == CORPUS_LANG)
        return TEXT("coalesce(f.lang, (SELECT lang FROM language WHERE source = f.source))");
    struct text spellings = {0};
    const struct name_set *names = &corpus->columns[column].names;
    for (size_t i = 0; i < names->count; i++) {
        struct text path = arena_format(arena, "$.\"%.*s\"", TEXT_ARGUMENT(names->texts[i]));
        spellings = append(spellings, ", ",
                           arena_format(arena, "json_extract(f.fields, %.*s)",
                                        TEXT_ARGUMENT(quote_sql(path, arena))),
                           arena);
    }
    return names->count == 1 ? spellings
                             : arena_format(arena, "coalesce(%.*s)", TEXT_ARGUMENT(spellings));
}

static struct text format_value_sql(const struct value_filter *filter, const struct corpus *corpus,
                                    struct arena *arena)
{
    struct text column = format_column_sql(corpus, filter->column, arena), values = {0};
    for (size_t i = 0; i < filter->value_count; i++)
        values = append(
            values, ", ",
            quote_sql(corpus->columns[filter->column].values.texts[filter->values[i]], arena),
            arena);
    struct text condition =
        arena_format(arena, "%.*s IN (%.*s)", TEXT_ARGUMENT(column), TEXT_ARGUMENT(values));
    if (filter->mention_query.size == 0)
        return condition;
    return arena_format(arena,
                        "(%.*s\n   OR (%.*s IS NULL AND f.id IN (SELECT p.feedback_id"
                        " FROM passage_words JOIN passage AS p ON p.id = passage_words.rowid"
                        "\n    WHERE passage_words MATCH %.*s)))",
                        TEXT_ARGUMENT(condition), TEXT_ARGUMENT(column),
                        TEXT_ARGUMENT(quote_sql(filter->mention_query, arena)));
}

struct text question_format_sql(const struct question *question, const struct corpus *corpus,
                                struct arena *arena)
{
    struct text where = TEXT("f.no_opinion = 0");
    for (size_t i = 0; i < question->filter_count; i++)
        where = append(where, "\n  AND ", format_value_sql(&question->filters[i], corpus, arena),
                       arena);
    if (question->stars)
        where = append(where, "\n  AND ",
                       arena_format(arena, "f.rating_scale = 5 AND f.rating = %lld",
                                    (long long)question->stars),
                       arena);
    if (question->time_span.since != TIME_UNKNOWN)
        where = append(
            where, "\n  AND ",
            arena_format(arena, "f.created_at >= %lld", (long long)question->time_span.since),
            arena);
    if (question->time_span.until != TIME_UNKNOWN)
        where =
            append(where, "\n  AND ",
                   arena_format(arena, "f.created_at < %lld", (long long)question->time_span.until),
                   arena);
    return arena_format(arena,
                        "SELECT printf('%%016x', f.id) AS feedback_id, f.text FROM feedback AS f\n"
                        "WHERE %.*s\nORDER BY f.created_at DESC, f.id;",
                        TEXT_ARGUMENT(where));
}
