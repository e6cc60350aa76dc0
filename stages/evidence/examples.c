/* examples.c - weighs sentences by their worth, subjects and topics, and chooses. */
#include "stages/evidence/examples.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stages/evidence/named_subjects.h"
#include "stages/evidence/open_topics.h"
#include "stages/evidence/quote_worth.h"

enum {
    MIN_SHARE = 10,       /* of the side: one in so many records of the group */
    OTHER_SENTENCES = 32, /* which the model reads */
    MAX_READ = MAX_NAMED_SUBJECTS * MAX_SUBJECT_SENTENCES + OTHER_SENTENCES,
};

/* What a sentence gains that names what twice as many records name, or is about a topic of twice as
 * many; and that names something, in a list of names. */
static const double subject_gain = 40, topic_gain = 25, names_first_gain = 1e6;

#define NO_SUBJECT SIZE_MAX

struct example_side {
    const struct example_finder *finder;
    const struct group *group;
    enum sentiment polarity;
    struct quote_side quote_side;
    size_t records, other_records; /* of this side, and of the other one */
    size_t points;                 /* specific ones of this side */
};

/* Whether the model reads all sentences before subjects are counted. */
static bool reads_all(const struct example_side *side)
{
    return side->polarity != SENTIMENT_NEUTRAL &&
           quote_worth_reads_all(side->finder->clause_reader, side->group);
}

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

/* By the size of the group: how many examples a side may have, and how many points are enough. */
static const struct size_rule {
    size_t max_records, max_examples, enough_points;
} size_rules[] = {{20, MAX_EXAMPLES, MAX_EXAMPLES}, {40, 5, 6}, {240, 4, 5}, {SIZE_MAX, 2, 3}};

/* How many examples a side gets: one, if it is small and has no point; otherwise as many as may be,
 * if its points count less than half of its records, or as many as a few points lack. */
static size_t count_allowed(const struct group *group, const struct side_counts *counts)
{
    const struct size_rule *rule = size_rules;
    while (group->member_count > rule->max_records)
        rule++;
    size_t missing =
        counts->points < rule->enough_points ? rule->enough_points - counts->points : 0;
    if (counts->records * MIN_SHARE < group->member_count)
        return counts->records > 0 && counts->points == 0;
    return 2 * counts->counted < counts->records || missing > rule->max_examples
               ? rule->max_examples
               : missing;
}

/* ---- Choosing ---- */

/* A sentence that may become an example. */
struct pick {
    size_t number;
    double cost;
    size_t subject; /* index; NO_SUBJECT: it stands for itself */
};

struct picks {
    struct pick items[MAX_READ];
    size_t count;
};

/* The sentences of subjects, and the best others. */
static void collect_picks(const struct side_sentences *sentences,
                          const struct named_subject *subjects, size_t subject_count,
                          struct picks *picks)
{
    struct sentence_offer others[OTHER_SENTENCES];
    size_t other_count = 0;
    for (size_t i = 0; i < subject_count; i++)
        for (size_t k = 0; k < subjects[i].sentence_count; k++)
            picks->items[picks->count++] =
                (struct pick){subjects[i].sentences[k].number, subjects[i].sentences[k].cost, i};
    for (size_t i = 0; i < sentences->count; i++)
        if (quote_worth_suffices(&sentences->items[i]))
            sentence_offer_insert(
                (struct sentence_offer){i, quote_worth_cost(&sentences->items[i])}, others,
                &other_count, OTHER_SENTENCES);
    for (size_t i = 0; i < other_count; i++)
        picks->items[picks->count++] = (struct pick){others[i].number, others[i].cost, NO_SUBJECT};
}

/* Lets the model read the sentences that it has not read. */
static bool read_picks(const struct example_side *side, struct member_texts *texts,
                       struct side_sentences *sentences, struct picks *picks, struct error *error)
{
    size_t numbers[MAX_READ];
    for (size_t i = 0; i < picks->count; i++) {
        numbers[i] = picks->items[i].number;
        picks->items[i].cost -= (double)sentences->items[numbers[i]].cost;
    }
    bool ok = quote_worth_read(&side->quote_side, texts, sentences, numbers, picks->count, error);
    for (size_t i = 0; ok && i < picks->count; i++)
        picks->items[i].cost += quote_worth_cost(&sentences->items[numbers[i]]);
    return ok;
}

/* What many records name comes before a better sentence. */
static void weigh_subjects(const struct example_side *side, const struct named_subject *subjects,
                           struct picks *picks)
{
    for (size_t i = 0; i < picks->count; i++) {
        struct pick *pick = &picks->items[i];
        if (pick->subject != NO_SUBJECT)
            pick->cost -= subject_gain * log2((double)subjects[pick->subject].records);
        if (pick->subject != NO_SUBJECT && side->polarity == SENTIMENT_NEUTRAL)
            pick->cost -= names_first_gain;
    }
}

/* Whether the sentence is not to be quoted, or about a thing that has a point or an example, or of
 * a record that has an example. */
