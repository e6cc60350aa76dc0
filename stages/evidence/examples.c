/* examples.c - finds what several records of a side name, and chooses sentences. */
#include "stages/evidence/examples.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stages/evidence/side_sentences.h"

enum {
    MIN_SHARE = 10,        /* of the side: one in so many records of the group */
    FEW_RECORDS = 40,      /* a group with at most so many records gets one more example */
    ENOUGH_POINTS = 3,     /* of a side; in a small group, one more */
    MAX_SUBJECTS = 8,      /* that are considered */
    SUBJECT_SENTENCES = 3, /* of each, which the model reads */
    OTHER_SENTENCES = 9,   /* which the model reads */
    MAX_READ = MAX_SUBJECTS * SUBJECT_SENTENCES + OTHER_SENTENCES,
    MIN_OTHERS = 5, /* records of the other side, to compare with */
};

/* So sure must the model be of the side; without a word that shows it, and in a record that is of
 * both sides. */
static const double min_probability = 0.7, min_silent_probability = 0.85;

/* A word in this share of the records may be what all of them speak of: "flight"; in the second
 * one, it is, if there is no other side to compare with. */
static const double common_share = 0.2, very_common_share = 0.33;

/* Of a sentence that says of a subject what many say. */
static const double typical_gain = 60;

struct example_side {
    const struct example_finder *finder;
    const struct group *group;
    enum sentiment polarity;
    size_t records, other_records; /* of this side, and of the other one */
};

/* ---- How many ---- */

struct side_counts {
    size_t records, counted; /* members; those that specific points count */
    size_t points;           /* specific ones */
};

/* Marks the members that points of the side count. */
static struct side_counts count_side(const struct group *group, enum sentiment polarity,
                                     bool *is_counted)
{
    struct side_counts counts = {0};
    for (int unspecific = 0; unspecific <= 1; unspecific++) {
        for (size_t i = 0; i < group->point_count; i++) {
            const struct key_point *point = &group->points[i];
            if (point->polarity != polarity || point->is_unspecific != unspecific)
                continue;
            counts.points += !unspecific;
            for (size_t k = 0; k < point->records; k++)
                is_counted[point->evidence[k].member] = true;
        }
        for (size_t i = 0; i < group->member_count && !unspecific; i++)
            if (group->members[i].sentiment == polarity) {
                counts.records++;
                counts.counted += is_counted[i];
            }
    }
    return counts;
}

/* How many examples a side gets: one, if it is small and has no point; otherwise as many as may be,
 * if its points count less than half of its records, or as many as a few points lack. */
static size_t count_allowed(const struct group *group, const struct side_counts *counts)
{
    bool is_small = group->member_count <= FEW_RECORDS;
    size_t max_examples = is_small ? MAX_SIDE_EXAMPLES : MAX_SIDE_EXAMPLES - 1,
           enough = is_small ? ENOUGH_POINTS + 1 : ENOUGH_POINTS,
           missing = counts->points < enough ? enough - counts->points : 0;
    if (counts->records * MIN_SHARE < group->member_count)
        return counts->records > 0 && counts->points == 0;
    return 2 * counts->counted < counts->records || missing > max_examples ? max_examples : missing;
}

/* ---- Subjects that several records name ---- */

/* A sentence that may be chosen. */
struct offer {
    size_t number;
    double cost;
};

struct subject {
    const struct phrase *phrase;
    size_t records, other_records; /* of the side, and of the other one */
    double weight;
    struct offer sentences[SUBJECT_SENTENCES]; /* the best that can be shown */
    size_t sentence_count;
};

/* Keeps the best sentences, the best first. */
static void offer_sentence(struct offer offer, struct offer *best, size_t *count, size_t max_count)
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
static struct subject read_subject(const struct phrase *phrase,
                                   const struct side_sentences *sentences, uint32_t *counts)
{
    struct subject subject = {.phrase = phrase};
    const struct phrase_corpus *corpus = &sentences->corpus;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < phrase->document_count; i++) {
        struct phrase_document document = corpus->documents[phrase->documents[i]];
        for (uint32_t k = 0; k < document.count; k++)
            counts[corpus->words[document.first + k]]++;
    }
    for (size_t i = 0; i < phrase->document_count; i++) {
        struct phrase_document document = corpus->documents[phrase->documents[i]];
        struct side_sentence *sentence = &sentences->items[document.id];
        bool is_new = sentence->passage.member != last;
        subject.records += is_new && !sentence->is_of_other_side;
        subject.other_records += is_new && sentence->is_of_other_side;
        last = sentence->passage.member;
        double typicality = measure_typicality(phrase, corpus, document, counts);
        struct offer offer = {(size_t)document.id,
                              (double)sentence->cost - typical_gain * fmin(typicality, 1)};
        if (sentence->can_be_shown)
            offer_sentence(offer, subject.sentences, &subject.sentence_count, SUBJECT_SENTENCES);
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
    const struct subject *left = a, *right = b;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    if (left->phrase->word_count != right->phrase->word_count)
        return left->phrase->word_count > right->phrase->word_count ? -1 : 1;
    return left->phrase < right->phrase ? -1 : 1;
}

