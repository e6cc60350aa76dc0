/* quote_worth.c - asks for quotes, or a model that has not learned them for the sentiment. */
#include "stages/evidence/quote_worth.h"

#include <stdlib.h>

#include "base/memory.h"

/* A record of both sides is less likely to mean the side; a poor quote is worth less.
 * training/quotes.py has the same numbers. */
static const double open_record_share = 0.7, weak_share = 0.3;

/* For a model that has not learned quotes: the minimum probability of the side; the second one for
 * a sentence without a word that shows it, or in a record of both sides. */
static const double min_probability = 0.7, min_silent_probability = 0.85;

/* What a sentence gains that can be quoted for sure. */
static const double quote_gain = 150;

double quote_worth_cost(const struct side_sentence *sentence)
{
    return sentence->is_read ? (double)sentence->form_cost - quote_gain * sentence->quote_worth
                             : (double)sentence->cost;
}

bool quote_worth_suffices(const struct side_sentence *sentence)
{
    return sentence->can_be_shown &&
           (!sentence->is_read || sentence->quote_worth >= QUOTE_LAST_RESORT);
}

static bool is_own_record(const struct quote_side *side, const struct side_sentence *sentence)
{
    return side->group->members[sentence->passage.member].sentiment == side->polarity;
}

static bool ask_for_quotes(const struct quote_side *side, struct text_array texts,
                           struct side_sentence *const *sentences, struct error *error)
{
    bool is_praise = side->polarity == SENTIMENT_POSITIVE;
    struct quote_probabilities *answers = memory_alloc(texts.count, sizeof(*answers));
    bool ok = clause_reader_predict_quotes(side->reader, texts, answers, error);
    for (size_t i = 0; ok && i < texts.count; i++) {
        const struct quote_probabilities *answer = &answers[i];
        double good = is_praise ? answer->praise : answer->complaint,
               weak = is_praise ? answer->weak_praise : answer->weak_complaint,
               share = is_own_record(side, sentences[i]) ? 1 : open_record_share;
        sentences[i]->quote_worth = share * (good + weak_share * weak);
        sentences[i]->is_on_side = good + weak >= 0.5;
    }
    free(answers);
    return ok;
}

static bool ask_for_sentiment(const struct quote_side *side, struct text_array texts,
                              struct side_sentence *const *sentences, struct error *error)
{
    struct sentiment_probabilities *answers = memory_alloc(texts.count, sizeof(*answers));
    bool ok = clause_reader_predict(side->reader, texts, answers, error);
    for (size_t i = 0; ok && i < texts.count; i++) {
        double probability =
            side->polarity == SENTIMENT_POSITIVE ? answers[i].positive : answers[i].negative;
        bool is_shown = is_own_record(side, sentences[i]) && sentences[i]->has_opinion;
        sentences[i]->quote_worth =
            probability >= (is_shown ? min_probability : min_silent_probability) ? 1 : 0;
    }
    free(answers);
    return ok;
}

bool quote_worth_read(const struct quote_side *side, struct member_texts *texts,
                      struct side_sentences *sentences, const size_t *numbers, size_t count,
                      struct error *error)
{
    struct arena scratch = {0};
    struct text *items = arena_alloc(&scratch, count, sizeof(*items));
    struct side_sentence **read = arena_alloc(&scratch, count, sizeof(struct side_sentence *));
    bool ok = true, is_either = side->polarity == SENTIMENT_NEUTRAL;
    for (size_t i = 0; ok && i < count; i++) {
        read[i] = &sentences->items[numbers[i]];
        read[i]->is_read = true;
        read[i]->quote_worth = is_either ? 1 : 0;
        ok = is_either || member_texts_copy(texts, &read[i]->passage, &scratch, &items[i], error);
    }
    struct text_array asked = {items, count};
    if (ok && !is_either)
        ok = clause_reader_knows_quotes(side->reader) ? ask_for_quotes(side, asked, read, error)
                                                      : ask_for_sentiment(side, asked, read, error);
    arena_free(&scratch);
    return ok;
}

bool quote_worth_reads_all(const struct clause_reader *reader, const struct group *group)
{
    enum { MAX_RECORDS = 100 };
    return clause_reader_knows_quotes(reader) && group->member_count <= MAX_RECORDS;
}

bool quote_worth_read_all(const struct quote_side *side, struct member_texts *texts,
                          struct side_sentences *sentences, struct error *error)
{
    size_t *numbers = memory_alloc(sentences->count, sizeof(*numbers)), count = 0;
    for (size_t i = 0; i < sentences->count; i++)
        if (!sentences->items[i].is_of_other_side)
            numbers[count++] = i;
    bool ok = quote_worth_read(side, texts, sentences, numbers, count, error);
    free(numbers);
    return ok;
}
