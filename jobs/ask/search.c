/* search.c - ranks records and sentences by the words of a question and by the cosine of their
 * vectors. */
#include "jobs/ask/searcher.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "stages/text/sentence_quality.h"

/* Records whose texts are read and compared sentence by sentence. */
enum { MAX_CANDIDATES = 300 };

enum { SHORT_SENTENCE = 30, LONG_SENTENCE = 250 }; /* code points */

const double search_min_confidence = 0.445;

/* Of the score: how much the sentence alone counts, against the whole record. */
static const double sentence_share = 0.55;
static const double agreement_bonus = 0.06, disagreement_penalty = 0.10, unreadable_penalty = 0.08;
static const double dependence_penalty = 0.02;
static const double length_penalty = 0.03; /* of the longest and of the shortest */

/* Of the confidence of the best record: what a quote needs next to an answer. */
static const double min_quote_share = 0.5;

/* Of the confidence: how much the sentence alone counts, against the whole record; and how much a
 * related word counts, against the question's own. */
static const double sentence_confidence = 0.8, related_confidence = 0.75;

/* Of the confidence: how much it counts that the question's own words are common in the records;
 * and the share of the records that makes a word common. */
static const double own_words_share = 0.15, common_word = 0.01;

/* How much the cosine of question and sentence counts: of the score, against the words' share; and
 * of the confidence. */
static const double cosine_score = 0.5, cosine_confidence = 0.15;

/* Of questions that only filter. */
static const double confidence_share = 0.2;

/* Scores within a step are equal, and the newer record comes first. */
static const double score_step = 0.04;

/* ---- Counts ---- */

/* The record's label if it is clear; else its polarity on the first topic of the question that it
 * mentions, which the model recognizes less well. */
static enum sentiment get_polarity(const struct searcher *searcher, size_t record)
{
    const struct corpus *corpus = searcher->corpus;
    enum sentiment label = corpus->records[record].sentiment;
    if (label == SENTIMENT_NEGATIVE || label == SENTIMENT_POSITIVE)
        return label;
    for (size_t i = 0; i < searcher->question->concept_count; i++) {
        enum sentiment polarity = corpus_polarity(corpus, record, searcher->topics[i]);
        if (polarity != SENTIMENT_UNDETECTED)
            return polarity;
    }
    return label;
}

static void count_label(struct label_counts *counts, enum sentiment label)
{
    counts->records++;
    counts->labels[label]++;
}

/* Words of manner and general verbs need not be there, unless the question has no others. */
static bool has_all_words(const struct searcher *searcher, size_t record)
{
    bool has_heavy_word = false;
    for (size_t i = 0; i < searcher->question->concept_count; i++)
        has_heavy_word |= !searcher->question->concepts[i].is_light;
    for (size_t i = 0; i < searcher->question->concept_count; i++)
        if ((double)searcher->strengths[i][record] < named_topic_strength - 1e-6 &&
            !(has_heavy_word && searcher->question->concepts[i].is_light))
            return false;
    return true;
}

static void count_records(const struct searcher *searcher, struct search_result *result)
{
    bool *is_about = arena_alloc(searcher->arena, searcher->corpus->count + 1, sizeof(*is_about));
    bool has_words = searcher->question->concept_count > 0;
    for (size_t i = 0; i < searcher->corpus->count; i++) {
        if (!searcher->is_selected[i])
            continue;
        count_label(&result->selected, searcher->corpus->records[i].sentiment);
        is_about[i] = has_all_words(searcher, i);
        if (has_words && is_about[i])
            count_label(&result->about, get_polarity(searcher, i));
    }
    result->is_about = is_about;
}

/* ---- Closeness ---- */

/* Sets cosines and closest. A question without words to search for has no cosines. */
static void compare_vectors(struct searcher *searcher)
{
    const struct passage_vectors *vectors = searcher->vectors;
    searcher->closest = arena_alloc(searcher->arena, searcher->corpus->count + 1, sizeof(float));
    if (vectors->count == 0 || searcher->question->concept_count == 0)
        return;
    searcher->cosines =
        passage_vectors_compare(vectors, searcher->question->unfiltered, searcher->arena);
    for (size_t i = 0; i < vectors->count; i++) {
        float *closest = &searcher->closest[vectors->records[i]];
        *closest = fmaxf(*closest, searcher->cosines[i]);
    }
}