static bool is_refused(const struct example_side *side, const struct side_sentences *sentences,
                       size_t number, const size_t *used, size_t count)
{
    const struct side_sentence *sentence = &sentences->items[number];
    const struct group *group = side->group;
    if (sentence->quote_worth <
        (count == 0 && side->points == 0 ? QUOTE_LAST_RESORT : QUOTE_MIN_WORTH))
        return true;
    for (size_t i = 0; i < group->point_count && sentence->aspect; i++)
        if (group->points[i].polarity == side->polarity &&
            group->points[i].aspect == sentence->aspect)
            return true;
    for (size_t i = 0; i < count; i++) {
        const struct side_sentence *other = &sentences->items[used[i]];
        if (other->passage.member == sentence->passage.member ||
            (other->aspect && other->aspect == sentence->aspect))
            return true;
    }
    return false;
}

/* Adds the best picks; a subject is counted once. */
static void add_examples(const struct example_side *side, const struct side_sentences *sentences,
                         const struct named_subject *subjects, const struct picks *picks,
                         size_t max_examples, struct examples *examples)
{
    bool is_used[MAX_NAMED_SUBJECTS] = {false};
    bool is_sample = side->group->member_count > MAX_SENTENCE_RECORDS;
    size_t used[MAX_EXAMPLES];
    bool has_names = false; /* of what records name, whatever their side: then only such examples */
    struct open_topics topics =
        open_topics_count(side->group, side->polarity, side->finder->taxonomy, sentences);
    while (examples->count < max_examples) {
        const struct pick *pick = NULL;
        double best = 0;
        for (size_t i = 0; i < picks->count; i++) {
            const struct pick *other = &picks->items[i];
            uint64_t found = sentences->items[other->number].topics;
            double cost =
                other->cost - topic_gain * log2((double)open_topics_max_records(&topics, found));
            if ((!pick || cost < best) &&
                !(other->subject != NO_SUBJECT && is_used[other->subject]) &&
                !is_refused(side, sentences, other->number, used, examples->count)) {
                pick = other;
                best = cost;
            }
        }
        bool has_subject = pick && pick->subject != NO_SUBJECT;
        if (!pick || (!has_subject && has_names))
            break;
        has_names |= has_subject && side->polarity == SENTIMENT_NEUTRAL;
        open_topics_close(&topics, sentences->items[pick->number].topics);
        struct quoted_example example = {.passage = sentences->items[pick->number].passage,
                                         .polarity = side->polarity};
        if (has_subject) {
            const struct named_subject *subject = &subjects[pick->subject];
            is_used[pick->subject] = true;
            example.records = subject->records;
            if (!is_sample) /* of a sample, records cannot be counted */
                example.subject =
                    phrase_format(subject->phrase, &sentences->corpus, side->group->arena);
        }
        used[examples->count] = pick->number;
        examples->items[examples->count++] = example;
    }
}

static bool choose_examples(const struct example_side *side, struct member_texts *texts,
                            struct side_sentences *sentences, size_t max_examples,
                            struct examples *examples, struct error *error)
{
    struct named_subject subjects[MAX_NAMED_SUBJECTS];
    struct phrase_list phrases = {0};
    struct picks picks = {.count = 0};
    const struct named_subjects_source source = {side->finder->statement_reader, side->group,
                                                 side->polarity, side->records,
                                                 side->other_records};
    size_t subject_count = named_subjects_find(&source, sentences, &phrases, subjects);
    collect_picks(sentences, subjects, subject_count, &picks);
    bool ok = reads_all(side) || read_picks(side, texts, sentences, &picks, error);
    if (ok) {
        weigh_subjects(side, subjects, &picks);
        add_examples(side, sentences, subjects, &picks, max_examples, examples);
    }
    for (size_t i = 0; ok && i < examples->count; i++) {
        struct quoted_example *example = &examples->items[i];
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
                                           .reads_all = reads_all(side),
                                           .reader = finder->statement_reader,
                                           .taxonomy = finder->taxonomy,
                                           .topic = has_phrases ? topic : SIZE_MAX};
    struct side_sentences sentences = {0};
    *examples = (struct examples){0};
    bool ok =
        max_examples == 0 ||
        (side_sentences_read(&sentences, &source, texts, error) &&
         (!reads_all(side) || quote_worth_read_all(&side->quote_side, texts, &sentences, error)) &&
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
    struct example_side side = {.finder = finder,
                                .group = group,
                                .polarity = polarity,
                                .quote_side = {finder->clause_reader, group, polarity},
                                .records = counts.records,
                                .points = counts.points};
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
    struct example_side side = {.finder = finder,
                                .group = group,
                                .polarity = SENTIMENT_NEUTRAL,
                                .quote_side = {finder->clause_reader, group, SENTIMENT_NEUTRAL},
                                .records = group->member_count};
    bool ok = find_examples(&side, MAX_EXAMPLES, is_counted, texts, examples, error);
    free(is_counted);
    return ok;
}
