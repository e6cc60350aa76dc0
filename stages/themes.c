/* themes.c - the themes stage: what records without a topic have in common. It proposes phrases
 * that many of them contain, each of which explains records that no earlier one explains.
 *
 * The proposals are a greedy cover of the texts without a topic. A phrase counts more if it is
 * rarer in texts with a topic (as c-TF-IDF, Grootendorst 2022, "BERTopic", but compared with
 * one class), so that what all texts contain is no theme. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/benjamini_hochberg.h"
#include "stages/stats/log_odds.h"
#include "stages/stats/wilson.h"
#include "stages/text/product_names.h"

enum { MAX_LANGUAGES = 8, MAX_RELATED = 3, MIN_NEW_TEXTS = 3, WARNING_THEMES = 3 };

/* A phrase is a theme if it is this much more frequent in texts without a topic. */
static const double min_lift = 1.5, max_q_value = 0.1;

/* Share of texts without a topic that a phrase needs; and of a phrase's texts that a longer phrase
 * must be in to name it, or a theme to be related to it. */
static const double min_share = 0.005, min_overlap = 0.6;

/* How many records without a topic are worth a warning. */
enum { MIN_RECORDS = 20 };
static const double min_warning_share = 0.1;

/* Words in this share of the texts with a topic are what all speak of: the company, "app". */
static const double max_common_share = 0.1;
enum { MIN_COMMON_TEXTS = 20 };

enum { WITH_TOPIC, WITHOUT_TOPIC };

struct language_texts {
    struct text language;
    struct phrase_corpus corpus;
    size_t texts[2], words[2]; /* with and without a topic */
};

struct themes {
    int64_t max_themes, min_texts;
    struct product_names product_names;
    const struct stage_context *stage_context;
    size_t records, without_topic;
    struct language_texts languages[MAX_LANGUAGES];
    size_t language_count;
    struct largest_theme {
        struct text name;
        size_t texts;
    } largest[WARNING_THEMES];   /* of all languages */
    struct arena arena, scratch; /* scratch: reset for every record */
};

static bool open_themes(void *state, const struct stage_context *stage_context, struct error *error)
{
    (void)error;
    struct themes *themes = state;
    themes->stage_context = stage_context;
    return true;
}

static void close_themes(void *state)
{
    struct themes *themes = state;
    for (size_t i = 0; i < themes->language_count; i++)
        phrase_corpus_free(&themes->languages[i].corpus);
    product_names_free(&themes->product_names);
    arena_free(&themes->arena);
    arena_free(&themes->scratch);
}

/* NULL if there are too many languages. */
static struct language_texts *get_or_add_language(struct themes *themes, struct text language)
{
    for (size_t i = 0; i < themes->language_count; i++)
        if (text_equal(themes->languages[i].language, language))
            return &themes->languages[i];
    if (themes->language_count == MAX_LANGUAGES)
        return NULL;
    struct language_texts *added = &themes->languages[themes->language_count++];
    added->language = arena_copy_text(&themes->arena, language);
    return added;
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct themes *themes = state;
    bool has_topic = record->analysis.topic_count > 0;
    themes->records++;
    themes->without_topic += !has_topic;
    product_names_add(&themes->product_names, record);
    struct language_texts *language = get_or_add_language(themes, record->lang);
    if (!language)
        return true;
    arena_reset(&themes->scratch);
    struct text text = record->text;
    if (record->title.size && !text_equal(record->title, record->text))
        text = arena_format(&themes->scratch, "%.*s\n%.*s", TEXT_ARGUMENT(record->title),
                            TEXT_ARGUMENT(record->text));
    phrase_corpus_add(&language->corpus, text, record->feedback_id,
                      has_topic ? WITH_TOPIC : WITHOUT_TOPIC);
    return true;
}

/* ---- Proposals ---- */

struct proposal {
    const struct phrase *phrase;
    size_t texts[2];  /* with and without a topic */
    size_t new_texts; /* without a topic, and with no earlier proposal */
    double weight;    /* of each new text; 0: no theme */
};

struct proposals {
    struct language_texts *language;
    const struct phrase_list *list;
    struct proposal *items; /* [phrase] */
    bool *is_explained;     /* [document] */
    const struct proposal **chosen;
    size_t chosen_count;
};

