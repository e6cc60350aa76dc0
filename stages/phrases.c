/* phrases.c - the phrases stage: words and phrases that are more frequent in negative texts than in
 * others of the same source and language, and those that are more frequent lately than before.
 * stages/stats/log_odds.h has the method. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pipeline/insight.h"
#include "stages/stages.h"
#include "stages/stats/benjamini_hochberg.h"
#include "stages/stats/day_counts.h"
#include "stages/stats/log_odds.h"
#include "stages/stats/wilson.h"
#include "stages/text/product_names.h"

enum { MAX_LANGUAGES = 8, MAX_SOURCES = 256, MIN_TEXTS = 5 };

/* The last 1, 2, 4 and 8 periods, at most half of all, are compared with at most 26 before. */
enum { MAX_WINDOWS = 4, MAX_EARLIER_PERIODS = 26 };

static const double max_q_value = 0.1, min_ratio = 1.5;

/* Phrases that share this part of their texts tell the same: the clearer one is enough. */
static const double same_texts = 0.6;

struct phrases {
    int64_t max_phrases;
    struct product_names product_names;
    struct text period;
    const struct stage_context *stage_context;
    struct name_set sources;
    struct day_counts days;
    struct language_phrases {
        struct text language;
        struct phrase_corpus corpus;
    } languages[MAX_LANGUAGES];
    size_t language_count;
    struct arena arena, scratch; /* scratch: reset for every record */
};

/* A document's group: its source, its day after the first one (UNDATED: none) and whether it is
 * negative. */
enum { UNDATED = 0xFFFF, DAY_SHIFT = 1, SOURCE_SHIFT = 17 };

static bool open_phrases(void *state, const struct stage_context *stage_context,
                         struct error *error)
{
    (void)error;
    struct phrases *phrases = state;
    phrases->stage_context = stage_context;
    return true;
}

static void close_phrases(void *state)
{
    struct phrases *phrases = state;
    for (size_t i = 0; i < phrases->language_count; i++)
        phrase_corpus_free(&phrases->languages[i].corpus);
    product_names_free(&phrases->product_names);
    name_set_free(&phrases->sources);
    day_counts_free(&phrases->days);
    arena_free(&phrases->arena);
    arena_free(&phrases->scratch);
}

/* NULL if there are too many languages. */
static struct phrase_corpus *get_or_add_corpus(struct phrases *phrases, struct text language)
{
    for (size_t i = 0; i < phrases->language_count; i++)
        if (text_equal(phrases->languages[i].language, language))
            return &phrases->languages[i].corpus;
    if (phrases->language_count == MAX_LANGUAGES)
        return NULL;
    struct language_phrases *added = &phrases->languages[phrases->language_count++];
    added->language = arena_copy_text(&phrases->arena, language);
    return &added->corpus;
}

static uint32_t count_day(struct phrases *phrases, int64_t created_at)
{
    if (created_at == TIME_UNKNOWN)
        return UNDATED;
    int64_t day = timeline_day_of(created_at);
    day_counts_add(&phrases->days, day);
    day -= phrases->days.days[0].day;
    return day < UNDATED ? (uint32_t)day : UNDATED;
}

static bool count_record(void *state, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct phrases *phrases = state;
    product_names_add(&phrases->product_names, record);
    struct phrase_corpus *corpus = get_or_add_corpus(phrases, record->lang);
    if (!corpus)
        return true;
    arena_reset(&phrases->scratch);
    size_t source = name_set_add(&phrases->sources, record->source);
    uint32_t group = (uint32_t)(source < MAX_SOURCES ? source : MAX_SOURCES - 1) << SOURCE_SHIFT |
                     count_day(phrases, record->created_at) << DAY_SHIFT |
                     (record->analysis.sentiment == SENTIMENT_NEGATIVE);
    struct text text = record->text;
    if (record->title.size && !text_equal(record->title, record->text))
        text = arena_format(&phrases->scratch, "%.*s\n%.*s", TEXT_ARGUMENT(record->title),
                            TEXT_ARGUMENT(record->text));
    phrase_corpus_add(corpus, text, record->feedback_id, group);
    return true;
}

/* ---- Contrasts ---- */