/* Of the passage with this number in its record. */
static double get_cosine(const struct searcher *searcher, size_t record, size_t number)
{
    const struct passage_vectors *vectors = searcher->vectors;
    if (!searcher->cosines)
        return 0;
    size_t passage = vectors->first[record] + number;
    return passage < vectors->count && vectors->records[passage] == record
               ? (double)searcher->cosines[passage]
               : 0;
}

/* ---- Candidates ---- */

struct candidate {
    size_t record;
    double weight;
};

static enum sentiment opposite(enum sentiment polarity)
{
    return polarity == SENTIMENT_NEGATIVE   ? SENTIMENT_POSITIVE
           : polarity == SENTIMENT_POSITIVE ? SENTIMENT_NEGATIVE
                                            : SENTIMENT_UNDETECTED;
}

static double get_agreement(enum sentiment asked, enum sentiment polarity)
{
    if (asked == SENTIMENT_UNDETECTED)
        return 0;
    return polarity == asked             ? agreement_bonus
           : polarity == opposite(asked) ? -disagreement_penalty
                                         : 0;
}

/* The heaviest first, then the newest; records are in the order of time. */
static int compare_candidates(const void *first, const void *second)
{
    const struct candidate *a = first, *b = second;
    if (a->weight != b->weight)
        return a->weight < b->weight ? 1 : -1;
    return a->record < b->record ? 1 : -1;
}

static struct candidate *find_candidates(const struct searcher *searcher, size_t *count)
{
    const struct corpus *corpus = searcher->corpus;
    struct candidate *candidates =
        arena_alloc(searcher->arena, corpus->count + 1, sizeof(*candidates));
    size_t concepts = searcher->question->concept_count;
    *count = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        struct candidate candidate = {.record = i};
        if (!searcher->is_selected[i])
            continue;
        for (size_t k = 0; k < concepts; k++)
            candidate.weight += searcher->weights[k] * (double)searcher->strengths[k][i];
        candidate.weight += searcher->weight_sum * cosine_score * (double)searcher->closest[i];
        if (concepts > 0 && candidate.weight <= 0)
            continue;
        candidate.weight += searcher->weight_sum *
                            get_agreement(searcher->question->polarity, get_polarity(searcher, i));
        if (concepts == 0) /* only a filter: the clearest records */
            candidate.weight =
                get_agreement(searcher->question->polarity, corpus->records[i].sentiment) +
                (corpus->records[i].confidence > 0.8F ? 0.01 : 0);
        candidates[(*count)++] = candidate;
    }
    qsort(candidates, *count, sizeof(*candidates), compare_candidates);
    if (*count > MAX_CANDIDATES)
        *count = MAX_CANDIDATES;
    return candidates;
}

/* ---- Sentences ---- */

struct sentence_comparer {
    const struct searcher *searcher;
    struct text text; /* of the record */
    struct finding *finding;
    double *in_record;   /* [concept]: the best match of a sentence or the title */
    double *in_sentence; /* [concept]: the match of the best sentence so far */
    double *matches;     /* [concept]: of the sentence that is compared */
    size_t number;       /* of the sentence in its record */
    double best;         /* score of the best sentence so far */
};

/* Penalties for sentences that say little alone. If nothing else decides, a sentence should not be
 * short. */
static double judge_form(const struct searcher *searcher, struct text sentence)
{
    double size = (double)utf8_count_code_points(sentence);
    double score = sentence_is_readable(sentence) ? 0 : -unreadable_penalty;
    if (!sentence_is_self_contained(sentence) || sentence_expects_continuation(sentence))
        score -= dependence_penalty;
    if (searcher->question->concept_count == 0 && size < SHORT_SENTENCE)
        score -= length_penalty * (1 - size / SHORT_SENTENCE);
    return score - length_penalty * fmin(size / LONG_SENTENCE, 1);
}

