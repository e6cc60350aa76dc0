/* examples.c - ranks the sentences in which records of a side state something. */
#include "stages/evidence/examples.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "stages/evidence/point_text.h"
#include "stages/evidence/side.h"
#include "stages/text/clause_words.h"
#include "stages/text/phrase_corpus.h"
#include "stages/text/sentence_quality.h"

enum {
    MIN_SHARE = 10,        /* of the side: one in so many records of the group */
    FEW_RECORDS = 40,      /* of a group, in which an example more is told */
    MAX_READ = 1000,       /* records whose sentences are compared */
    MIN_LENGTH = 12,       /* columns of a sentence */
    MAX_LENGTH = 160,      /* a longer sentence is not read in a list */
    TYPICAL_LENGTH = 50,   /* shorter and longer ones are worse */
    GENERAL_COST = 120,    /* "bad" says less than a sentence about something */
    SILENT_COST = 80,      /* no listed word shows the side */
    PERSONAL_COST = 20,    /* "I" */
    MAX_SUBJECTS = 8,      /* that are considered */
    SUBJECT_SENTENCES = 3, /* of each, which the model reads */
    OTHER_SENTENCES = 9,   /* which the model reads */
    MAX_SENTENCES = MAX_SUBJECTS * SUBJECT_SENTENCES + OTHER_SENTENCES,
    COMMON_SHARE = 3, /* a word in a record of so many is what all speak of: "flight" */
    MIN_COMMON = 4,   /* sentences with such a word */
};

/* So sure must the model be of the side; without a word that shows it, and in a record that is of
 * both sides. */
static const double min_probability = 0.7, min_silent_probability = 0.85;

/* Of a sentence that says of a subject what many say. */
static const double typical_gain = 60;

struct sentence {
    struct passage passage;
    uint64_t aspect;
    size_t cost; /* the lowest is best */
    bool is_of_other_side, can_be_shown;
    bool has_opinion;  /* a word shows the side */
    bool is_confirmed; /* the model reads it as of the side */
};

struct sentences {
    struct sentence *items; /* owned; in the order of their records */
    size_t count, capacity;
    struct phrase_corpus corpus; /* ids are indexes of `items` */
};

/* ---- Reading ---- */

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
    enum { ENOUGH_POINTS = 3 };
    size_t max_examples = group->member_count <= FEW_RECORDS ? MAX_EXAMPLES : MAX_EXAMPLES - 1,
           missing = counts->points < ENOUGH_POINTS ? ENOUGH_POINTS - counts->points : 0;
    if (counts->records * MIN_SHARE < group->member_count)
        return counts->records > 0 && counts->points == 0;
    return 2 * counts->counted < counts->records || missing > max_examples ? max_examples : missing;
}

/* A neutral or mixed record is of both sides: it may have sentences of each. */
static bool is_of_other_side(const struct group *group, size_t member, enum sentiment polarity)
{
    enum side side = side_of(group->members[member].sentiment);
    return side != SIDE_NEUTRAL && side != side_of(polarity);
}

/* A Korean syllable is as wide as two letters. */
static size_t measure_columns(struct text text)
{
    return (text.size + utf8_count_code_points(text)) / 2;
}

static bool can_be_shown(struct text sentence)
{
    size_t length = measure_columns(sentence);
    return length >= MIN_LENGTH && length <= MAX_LENGTH && !point_text_is_personal(sentence) &&
           !text_ends_with(sentence, TEXT("?")) &&
           text_find(sentence, TEXT("\n"), 0) == sentence.size && sentence_is_readable(sentence) &&
           sentence_is_self_contained(sentence) && !sentence_expects_continuation(sentence);
}

/* The statements of one record, in the order of its text. */
struct record_statements {
    const struct occurrence *items;
    size_t count;
};

/* What a sentence is worth as an example, and what it is about. */
static void rate(const struct record_statements *statements, int side, struct text text,
                 struct sentence *sentence)
{
    size_t length = measure_columns(text), silence = SILENT_COST,
           distance = length > TYPICAL_LENGTH ? length - TYPICAL_LENGTH : TYPICAL_LENGTH - length;
    for (size_t i = 0; i < statements->count; i++) {
        const struct occurrence *occurrence = &statements->items[i];
        if (occurrence->begin < sentence->passage.begin || occurrence->end > sentence->passage.end)
            continue;
        bool is_own = occurrence->polarity == side;
        if (occurrence->polarity == -side)
            sentence->can_be_shown = false; /* "Nice, but it broke" is no praise */
        sentence->has_opinion |= is_own;
        if (is_own && occurrence->aspect && !occurrence->is_general) {
            silence = 0;
            sentence->aspect = occurrence->aspect;
        } else if (is_own && silence == SILENT_COST && occurrence->is_verdict) {
            silence = GENERAL_COST;
        }
    }
    sentence->cost = distance + silence + (sentence_is_first_person(text) ? PERSONAL_COST : 0);
}

