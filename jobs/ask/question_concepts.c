/* question_concepts.c - makes concepts of the words of a question that are left. */
#include "jobs/ask/question_concepts.h"

#include "base/utf8.h"
#include "jobs/ask/cue_words.h"
#include "jobs/ask/korean_forms.h"

enum { MAX_WORDS_OF_PHRASE = 3, MAX_OWN_WAYS = 3 + MAX_KOREAN_FORMS };

/* Of another form of a Korean verb or adjective, which may be another word. */
static const double form_strength = 0.9;

/* The ways to say the token itself. Of a Korean word with one syllable before a particle, both the
 * word and the syllable. */
static struct way *make_own_ways(const struct token *token, size_t *count, struct arena *arena)
{
    struct way *ways = arena_alloc(arena, MAX_OWN_WAYS, sizeof(*ways));
    struct text stem = token_stem(token);
    ways[(*count)++] = way_make(stem, 1, arena);
    if (token->kind != LETTER_UNSPACED_SCRIPT)
        return ways;
    size_t first;
    utf8_decode(token->text, 0, &first);
    struct text last = text_slice(token->text, first, token->text.size);
    if (stem.size == token->text.size && cue_words_contain(CUE_PARTICLE, last))
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
    size_t size;
    return cue_words_end(CUE_PREDICATE_END, word, &size);
}

/* Whether a Korean word is a verb or an adjective by the word that follows: "열리지 않나요", "빌릴
 * 수".
 */
static bool is_before_cue(const struct token *token, const struct token *next)
{
    struct text stem = token_stem(next);
    if (cue_words_contain(CUE_AFTER_VERB, next->text) || cue_words_contain(CUE_AFTER_VERB, stem))
        return true;
    return korean_forms_is_modifier(token->text) &&
           (cue_words_contain(CUE_AFTER_MODIFIER, next->text) ||
            cue_words_contain(CUE_AFTER_MODIFIER, stem));
}

/* "비싼가요", "더운가": a modifier with an ending of a question; but "별점인가요". */
static bool is_asked_modifier(const struct token *token, struct text stem)
{
    struct text rest = text_slice(token->text, stem.size, token->text.size);
    return text_starts_with(rest, TEXT("가")) && korean_forms_is_modifier(stem);
}

/* Whether the form of a word shows that it is a verb or an adjective. In Korean, an ending or the
 * next word shows it (가기), or it is a single syllable (산); in English, -ed. */
static bool looks_like_predicate(const struct token *token, const struct token *next)
{
    struct text stem = token_stem(token);
    return token->kind == LETTER_UNSPACED_SCRIPT
               ? token_is_predicate(token) || utf8_count_code_points(stem) == 1 ||
                     (utf8_count_code_points(stem) == 2 && ends_as_predicate(stem)) ||
                     is_asked_modifier(token, stem) || is_before_cue(token, next)
               : token->text.size > 5 && text_ends_with(token->text, TEXT("ed"));
}

/* A Korean word as it is shown: without a particle that can be nothing else. */
static struct text without_particle(struct text word)
{
    enum { MIN_LEFT = 6 }; /* two syllables */
    size_t size;
    bool has_particle = cue_words_end(CUE_SHOWN_PARTICLE, word, &size);
    return has_particle && word.size >= size + MIN_LEFT ? text_slice(word, 0, word.size - size)
                                                        : word;
}

/* Adds other forms of the token, a verb or an adjective, to its ways. */
static void add_korean_forms(const struct token *token, struct way *ways, size_t *count,
                             struct arena *arena)
{
    struct text forms[MAX_KOREAN_FORMS], stem = token_stem(token);
    size_t form_count = korean_forms_list(stem, forms, arena);
    for (size_t i = 0; i < form_count; i++)
        if (!text_equal(forms[i], stem))
            ways[(*count)++] = way_make(forms[i], form_strength, arena);
}

static struct concept make_concept(const struct parser *parser, size_t at)
{
    const struct token *token = parser_get_token(parser, at);
    struct concept concept = {.word = without_particle(token->original)};
    struct text stem = token_stem(token);
    struct way *own = make_own_ways(token, &concept.way_count, parser->arena);
    enum word_weight weight = token_get_weight(token);
    concept.is_light = weight == WORD_IS_GENERAL;
    concept.is_predicate = weight == WORD_IS_PREDICATE ||
                           looks_like_predicate(token, parser_get_token(parser, at + 1));
    if (concept.is_predicate && token->kind == LETTER_UNSPACED_SCRIPT)
        add_korean_forms(token, own, &concept.way_count, parser->arena);
    concept.ways =
        related_words_expand(parser->context->related, own, &concept.way_count, parser->arena);
    set_topic(parser, stem, &concept);
    return concept;
}