static double compare_sentence(const struct sentence_comparer *comparer, struct text sentence)
{
    const struct searcher *searcher = comparer->searcher;
    struct compared_text compared = compared_text_make(sentence, searcher->arena);
    double sum = 0;
    for (size_t i = 0; i < searcher->question->concept_count; i++) {
        const struct concept *concept = &searcher->question->concepts[i];
        double match = concept_match(concept, &compared);
        double by_phrase = searcher_get_topic_strength(concept);
        if (match < by_phrase && concept->topic != SIZE_MAX &&
            taxonomy_matches_topic(searcher->taxonomy, sentence, concept->topic))
            match = by_phrase;
        if (match > comparer->in_record[i])
            comparer->in_record[i] = match;
        comparer->matches[i] = match;
        sum += searcher->weights[i] * match;
    }
    double share = searcher->weight_sum > 0 ? sum / searcher->weight_sum : 0;
    return share * sentence_share + judge_form(searcher, sentence);
}

static bool visit_sentence(void *user, const struct passage_match *match)
{
    struct sentence_comparer *comparer = user;
    struct text sentence = text_slice(comparer->text, match->begin, match->end);
    double cosine = get_cosine(comparer->searcher, comparer->finding->record, comparer->number++);
    double score = compare_sentence(comparer, sentence) + cosine_score * cosine;
    if (score > comparer->best) {
        comparer->best = score;
        memcpy(comparer->in_sentence, comparer->matches,
               comparer->searcher->question->concept_count * sizeof(double));
        comparer->finding->begin = match->begin;
        comparer->finding->end = match->end;
        comparer->finding->text = sentence;
    }
    return true;
}

/* The model saw the topic in the record, which has no word of the concept. */
static double match_topic(const struct searcher *searcher, size_t concept, size_t record)
{
    double topic = searcher_get_topic_strength(&searcher->question->concepts[concept]);
    return searcher->strengths[concept][record] == (float)topic ? topic : 0;
}

/* What a match counts for the confidence. */
static double weigh_match(double match)
{
    return match <= related_strength ? related_confidence * match : match;
}

/* Sets the shares of the question's words that the finding's record has. */
static void weigh_matches(const struct sentence_comparer *comparer, struct finding *finding)
{
    const struct searcher *searcher = comparer->searcher;
    double sum = 0, confident_sum = 0, confident_total = 0;
    for (size_t i = 0; i < searcher->question->concept_count; i++) {
        double topic = match_topic(searcher, i, finding->record);
        double in_record = fmax(comparer->in_record[i], topic);
        double in_sentence = fmax(comparer->in_sentence[i], topic);
        double match = sentence_confidence * weigh_match(in_sentence) +
                       (1 - sentence_confidence) * weigh_match(in_record);
        double absence = searcher->absences[i];
        sum += searcher->weights[i] * in_record;
        confident_sum += searcher->weights[i] * match;
        confident_total += searcher->weights[i] * (absence + (1 - absence) * match);
    }
    finding->coverage = searcher->weight_sum > 0 ? sum / searcher->weight_sum : 0;
    finding->confidence = confident_total > 0 ? confident_sum / confident_total : 0;
    if (searcher->cosines)
        finding->confidence = (1 - cosine_confidence) * finding->confidence +
                              cosine_confidence * (double)searcher->closest[finding->record];
}

static double *alloc_matches(const struct searcher *searcher)
{
    return arena_alloc(searcher->arena, searcher->question->concept_count + 1, sizeof(double));
}

/* Sets the best sentence of the candidate's record, and its scores. */
static bool judge_candidate(const struct searcher *searcher, struct finding *finding)
{
    const struct question *question = searcher->question;
    uint64_t id = searcher->corpus->records[finding->record].feedback_id;
    struct text title;
    struct sentence_comparer comparer = {
        .searcher = searcher,
        .finding = finding,
        .in_record = alloc_matches(searcher),
        .in_sentence = alloc_matches(searcher),
        .matches = alloc_matches(searcher),
        .best = -1,
    };
    if (!store_load_text(searcher->store, id, searcher->arena, &title, &comparer.text,
                         searcher->error))
        return false;
    compare_sentence(&comparer, title);
    if (!store_for_each_passage(searcher->store, id, visit_sentence, &comparer, searcher->error))
        return false;
    weigh_matches(&comparer, finding);
    finding->polarity = get_polarity(searcher, finding->record);
    finding->score = comparer.best + (1 - sentence_share) * finding->coverage +
                     get_agreement(question->polarity, finding->polarity);
    if (question->concept_count == 0) /* the clearest records */
        finding->score +=
            confidence_share * (double)searcher->corpus->records[finding->record].confidence;
    return true;
}