static void count_sides(struct language_texts *language)
{
    const struct phrase_corpus *corpus = &language->corpus;
    for (size_t i = 0; i < corpus->document_count; i++) {
        language->texts[corpus->documents[i].group]++;
        language->words[corpus->documents[i].group] += corpus->documents[i].count;
    }
}

/* How much more frequent the phrase is in texts without a topic. */
static double get_lift(const struct language_texts *language, const struct proposal *proposal)
{
    const size_t *texts = language->texts;
    double share = (double)proposal->texts[WITHOUT_TOPIC] / (double)texts[WITHOUT_TOPIC];
    double others = ((double)proposal->texts[WITH_TOPIC] + 0.5) / ((double)texts[WITH_TOPIC] + 1);
    return share / others;
}

static double get_p_value(const struct language_texts *language, const struct proposal *proposal)
{
    struct log_odds_counts counts = {
        .target = (double)proposal->texts[WITHOUT_TOPIC],
        .target_words = (double)language->words[WITHOUT_TOPIC],
        .rest = (double)proposal->texts[WITH_TOPIC],
        .rest_words = (double)language->words[WITH_TOPIC],
    };
    return log_odds_p_value(&counts, 1);
}

/* Gives weight to phrases that are clearly more frequent in texts without a topic. */
static void weigh_phrases(struct proposals *proposals, size_t min_texts, struct arena *arena)
{
    const struct phrase_list *list = proposals->list;
    const struct language_texts *language = proposals->language;
    double *p_values = arena_alloc(arena, list->count + 1, sizeof(double));
    double *q_values = arena_alloc(arena, list->count + 1, sizeof(double));
    for (size_t i = 0; i < list->count; i++) {
        struct proposal *proposal = &proposals->items[i];
        proposal->phrase = &list->phrases[i];
        for (size_t k = 0; k < proposal->phrase->document_count; k++)
            proposal->texts[language->corpus.documents[proposal->phrase->documents[k]].group]++;
        proposal->new_texts = proposal->texts[WITHOUT_TOPIC];
        p_values[i] = get_p_value(language, proposal);
    }
    benjamini_hochberg(p_values, q_values, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct proposal *proposal = &proposals->items[i];
        double lift = get_lift(language, proposal);
        if (proposal->new_texts >= min_texts && lift >= min_lift && q_values[i] <= max_q_value &&
            !phrase_is_verb(proposal->phrase, &language->corpus))
            proposal->weight = log1p(lift);
    }
}

/* Ties: the longer phrase, then the earlier one. */
static bool is_better(const struct proposal *a, const struct proposal *b)
{
    double a_gain = a->weight * (double)a->new_texts, b_gain = b->weight * (double)b->new_texts;
    return a_gain > b_gain || (a_gain == b_gain && a->phrase->word_count > b->phrase->word_count);
}

static bool is_without_topic(const struct proposals *proposals, uint32_t document)
{
    return proposals->language->corpus.documents[document].group == WITHOUT_TOPIC;
}

static void mark_explained(struct proposals *proposals, const struct proposal *chosen)
{
    for (size_t i = 0; i < chosen->phrase->document_count; i++)
        proposals->is_explained[chosen->phrase->documents[i]] = true;
    for (size_t i = 0; i < proposals->list->count; i++) {
        struct proposal *proposal = &proposals->items[i];
        proposal->new_texts = 0;
        for (size_t k = 0; proposal->weight > 0 && k < proposal->phrase->document_count; k++)
            proposal->new_texts += is_without_topic(proposals, proposal->phrase->documents[k]) &&
                                   !proposals->is_explained[proposal->phrase->documents[k]];
    }
}

/* Chooses phrases until none explains enough texts that are not explained yet. */
static void choose_phrases(struct proposals *proposals, size_t max)
{
    while (proposals->chosen_count < max) {
        struct proposal *best = NULL;
        for (size_t i = 0; i < proposals->list->count; i++) {
            struct proposal *proposal = &proposals->items[i];
            if (proposal->weight > 0 && proposal->new_texts >= MIN_NEW_TEXTS &&
                (!best || is_better(proposal, best)))
                best = proposal;
        }
        if (!best)
            break;
        proposals->chosen[proposals->chosen_count++] = best;
        mark_explained(proposals, best);
        best->weight = 0;
    }
}

/* ---- Names ---- */