/* Which texts are compared with which. */
struct contrast {
    bool is_negative; /* negative ones with the rest; otherwise by period */
    int64_t earliest, first,
        end;                  /* days after the first one: [first, end) with [earliest, first) */
    struct text since, until; /* the periods of [first, end) */
};

enum side_of_contrast { REST, TARGET, NEITHER };

static enum side_of_contrast get_side(const struct contrast *contrast, uint32_t group)
{
    if (contrast->is_negative)
        return group & 1 ? TARGET : REST;
    int64_t day = group >> DAY_SHIFT & UNDATED;
    return day == UNDATED || day < contrast->earliest || day >= contrast->end ? NEITHER
           : day >= contrast->first                                           ? TARGET
                                                                              : REST;
}

struct comparison {
    struct contrast contrast;
    const struct phrase_corpus *corpus;
    size_t source_count;
    struct log_odds_counts *words; /* [source]: without counts of a phrase */
    size_t texts[2];               /* REST, TARGET */
};

struct scored_phrase {
    const struct comparison *comparison;
    const struct phrase *phrase;
    size_t texts[2]; /* REST, TARGET */
    double z_score, p_value, q_value;
};

/* Phrases that are tested together. */
struct family {
    struct scored_phrase *items;
    size_t count;
};

static void count_words(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->corpus->document_count; i++) {
        const struct phrase_document *document = &comparison->corpus->documents[i];
        enum side_of_contrast side = get_side(&comparison->contrast, document->group);
        if (side == NEITHER)
            continue;
        struct log_odds_counts *words = &comparison->words[document->group >> SOURCE_SHIFT];
        *(side == TARGET ? &words->target_words : &words->rest_words) += document->count;
        comparison->texts[side]++;
    }
}

/* Sets the counts and the z score of a phrase. */
static void score_phrase(struct scored_phrase *scored, struct log_odds_counts *strata)
{
    const struct comparison *comparison = scored->comparison;
    memcpy(strata, comparison->words, comparison->source_count * sizeof(*strata));
    for (size_t i = 0; i < scored->phrase->document_count; i++) {
        uint32_t group = comparison->corpus->documents[scored->phrase->documents[i]].group;
        enum side_of_contrast side = get_side(&comparison->contrast, group);
        if (side == NEITHER)
            continue;
        struct log_odds_counts *stratum = &strata[group >> SOURCE_SHIFT];
        *(side == TARGET ? &stratum->target : &stratum->rest) += 1;
        scored->texts[side]++;
    }
    scored->z_score = log_odds_z_score(strata, comparison->source_count);
    scored->p_value = log_odds_p_value(strata, comparison->source_count);
}

/* Highest z score first; then the longer phrase, then the earlier one. */
static int compare_scored(const void *left, const void *right)
{
    const struct scored_phrase *a = left, *b = right;
    if (a->z_score != b->z_score)
        return a->z_score > b->z_score ? -1 : 1;
    if (a->phrase->word_count != b->phrase->word_count)
        return a->phrase->word_count > b->phrase->word_count ? -1 : 1;
    return a->phrase < b->phrase ? -1 : a->phrase > b->phrase;
}

/* Tests every phrase that is frequent enough in all texts of the comparison, whatever its side: the
 * tests of a family must not depend on the outcome. */
static void test_phrases(struct family *family, const struct comparison *comparison,
                         const struct phrase_list *list, struct arena *arena)
{
    struct log_odds_counts *strata =
        arena_alloc(arena, comparison->source_count + 1, sizeof(*strata));
    if (comparison->texts[TARGET] < MIN_TEXTS || comparison->texts[REST] < MIN_TEXTS)
        return;
    for (size_t i = 0; i < list->count; i++) {
        struct scored_phrase scored = {.comparison = comparison, .phrase = &list->phrases[i]};
        score_phrase(&scored, strata);
        if (scored.texts[REST] + scored.texts[TARGET] >= MIN_TEXTS)
            family->items[family->count++] = scored;
    }
}