/* Equal steps of the score are in the order of time, the newest first. */
static int compare_findings(const void *first, const void *second)
{
    const struct finding *a = first, *b = second;
    double step_a = floor(a->score / score_step), step_b = floor(b->score / score_step);
    if (step_a != step_b)
        return step_a < step_b ? 1 : -1;
    return a->record < b->record ? 1 : -1;
}

/* Keeps the best finding of each person and text with at least `min_confidence`, at most `max`. */
static size_t remove_others(const struct corpus *corpus, struct finding *findings, size_t count,
                            double min_confidence, size_t max)
{
    struct hash_table seen = {0};
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < max; i++) {
        const struct corpus_record *record = &corpus->records[findings[i].record];
        bool is_new_person, is_new_text;
        if (findings[i].text.size == 0 || findings[i].confidence < min_confidence)
            continue;
        hash_table_get_or_insert(&seen, record->person, 0, &is_new_person);
        hash_table_get_or_insert(&seen, record->text_hash, 0, &is_new_text);
        if (is_new_person && is_new_text)
            findings[kept++] = findings[i];
    }
    hash_table_free(&seen);
    return kept;
}

/* How common the question's own words are in the records, 0 to 1; `otherwise` if it has words of
 * manner and general verbs only. */
static double judge_own_words(const struct searcher *searcher, double otherwise)
{
    double sum = 0, enough = common_word * (double)searcher->corpus->count;
    size_t words = 0;
    for (size_t i = 0; i < searcher->question->concept_count; i++) {
        if (searcher->question->concepts[i].is_light)
            continue;
        sum += fmin(1, (double)searcher->own_words[i] / enough);
        words++;
    }
    return words > 0 ? sum / (double)words : otherwise;
}

static bool rank_findings(struct searcher *searcher, struct search_result *result, size_t max)
{
    size_t count;
    const struct candidate *candidates = find_candidates(searcher, &count);
    struct finding *findings = arena_alloc(searcher->arena, count + 1, sizeof(*findings));
    double best = 0;
    for (size_t i = 0; i < count; i++) {
        findings[i].record = candidates[i].record;
        if (!judge_candidate(searcher, &findings[i]))
            return false;
        best = fmax(best, findings[i].confidence);
    }
    if (best > 0)
        result->confidence =
            (1 - own_words_share) * best + own_words_share * judge_own_words(searcher, best);
    qsort(findings, count, sizeof(*findings), compare_findings);
    double min_confidence =
        result->confidence >= search_min_confidence ? min_quote_share * best : 0;
    result->count = remove_others(searcher->corpus, findings, count, min_confidence, max);
    result->findings = findings;
    return true;
}

/* A question that only filters is answered if records pass: its other words say little. */
static bool only_filters(const struct question *question)
{
    bool has_light_words_only = true;
    for (size_t i = 0; i < question->concept_count; i++)
        has_light_words_only &= question->concepts[i].is_light;
    return has_light_words_only &&
           (question->filter_count > 0 || question->stars || question->polarity ||
            question->time_span.since != TIME_UNKNOWN || question->time_span.until != TIME_UNKNOWN);
}

bool search_run(const struct search *search, struct search_result *result, struct arena *arena,
                struct error *error)
{
    const struct question *question = search->question;
    *result = (struct search_result){0};
    struct searcher searcher = {.store = search->store,
                                .question = question,
                                .corpus = search->context->corpus,
                                .taxonomy = search->context->taxonomy,
                                .vectors = search->vectors,
                                .arena = arena,
                                .error = error};
    if (!searcher_select_records(&searcher) || !searcher_weigh_concepts(&searcher, result))
        return false;
    compare_vectors(&searcher);
    count_records(&searcher, result);
    if (!rank_findings(&searcher, result, search->max))
        return false;
    if (only_filters(question))
        result->confidence = result->count > 0 ? 1 : 0;
    result->found = result->count > 0 && result->confidence >= search_min_confidence;
    return true;
}