struct example_side {
    const struct example_finder *finder;
    const struct group *group;
    enum sentiment polarity;
    size_t topic; /* of the taxonomy, if its phrases decide what is about it; SIZE_MAX: none */
    const bool *is_counted;
    size_t records, other_records;
};

static bool has_wish(const struct statement_reader *reader, struct text text)
{
    struct arena scratch = {0};
    struct clause_words words = clause_words_read(&reader->lexicon, text, 0, text.size, &scratch);
    bool found = false;
    for (size_t i = 0; i < words.count && !found; i++)
        found = words.items[i].kind == WORD_WISH;
    arena_free(&scratch);
    return found;
}

/* Adds the sentences of a record of either side; a full stop at the end is left out. */
static void add_sentences(const struct example_side *side,
                          const struct record_statements *statements, size_t member,
                          struct text text, struct sentences *sentences)
{
    struct arena scratch = {0};
    size_t count, begin = 0;
    bool is_other = is_of_other_side(side->group, member, side->polarity);
    const size_t *ends =
        segment_sentences(side->finder->statement_reader->segmenter, text, &scratch, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        struct text bytes = text_trim(text_slice(text, begin, ends[i]));
        while (bytes.size > 0 && bytes.bytes[bytes.size - 1] == '.')
            bytes.size--;
        if (side->topic != SIZE_MAX && count > 1 &&
            !taxonomy_matches_topic(side->finder->taxonomy, bytes, side->topic))
            continue;
        size_t at = (size_t)(bytes.bytes - text.bytes);
        struct sentence sentence = {.passage = {member, at, at + bytes.size},
                                    .is_of_other_side = is_other,
                                    .can_be_shown = !is_other && !side->is_counted[member] &&
                                                    can_be_shown(bytes)};
        if (sentence.can_be_shown && side->polarity == SENTIMENT_POSITIVE)
            sentence.can_be_shown = !has_wish(side->finder->statement_reader, bytes);
        rate(statements, side->polarity == SENTIMENT_POSITIVE ? 1 : -1, bytes, &sentence);
        phrase_corpus_add(&sentences->corpus, bytes, sentences->count, 0);
        sentences->items = memory_grow(sentences->items, &sentences->capacity, sentences->count + 1,
                                       sizeof(sentence));
        sentences->items[sentences->count++] = sentence;
    }
    arena_free(&scratch);
}

