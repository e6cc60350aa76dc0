/* named_subjects.c - counts the nouns of sentences by record and side. */
#include "stages/evidence/named_subjects.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stages/evidence/quote_worth.h"

enum { MIN_OTHERS = 5 /* records of the other side, to compare with */ };

/* A word in this share of the records may be what all of them speak of: "flight"; in the second
 * one, it is, if there is no other side to compare with. */
static const double common_share = 0.2, very_common_share = 0.33;

/* Of a sentence that says of a subject what many say. */
static const double typical_gain = 60;

void sentence_offer_insert(struct sentence_offer offer, struct sentence_offer *best, size_t *count,
                           size_t max_count)
{
    size_t at = *count;
    while (at > 0 && best[at - 1].cost > offer.cost)
        at--;
    if (at == max_count)
        return;
    *count += *count < max_count;
    for (size_t i = *count - 1; i > at; i--)
        best[i] = best[i - 1];
    best[at] = offer;
}

/* The share of the phrase's sentences that have each other word of a sentence, summed: high if it
 * says of the subject what many say. */
static double measure_typicality(const struct phrase *phrase, const struct phrase_corpus *corpus,
                                 struct phrase_document document, const uint32_t *counts)
{
    double sum = 0;
    for (uint32_t i = 0; i < document.count; i++) {
        uint32_t word = corpus->words[document.first + i];
        bool is_own = !word || corpus->is_generic[word - 1];
        for (uint32_t k = 0; k < phrase->word_count; k++)
            is_own |= phrase->words[k] == word;
        for (uint32_t k = 0; k < i && !is_own; k++)
            is_own = corpus->words[document.first + k] == word;
        if (!is_own && counts[word] > 1)
            sum += (double)counts[word] / (double)phrase->document_count;
    }
    return sum;
}

/* `counts` is [stems + 1] zeros, and is so again when this returns. */
static struct named_subject read_subject(const struct phrase *phrase,
                                         const struct side_sentences *sentences, uint32_t *counts)
{
    struct named_subject subject = {.phrase = phrase};
    const struct phrase_corpus *corpus = &sentences->corpus;
    size_t last = SIZE_MAX, last_other = SIZE_MAX;
    for (size_t i = 0; i < phrase->document_count; i++) {
        struct phrase_document document = corpus->documents[phrase->documents[i]];
        for (uint32_t k = 0; k < document.count; k++)
            counts[corpus->words[document.first + k]]++;
    }
    for (size_t i = 0; i < phrase->document_count; i++) {
        struct phrase_document document = corpus->documents[phrase->documents[i]];
        const struct side_sentence *sentence = &sentences->items[document.id];
        size_t member = sentence->passage.member;
        if (sentence->is_on_side && member != last) {
            subject.records++;
            last = member;
        } else if (sentence->is_of_other_side && member != last_other) {
            subject.other_records++;
            last_other = member;
        }
        double typicality = measure_typicality(phrase, corpus, document, counts);
        struct sentence_offer offer = {(size_t)document.id, quote_worth_cost(sentence) -
                                                                typical_gain * fmin(typicality, 1)};
        if (quote_worth_suffices(sentence))
            sentence_offer_insert(offer, subject.sentences, &subject.sentence_count,
                                  MAX_SUBJECT_SENTENCES);
    }
    for (size_t i = 0; i < phrase->document_count; i++) {
        struct phrase_document document = corpus->documents[phrase->documents[i]];
        for (uint32_t k = 0; k < document.count; k++)
            counts[corpus->words[document.first + k]] = 0;
    }
    return subject;
}

static int compare_subjects(const void *a, const void *b)
{
    const struct named_subject *left = a, *right = b;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    if (left->phrase->word_count != right->phrase->word_count)
        return left->phrase->word_count > right->phrase->word_count ? -1 : 1;
    return left->phrase < right->phrase ? -1 : 1;
}

/* "app": all that customers write about. */
static bool is_whole(const struct named_subjects_source *source,
                     const struct named_subject *subject, const struct phrase_corpus *corpus)
{
    struct arena scratch = {0};
    const struct lexicon_word *word =
        lexicon_find(&source->reader->lexicon, phrase_format(subject->phrase, corpus, &scratch));
    bool found = word && word->is_whole;
    arena_free(&scratch);
    return found;
}

/* Whether the subject is what all records speak of: the other side names it, too, or there is no
 * other side. */
static bool is_common(const struct named_subjects_source *source,
                      const struct named_subject *subject, double share, double other_share)
{
    enum { MIN_COMMON = 4 };
    if (subject->records < MIN_COMMON)
        return false;
    return source->other_records < MIN_OTHERS ? share > very_common_share
                                              : share > common_share && 2 * other_share > share;
}

size_t named_subjects_find(const struct named_subjects_source *source,
                           struct side_sentences *sentences, struct phrase_list *phrases,
                           struct named_subject *subjects)
{
    enum { MIN_SUBJECT_RECORDS = 2 };
    struct phrase_corpus *corpus = &sentences->corpus;
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < source->group->point_count; i++)
        if (source->polarity == SENTIMENT_NEUTRAL ||
            source->group->points[i].polarity == source->polarity)
            phrase_corpus_exclude_name(corpus, source->group->points[i].text);
    phrase_list_build(phrases, corpus, MIN_SUBJECT_RECORDS);
    struct named_subject *all = memory_alloc(phrases->count, sizeof(*all));
    uint32_t *word_counts = memory_alloc(corpus->stems.count + 1, sizeof(*word_counts));
    for (size_t i = 0; i < phrases->count; i++) {
        struct named_subject subject = read_subject(&phrases->phrases[i], sentences, word_counts);
        double share = (double)subject.records / (double)source->records,
               other_share = (double)subject.other_records / (double)(source->other_records + 1);
        subject.weight = (double)subject.records * share / (share + other_share);
        if (subject.records >= MIN_SUBJECT_RECORDS && share > other_share &&
            !is_common(source, &subject, share, other_share) &&
            !is_whole(source, &subject, corpus) && subject.sentence_count > 0 &&
            phrase_is_noun(subject.phrase, corpus) && !phrase_is_verb(subject.phrase, corpus))
            all[count++] = subject;
    }
    if (count > 0)
        qsort(all, count, sizeof(*all), compare_subjects);
    for (size_t i = 0; i < count && kept < MAX_NAMED_SUBJECTS; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < kept && !is_repeated; k++)
            is_repeated = phrase_overlaps(subjects[k].phrase, all[i].phrase);
        if (!is_repeated)
            subjects[kept++] = all[i];
    }
    free(all);
    free(word_counts);
    return kept;
}