/* "app": all that customers write about. */
static bool is_whole(const struct example_side *side, const struct subject *subject,
                     const struct phrase_corpus *corpus)
{
    struct arena scratch = {0};
    const struct lexicon_word *word = lexicon_find(
        &side->finder->statement_reader->lexicon, phrase_format(subject->phrase, corpus, &scratch));
    bool found = word && word->is_whole;
    arena_free(&scratch);
    return found;
}

/* Whether the subject is what all records speak of: the other side names it, too, or there is no
 * other side. */
static bool is_common(const struct example_side *side, const struct subject *subject, double share,
                      double other_share)
{
    enum { MIN_COMMON = 4 };
    if (subject->records < MIN_COMMON)
        return false;
    return side->other_records < MIN_OTHERS ? share > very_common_share
                                            : share > common_share && 2 * other_share > share;
}

/* The subjects that most records name, those that the other side names less often, and of those
 * without words that points of the side have. */
static size_t find_subjects(const struct example_side *side, struct side_sentences *sentences,
                            struct phrase_list *phrases, struct subject *subjects)
{
    enum { MIN_SUBJECT_RECORDS = 2 };
    struct phrase_corpus *corpus = &sentences->corpus;
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < side->group->point_count; i++)
        if (side->polarity == SENTIMENT_NEUTRAL ||
            side->group->points[i].polarity == side->polarity)
            phrase_corpus_exclude_name(corpus, side->group->points[i].text);
    phrase_list_build(phrases, corpus, MIN_SUBJECT_RECORDS);
    struct subject *all = memory_alloc(phrases->count, sizeof(*all));
    uint32_t *word_counts = memory_alloc(corpus->stems.count + 1, sizeof(*word_counts));
    for (size_t i = 0; i < phrases->count; i++) {
        struct subject subject = read_subject(&phrases->phrases[i], sentences, word_counts);
        double share = (double)subject.records / (double)side->records,
               other_share = (double)subject.other_records / (double)(side->other_records + 1);
        subject.weight = (double)subject.records * share / (share + other_share);
        if (subject.records >= MIN_SUBJECT_RECORDS && share > other_share &&
            !is_common(side, &subject, share, other_share) && !is_whole(side, &subject, corpus) &&
            subject.sentence_count > 0 && phrase_is_noun(subject.phrase, corpus) &&
            !phrase_is_verb(subject.phrase, corpus))
            all[count++] = subject;
    }
    if (count > 0)
        qsort(all, count, sizeof(*all), compare_subjects);
    for (size_t i = 0; i < count && kept < MAX_SUBJECTS; i++) {
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

/* ---- Choosing ---- */

/* Lets the model read the numbered sentences. */
static bool ask_model(const struct example_side *side, struct member_texts *texts,
                      struct side_sentences *sentences, const size_t *numbers, size_t count,
                      struct error *error)
{
    struct arena scratch = {0};
    struct text clauses[MAX_READ];
    struct sentiment_probabilities probabilities[MAX_READ];
    bool ok = true, is_either = side->polarity == SENTIMENT_NEUTRAL;
    for (size_t i = 0; is_either && i < count; i++)
        sentences->items[numbers[i]].is_confirmed = true;
    if (is_either)
        return true;
    for (size_t i = 0; ok && i < count; i++)
        ok = member_texts_copy(texts, &sentences->items[numbers[i]].passage, &scratch, &clauses[i],
                               error);
    ok = ok && clause_reader_predict(side->finder->clause_reader,
                                     (struct text_array){clauses, count}, probabilities, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct side_sentence *sentence = &sentences->items[numbers[i]];
        bool is_praise = side->polarity == SENTIMENT_POSITIVE,
             is_own = side->group->members[sentence->passage.member].sentiment == side->polarity;
        sentence->is_confirmed =
            (is_praise ? probabilities[i].positive : probabilities[i].negative) >=
            (is_own && sentence->has_opinion ? min_probability : min_silent_probability);
    }
    arena_free(&scratch);
    return ok;
}

/* Adds a sentence, unless it is of the other side, or of a record or about a thing that has one. */
static bool add_example(const struct side_sentences *sentences, size_t number, struct text subject,
                        size_t records, size_t *used, struct examples *examples)
{
    const struct side_sentence *sentence = &sentences->items[number];
    if (!sentence->is_confirmed)
        return false;
    for (size_t i = 0; i < examples->count; i++) {
        const struct side_sentence *other = &sentences->items[used[i]];
        if (other->passage.member == sentence->passage.member ||
            (other->aspect && other->aspect == sentence->aspect))
            return false;
    }
    used[examples->count] = number;
    examples->items[examples->count++] = (struct quoted_example){
        .passage = sentence->passage, .subject = subject, .records = records};
    return true;
}

static bool choose_examples(const struct example_side *side, struct member_texts *texts,
                            struct side_sentences *sentences, size_t max_examples,
                            struct examples *examples, struct error *error)
{
    struct subject subjects[MAX_SUBJECTS];
    struct phrase_list phrases = {0};
    size_t numbers[MAX_READ], count = 0, other_count = 0, used[MAX_EXAMPLES];
    struct offer others[OTHER_SENTENCES];
    size_t subject_count = find_subjects(side, sentences, &phrases, subjects);
    for (size_t i = 0; i < subject_count; i++)
        for (size_t k = 0; k < subjects[i].sentence_count; k++)
            numbers[count++] = subjects[i].sentences[k].number;
    for (size_t i = 0; i < sentences->count; i++)
        if (sentences->items[i].can_be_shown)
            offer_sentence((struct offer){i, (double)sentences->items[i].cost}, others,
                           &other_count, OTHER_SENTENCES);
    for (size_t i = 0; i < other_count; i++)
        numbers[count++] = others[i].number;
    bool ok = ask_model(side, texts, sentences, numbers, count, error);
    bool is_sample = side->group->member_count > MAX_SENTENCE_RECORDS;
    for (size_t i = 0; ok && i < subject_count && examples->count < max_examples; i++) {
        struct text name = {0}; /* of a sample, records cannot be counted */
        if (!is_sample)
            name = phrase_format(subjects[i].phrase, &sentences->corpus, side->group->arena);
        for (size_t k = 0; k < subjects[i].sentence_count; k++)
            if (add_example(sentences, subjects[i].sentences[k].number, name, subjects[i].records,
                            used, examples))
                break;
    }
    bool names_only = side->polarity == SENTIMENT_NEUTRAL && examples->count > 0;
    for (size_t i = 0; ok && !names_only && i < other_count && examples->count < max_examples; i++)
        add_example(sentences, others[i].number, TEXT(""), 0, used, examples);
    for (size_t i = 0; ok && i < examples->count; i++) {
        struct quoted_example *example = &examples->items[i];
        example->polarity = side->polarity;
        ok = member_texts_copy(texts, &example->passage, side->group->arena, &example->text, error);
    }
    phrase_list_free(&phrases);
    return ok;
}

/* Reads the sentences of a side, and chooses. */
static bool find_examples(const struct example_side *side, size_t max_examples,
                          const bool *is_counted, struct member_texts *texts,
                          struct examples *examples, struct error *error)
{
    const struct example_finder *finder = side->finder;
    size_t topic = topic_names_find(&finder->taxonomy->names, side->group->key.topic);
    bool has_phrases =
        topic < finder->taxonomy->names.count && taxonomy_has_phrases(finder->taxonomy, topic);
    struct side_sentences_source source = {.group = side->group,
                                           .polarity = side->polarity,
                                           .is_counted = is_counted,
                                           .reader = finder->statement_reader,
                                           .taxonomy = finder->taxonomy,
                                           .topic = has_phrases ? topic : SIZE_MAX};
    struct side_sentences sentences = {0};
    *examples = (struct examples){0};
    bool ok = max_examples == 0 ||
              (side_sentences_read(&sentences, &source, texts, error) &&
               choose_examples(side, texts, &sentences, max_examples, examples, error));
    side_sentences_free(&sentences);
    return ok;
}

bool examples_find(const struct example_finder *finder, const struct group *group,
                   enum sentiment polarity, struct member_texts *texts, struct examples *examples,
                   struct error *error)
{
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    struct side_counts counts = count_side(group, polarity, is_counted);
    struct example_side side = {finder, group, polarity, counts.records, 0};
    for (size_t i = 0; i < group->member_count; i++)
        side.other_records += side_is_other(group, i, polarity);
    bool ok =
        find_examples(&side, count_allowed(group, &counts), is_counted, texts, examples, error);
    free(is_counted);
    return ok;
}

bool examples_find_subjects(const struct example_finder *finder, const struct group *group,
                            struct member_texts *texts, struct examples *examples,
                            struct error *error)
{
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    struct example_side side = {finder, group, SENTIMENT_NEUTRAL, group->member_count, 0};
    bool ok = find_examples(&side, MAX_EXAMPLES, is_counted, texts, examples, error);
    free(is_counted);
    return ok;
}