static bool read_sentences(const struct example_side *side, struct member_texts *texts,
                           struct sentences *sentences, struct error *error)
{
    const struct group *group = side->group;
    const struct occurrences *all = &group->occurrences;
    size_t at = 0, read = 0;
    for (size_t i = 0; i < group->member_count && read < MAX_READ; i++) {
        struct record_statements statements;
        struct text text;
        while (at < all->count && all->items[at].member < i)
            at++;
        statements.items = at < all->count ? &all->items[at] : NULL;
        for (statements.count = 0; at < all->count && all->items[at].member == i; at++)
            statements.count++;
        read++;
        if (!member_texts_read(texts, i, &text, error))
            return false;
        add_sentences(side, &statements, i, text, sentences);
    }
    return true;
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
static struct subject read_subject(const struct phrase *phrase, const struct sentences *sentences,
                                   uint32_t *counts)
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
        struct sentence *sentence = &sentences->items[document.id];
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

/* The subjects that most records name, those that the other side names less often, and of those
 * without words that points of the side have. */
static size_t find_subjects(const struct example_side *side, struct sentences *sentences,
                            struct phrase_list *phrases, struct subject *subjects)
{
    enum { MIN_SUBJECT_RECORDS = 2 };
    struct phrase_corpus *corpus = &sentences->corpus;
    size_t common = side->records / COMMON_SHARE, count = 0, kept = 0;
    for (size_t i = 0; i < side->group->point_count; i++)
        if (side->group->points[i].polarity == side->polarity)
            phrase_corpus_exclude_name(corpus, side->group->points[i].text);
    phrase_corpus_exclude_common(corpus, 0, common > MIN_COMMON ? common : MIN_COMMON);
    phrase_list_build(phrases, corpus, MIN_SUBJECT_RECORDS);
    struct subject *all = memory_alloc(phrases->count, sizeof(*all));
    uint32_t *word_counts = memory_alloc(corpus->stems.count + 1, sizeof(*word_counts));
    for (size_t i = 0; i < phrases->count; i++) {
        struct subject subject = read_subject(&phrases->phrases[i], sentences, word_counts);
        double share = (double)subject.records / (double)side->records,
               other_share = (double)subject.other_records / (double)(side->other_records + 1);
        subject.weight = (double)subject.records * share / (share + other_share);
        if (subject.records >= MIN_SUBJECT_RECORDS && share > other_share &&
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
                      struct sentences *sentences, const size_t *numbers, size_t count,
                      struct error *error)
{
    struct arena scratch = {0};
    struct text clauses[MAX_SENTENCES];
    struct sentiment_probabilities probabilities[MAX_SENTENCES];
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = member_texts_copy(texts, &sentences->items[numbers[i]].passage, &scratch, &clauses[i],
                               error);
    ok = ok && clause_reader_predict(side->finder->clause_reader,
                                     (struct text_array){clauses, count}, probabilities, error);
    for (size_t i = 0; ok && i < count; i++) {
        struct sentence *sentence = &sentences->items[numbers[i]];
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
static bool add_example(const struct sentences *sentences, size_t number,
                        const struct text *subject, size_t records, size_t *used,
                        struct examples *examples)
{
    const struct sentence *sentence = &sentences->items[number];
    if (!sentence->is_confirmed)
        return false;
    for (size_t i = 0; i < examples->count; i++) {
        const struct sentence *other = &sentences->items[used[i]];
        if (other->passage.member == sentence->passage.member ||
            (other->aspect && other->aspect == sentence->aspect))
            return false;
    }
    used[examples->count] = number;
    examples->items[examples->count++] = (struct example){
        .passage = sentence->passage, .subject = subject ? *subject : TEXT(""), .records = records};
    return true;
}

static bool choose_examples(const struct example_side *side, struct member_texts *texts,
                            struct sentences *sentences, size_t max_examples,
                            struct examples *examples, struct error *error)
{
    struct subject subjects[MAX_SUBJECTS];
    struct phrase_list phrases = {0};
    size_t numbers[MAX_SENTENCES], count = 0, other_count = 0, used[MAX_EXAMPLES];
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
    for (size_t i = 0; ok && i < subject_count && examples->count < max_examples; i++) {
        struct text name =
            phrase_format(subjects[i].phrase, &sentences->corpus, side->group->arena);
        for (size_t k = 0; k < subjects[i].sentence_count; k++)
            if (add_example(sentences, subjects[i].sentences[k].number, &name, subjects[i].records,
                            used, examples))
                break;
    }
    for (size_t i = 0; ok && i < other_count && examples->count < max_examples; i++)
        add_example(sentences, others[i].number, NULL, 0, used, examples);
    for (size_t i = 0; ok && i < examples->count; i++)
        ok = member_texts_copy(texts, &examples->items[i].passage, side->group->arena,
                               &examples->items[i].text, error);
    phrase_list_free(&phrases);
    return ok;
}

bool examples_find(const struct example_finder *finder, const struct group *group,
                   enum sentiment polarity, struct member_texts *texts, struct examples *examples,
                   struct error *error)
{
    bool *is_counted = memory_alloc(group->member_count, sizeof(*is_counted));
    struct side_counts counts = count_side(group, polarity, is_counted);
    size_t max_examples = count_allowed(group, &counts);
    struct sentences sentences = {0};
    struct example_side side = {finder, group, polarity, SIZE_MAX, is_counted, counts.records, 0};
    for (size_t i = 0; i < group->member_count; i++)
        side.other_records += is_of_other_side(group, i, polarity);
    size_t topic = topic_names_find(&finder->taxonomy->names, group->key.topic);
    if (topic < finder->taxonomy->names.count && taxonomy_has_phrases(finder->taxonomy, topic))
        side.topic = topic;
    *examples = (struct examples){0};
    bool ok = max_examples == 0 ||
              (read_sentences(&side, texts, &sentences, error) &&
               choose_examples(&side, texts, &sentences, max_examples, examples, error));
    phrase_corpus_free(&sentences.corpus);
    free(sentences.items);
    free(is_counted);
    return ok;
}