/* Texts without a topic that contain both. */
static size_t count_common(const struct proposals *proposals, const struct phrase *a,
                           const struct phrase *b)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < a->document_count && k < b->document_count;) {
        if (a->documents[i] == b->documents[k])
            common += is_without_topic(proposals, a->documents[i]);
        size_t step = a->documents[i] <= b->documents[k];
        k += a->documents[i] >= b->documents[k];
        i += step;
    }
    return common;
}

/* The longest phrase that contains this one and is in most of its texts: "firmware update" rather
 * than "firmware". */
static const struct phrase *find_full_phrase(const struct proposals *proposals,
                                             const struct proposal *proposal)
{
    const struct phrase *full = proposal->phrase;
    for (size_t i = 0; i < proposals->list->count; i++) {
        const struct phrase *other = &proposals->list->phrases[i];
        if (other->word_count > full->word_count && phrase_overlaps(proposal->phrase, other) &&
            (double)proposals->items[i].texts[WITHOUT_TOPIC] >=
                min_overlap * (double)proposal->texts[WITHOUT_TOPIC])
            full = other;
    }
    return full;
}

/* The phrase that continues `full` in most of the proposal's texts; `full` if there is none. */
static const struct phrase *find_next_phrase(const struct proposals *proposals,
                                             const struct proposal *proposal,
                                             const struct phrase *full)
{
    double needed = min_overlap * (double)proposal->texts[WITHOUT_TOPIC];
    for (size_t i = 0; i < proposals->list->count; i++) {
        const struct phrase *next = &proposals->list->phrases[i];
        if (next->word_count == 2 && next->words[0] == full->words[full->word_count - 1] &&
            !phrase_overlaps(full, next) &&
            (double)count_common(proposals, next, proposal->phrase) >= needed)
            return next;
    }
    return full;
}

/* "firmware update; restart": the phrase, and those that are mostly told together with it. */
static struct text format_theme(const struct proposals *proposals, const struct proposal *proposal,
                                struct arena *arena)
{
    const struct phrase_corpus *corpus = &proposals->language->corpus;
    const struct phrase *full = find_full_phrase(proposals, proposal);
    const struct phrase *named[MAX_RELATED + 2] = {full,
                                                   find_next_phrase(proposals, proposal, full)};
    size_t count = 2;
    struct text name = phrase_format_continued(named[0], named[1], corpus, arena);
    for (size_t i = 0; i < proposals->list->count && count < MAX_RELATED + 2; i++) {
        const struct proposal *other = &proposals->items[i];
        bool is_known = other->weight <= 0;
        for (size_t k = 0; k < count; k++)
            is_known |= phrase_shares_word(named[k], other->phrase);
        if (is_known || (double)count_common(proposals, other->phrase, proposal->phrase) <
                            min_overlap * (double)other->texts[WITHOUT_TOPIC])
            continue;
        named[count++] = other->phrase;
        name = arena_format(arena, "%.*s; %.*s", TEXT_ARGUMENT(name),
                            TEXT_ARGUMENT(phrase_format(other->phrase, corpus, arena)));
    }
    return name;
}

/* ---- Insights ---- */

static void keep_largest(struct themes *themes, struct text name, size_t texts)
{
    struct largest_theme theme = {name, texts};
    for (size_t i = 0; i < WARNING_THEMES; i++)
        if (themes->largest[i].texts < theme.texts) {
            struct largest_theme smaller = themes->largest[i];
            themes->largest[i] = theme;
            theme = smaller;
        }
}

static void add_theme(struct themes *themes, const struct proposals *proposals,
                      const struct proposal *proposal)
{
    struct language_texts *language = proposals->language;
    struct insight insight = insight_make(INSIGHT_THEME);
    size_t texts = proposal->texts[WITHOUT_TOPIC], count = 0;
    uint64_t *ids = arena_alloc(&themes->arena, INSIGHT_MAX_EVIDENCE, sizeof(*ids));
    for (size_t i = proposal->phrase->document_count; i-- > 0 && count < INSIGHT_MAX_EVIDENCE;)
        if (is_without_topic(proposals, proposal->phrase->documents[i]))
            ids[count++] = language->corpus.documents[proposal->phrase->documents[i]].id;
    insight.phrase = format_theme(proposals, proposal, &themes->arena);
    insight.measure = MEASURE_RECORD_SHARE;
    insight.n = language->texts[WITHOUT_TOPIC];
    insight.value = wilson_share((double)texts, (double)insight.n);
    insight.strength = (double)texts;
    insight.evidence_ids = ids;
    insight.evidence_count = count;
    insight_list_add(themes->stage_context->insights, &insight);
    keep_largest(themes, insight.phrase, texts);
}