/* Sets the q values, and sorts by z score. */
static void set_q_values(struct family *family, struct arena *arena)
{
    double *p_values = arena_alloc(arena, family->count + 1, sizeof(double));
    double *q_values = arena_alloc(arena, family->count + 1, sizeof(double));
    for (size_t i = 0; i < family->count; i++)
        p_values[i] = family->items[i].p_value;
    benjamini_hochberg(p_values, q_values, family->count);
    for (size_t i = 0; i < family->count; i++)
        family->items[i].q_value = q_values[i];
    qsort(family->items, family->count, sizeof(*family->items), compare_scored);
}

/* ---- Insights ---- */

static size_t count_common(const struct phrase *a, const struct phrase *b)
{
    size_t common = 0;
    for (size_t i = 0, k = 0; i < a->document_count && k < b->document_count;) {
        uint32_t left = a->documents[i], right = b->documents[k];
        common += left == right;
        i += left <= right;
        k += left >= right;
    }
    return common;
}

/* Whether a phrase that is told already has the same words, or is in the same texts. */
static bool is_told(const struct scored_phrase *const *told, size_t count,
                    const struct phrase *phrase)
{
    for (size_t i = 0; i < count; i++)
        if (phrase_overlaps(told[i]->phrase, phrase) ||
            (double)count_common(told[i]->phrase, phrase) >=
                same_texts * (double)phrase->document_count)
            return true;
    return false;
}

/* Target texts with the phrase that are negative. */
static size_t count_negative(const struct scored_phrase *scored)
{
    const struct comparison *comparison = scored->comparison;
    size_t negative = 0;
    for (size_t i = 0; i < scored->phrase->document_count; i++) {
        uint32_t group = comparison->corpus->documents[scored->phrase->documents[i]].group;
        negative += get_side(&comparison->contrast, group) == TARGET && (group & 1);
    }
    return negative;
}

/* Cites the latest texts on the side that most of them take: negative or not. */
static void add_insight(struct phrases *phrases, const struct scored_phrase *scored)
{
    const struct comparison *comparison = scored->comparison;
    const struct contrast *contrast = &comparison->contrast;
    const struct phrase *phrase = scored->phrase;
    struct insight insight = insight_make(INSIGHT_PHRASE);
    uint64_t *ids = arena_alloc(&phrases->arena, INSIGHT_MAX_EVIDENCE, sizeof(*ids));
    size_t negative = count_negative(scored), count = 0;
    bool is_negative = 2 * negative >= scored->texts[TARGET];
    for (size_t i = phrase->document_count; i-- > 0 && count < INSIGHT_MAX_EVIDENCE;) {
        const struct phrase_document *document =
            &comparison->corpus->documents[phrase->documents[i]];
        if (get_side(contrast, document->group) == TARGET && (document->group & 1) == is_negative)
            ids[count++] = document->id;
    }
    insight.phrase = phrase_format(phrase, comparison->corpus, &phrases->arena);
    insight.measure = MEASURE_RECORD_SHARE;
    insight.n = comparison->texts[TARGET];
    insight.baseline_n = comparison->texts[REST];
    insight.value = wilson_share((double)scored->texts[TARGET], (double)insight.n);
    insight.baseline = (double)scored->texts[REST] / (double)insight.baseline_n;
    insight.q_value = scored->q_value;
    insight.strength = (double)scored->texts[TARGET] - insight.baseline * (double)insight.n;
    insight.polarity = is_negative ? SENTIMENT_NEGATIVE : SENTIMENT_COUNT;
    insight.since = contrast->since;
    insight.until = contrast->until;
    insight.evidence_ids = ids;
    insight.evidence_count = count;
    insight_list_add(phrases->stage_context->insights, &insight);
}

/* Texts of the two sides may differ in length, so that a phrase may be clearly more frequent among
 * their words, and yet in as many of them. */
static bool is_large(const struct scored_phrase *scored)
{
    const size_t *texts = scored->comparison->texts;
    return scored->texts[TARGET] >= MIN_TEXTS &&
           (double)scored->texts[TARGET] * (double)texts[REST] >=
               min_ratio * (double)scored->texts[REST] * (double)texts[TARGET];
}