/* The listed phrase that the `words` tokens at `at` are; NULL: none. *phrase is their text. */
static const struct way *find_listed_phrase(const struct parser *parser, size_t at, size_t words,
                                            struct text *phrase)
{
    const struct token *last = parser_get_token(parser, at + words - 1);
    if (at + words > parser->tokens.count)
        return NULL;
    for (size_t i = 0; i < words; i++)
        if (parser_get_token(parser, at + i)->is_used)
            return NULL;
    const char *begin = parser_get_token(parser, at)->original.bytes;
    *phrase = (struct text){begin, (size_t)(last->original.bytes + last->original.size - begin)};
    struct way way = way_make(*phrase, 1, parser->arena);
    return related_words_find_phrase(parser->context->related, &way);
}

/* The only token of the phrase that says something: "night" of "at night"; NULL if there are more.
 */
static const struct token *find_only_word(const struct parser *parser, size_t at, size_t words)
{
    const struct token *only = NULL;
    for (size_t i = at; i < at + words; i++) {
        const struct token *token = parser_get_token(parser, i);
        if (token_says_nothing(token))
            continue;
        if (only)
            return NULL;
        only = token;
    }
    return only;
}

/* A phrase of several words that is in the list of related words: "customer service". Returns the
 * number of its words; 0 without one. */
static size_t find_phrase(const struct parser *parser, size_t at, struct concept *concept)
{
    for (size_t words = 2; words <= MAX_WORDS_OF_PHRASE; words++) {
        struct text phrase;
        const struct way *listed = find_listed_phrase(parser, at, words, &phrase);
        if (!listed)
            continue;
        *concept = (struct concept){.word = way_is_korean(listed) ? listed->text : phrase};
        const struct token *only = find_only_word(parser, at, words);
        struct way *own = only ? make_own_ways(only, &concept->way_count, parser->arena)
                               : arena_alloc(parser->arena, 1, sizeof(*own));
        own[concept->way_count] = *listed;
        own[concept->way_count++].strength = 1;
        concept->ways =
            related_words_expand(parser->context->related, own, &concept->way_count, parser->arena);
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
    return cue_words_contain(CUE_OR, token->text);
}

/* Those for whom something is: "a discount for students". Else they are the customers, who say
 * something. */
static bool is_audience(const struct parser *parser, size_t at)
{
    return at > 0 && token_is(parser_get_token(parser, at - 1), TEXT("for")) &&
           cue_words_contain(CUE_AUDIENCE, parser_get_token(parser, at)->text);
}

/* Those who say something, whoever they are: "what do citizens say about ...". */
static bool is_speaker(const struct parser *parser, size_t at)
{
    return at > 0 && cue_words_contain(CUE_ASKS, parser_get_token(parser, at - 1)->text) &&
           cue_words_contain(CUE_SAYS, parser_get_token(parser, at + 1)->text);
}

void question_concepts_find(struct parser *parser)
{
    struct question *question = parser->question;
    struct concept *concepts =
        arena_alloc(parser->arena, parser->tokens.count + 1, sizeof(*concepts));
    size_t end_of_previous = SIZE_MAX;
    for (size_t i = 0, words; i < parser->tokens.count; i += words ? words : 1) {
        const struct token *token = parser_get_token(parser, i);
        struct concept concept;
        words = find_phrase(parser, i, &concept);
        if (!words && (token->is_used || is_speaker(parser, i) ||
                       (token_says_nothing(token) && !is_audience(parser, i))))
            continue;
        if (!words)
            concept = make_concept(parser, i);
        bool follows_or =
            i > 0 && is_or(parser_get_token(parser, i - 1)) && end_of_previous == i - 1;
        if (follows_or)
            join_alternatives(&concepts[question->concept_count - 1], &concept, parser->arena);
        else
            concepts[question->concept_count++] = concept;
        end_of_previous = i + (words ? words : 1);
    }
    question->concepts = concepts;
}