static void propose_themes(struct themes *themes, struct language_texts *language)
{
    struct phrase_list list = {0};
    struct arena arena = {0};
    product_names_exclude(&themes->product_names, &language->corpus);
    count_sides(language);
    size_t min_common = (size_t)ceil(max_common_share * (double)language->texts[WITH_TOPIC]);
    phrase_corpus_exclude_common(&language->corpus, WITH_TOPIC,
                                 min_common > MIN_COMMON_TEXTS ? min_common : MIN_COMMON_TEXTS);
    size_t min_texts = (size_t)ceil(min_share * (double)language->texts[WITHOUT_TOPIC]);
    if (min_texts < (size_t)themes->min_texts)
        min_texts = (size_t)themes->min_texts;
    phrase_list_build(&list, &language->corpus, min_texts);
    struct proposals proposals = {
        .language = language,
        .list = &list,
        .items = arena_alloc(&arena, list.count, sizeof(*proposals.items)),
        .is_explained = arena_alloc(&arena, language->corpus.document_count, sizeof(bool)),
        .chosen = arena_alloc(&arena, (size_t)themes->max_themes, sizeof(*proposals.chosen)),
    };
    weigh_phrases(&proposals, min_texts, &arena);
    choose_phrases(&proposals, (size_t)themes->max_themes);
    for (size_t i = 0; i < proposals.chosen_count; i++)
        add_theme(themes, &proposals, proposals.chosen[i]);
    phrase_list_free(&list);
    arena_free(&arena);
}

/* How many records have no topic, and the largest themes among them. */
static void add_warning(struct themes *themes)
{
    struct insight insight = insight_make(INSIGHT_THEME);
    double share = (double)themes->without_topic / (double)themes->records;
    if (themes->records < MIN_RECORDS || share < min_warning_share)
        return;
    for (size_t i = 0; i < WARNING_THEMES && themes->largest[i].texts; i++)
        insight.phrase = arena_format(
            &themes->arena, "%.*s%s\"%.*s\" (%zu)", TEXT_ARGUMENT(insight.phrase), i ? ", " : "",
            TEXT_ARGUMENT(themes->largest[i].name), themes->largest[i].texts);
    insight.key.topic = group_key_no_topic;
    insight.measure = MEASURE_RECORD_SHARE;
    insight.n = themes->records;
    insight.value = wilson_share((double)themes->without_topic, (double)themes->records);
    insight.strength = (double)themes->without_topic;
    static const uint64_t no_ids[1];
    static const struct insight_quote no_quotes[1];
    insight.evidence_ids = no_ids;
    insight.quotes = no_quotes;
    insight_list_add(themes->stage_context->insights, &insight);
}

static bool finish(void *state, struct error *error)
{
    (void)error;
    struct themes *themes = state;
    for (size_t i = 0; themes->max_themes && i < themes->language_count; i++)
        propose_themes(themes, &themes->languages[i]);
    add_warning(themes);
    for (size_t i = 0; i < themes->language_count; i++)
        phrase_corpus_free(&themes->languages[i].corpus); /* later stages need the memory */
    return true;
}

static const struct option options[] = {
    {.name = "max_themes",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct themes, max_themes),
     .default_value = "10",
     .min = 0,
     .max = 100,
     .help = "maximum number of themes to propose for each language"},
    {.name = "min_texts",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct themes, min_texts),
     .default_value = "5",
     .min = 3,
     .max = 1000000,
     .help = "minimum number of texts without a topic that contain a theme"},
    {.name = "names",
     .type = OPTION_TEXT,
     .offset = offsetof(struct themes, product_names.listed),
     .default_value = "",
     .help = PRODUCT_NAMES_HELP},
    {0},
};

const struct stage themes_stage = {
    .name = "themes",
    .summary = "propose new topics from records without a topic",
    .options = options,
    .state_size = sizeof(struct themes),
    .open = open_themes,
    .count_record = count_record,
    .finish = finish,
    .close = close_themes,
};