/* Tests the contrasts as one family, and tells the phrases that pass. */
static void compare(struct phrases *phrases, const struct phrase_corpus *corpus,
                    const struct phrase_list *list, const struct contrast *contrasts, size_t count)
{
    struct arena arena = {0};
    size_t told_count = 0, max_count = (size_t)phrases->max_phrases;
    struct family family = {
        .items = arena_alloc(&arena, count * list->count + 1, sizeof(*family.items))};
    for (size_t i = 0; i < count; i++) {
        struct comparison *comparison = arena_alloc(&arena, 1, sizeof(*comparison));
        *comparison = (struct comparison){
            .contrast = contrasts[i],
            .corpus = corpus,
            .source_count = phrases->sources.count,
            .words = arena_alloc(&arena, phrases->sources.count, sizeof(*comparison->words)),
        };
        count_words(comparison);
        test_phrases(&family, comparison, list, &arena);
    }
    set_q_values(&family, &arena);
    const struct scored_phrase **told = arena_alloc(&arena, max_count, sizeof(*told));
    for (size_t i = 0; i < family.count && told_count < max_count; i++) {
        const struct scored_phrase *scored = &family.items[i];
        if (scored->q_value > max_q_value || scored->z_score <= 0 || !is_large(scored) ||
            is_told(told, told_count, scored->phrase))
            continue;
        told[told_count++] = scored;
        add_insight(phrases, scored);
    }
    arena_free(&arena);
}

/* The last 1, 2, 4 and 8 finished periods, each with those before it. */
static size_t make_contrasts(const struct phrases *phrases, const struct timeline *timeline,
                             struct contrast contrasts[MAX_WINDOWS])
{
    size_t windows = 0, count = timeline->count;
    for (size_t length = 1; length <= count / 2 && windows < MAX_WINDOWS; length *= 2) {
        size_t first = count - length,
               earliest = first > MAX_EARLIER_PERIODS ? first - MAX_EARLIER_PERIODS : 0;
        int64_t first_day = phrases->days.days[0].day;
        contrasts[windows++] = (struct contrast){
            .earliest = timeline->periods[earliest].begin - first_day,
            .first = timeline->periods[first].begin - first_day,
            .end = timeline->periods[count - 1].end - first_day,
            .since = timeline->periods[first].name,
            .until = timeline->periods[count - 1].name,
        };
    }
    return windows;
}

static void compare_language(struct phrases *phrases, struct phrase_corpus *corpus,
                             const struct timeline *timeline)
{
    struct phrase_list list = {0};
    product_names_exclude(&phrases->product_names, corpus);
    phrase_list_build(&list, corpus, MIN_TEXTS);
    const struct contrast negative = {.is_negative = true};
    struct contrast latest[MAX_WINDOWS];
    size_t windows = make_contrasts(phrases, timeline, latest);
    compare(phrases, corpus, &list, &negative, 1);
    compare(phrases, corpus, &list, latest, windows);
    phrase_list_free(&list);
}

static bool finish(void *state, struct error *error)
{
    (void)error;
    struct phrases *phrases = state;
    struct timeline timeline =
        day_counts_choose_timeline(&phrases->days, phrases->period, &phrases->arena);
    for (size_t i = 0; phrases->max_phrases && i < phrases->language_count; i++)
        compare_language(phrases, &phrases->languages[i].corpus, &timeline);
    for (size_t i = 0; i < phrases->language_count; i++)
        phrase_corpus_free(&phrases->languages[i].corpus); /* reports need the memory */
    return true;
}

static const struct option options[] = {
    {.name = "max_phrases",
     .type = OPTION_INTEGER,
     .offset = offsetof(struct phrases, max_phrases),
     .default_value = "8",
     .min = 0,
     .max = 1000,
     .help = "maximum number of phrases to report for each language and comparison"},
    {.name = "period",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct phrases, period),
     .default_value = "auto",
     .choices = DAY_COUNTS_PERIODS,
     .help = DAY_COUNTS_PERIOD_HELP},
    {.name = "names",
     .type = OPTION_TEXT,
     .offset = offsetof(struct phrases, product_names.listed),
     .default_value = "",
     .help = PRODUCT_NAMES_HELP "; default: the value in [themes]"},
    {0},
};

const struct stage phrases_stage = {
    .name = "phrases",
    .summary = "find words and phrases of negative and of recent texts",
    .options = options,
    .state_size = sizeof(struct phrases),
    .open = open_phrases,
    .count_record = count_record,
    .finish = finish,
    .close = close_phrases,
};
