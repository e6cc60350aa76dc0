/* phrase_quotes.c - cites the records of a phrase. */
#include "stages/evidence/phrase_quotes.h"

#include <string.h>

#include "base/utf8.h"
#include "stages/text/sentence_quality.h"

enum { MIN_CHARACTERS = 20, MAX_CHARACTERS = 200 };

/* A sentence that a person understands on its own is best: 0 to 4. */
static int rate_sentence(struct text sentence)
{
    size_t characters = utf8_count_code_points(sentence);
    if (!sentence_is_readable(sentence) || sentence_expects_continuation(sentence))
        return 0;
    return 1 + (characters >= MIN_CHARACTERS && characters <= MAX_CHARACTERS) +
           sentence_is_self_contained(sentence) + sentence_is_finished(sentence);
}

/* The best sentence of the member that contains the phrase; its rating, or 0 if there is none. */
static int find_sentence(const struct phrase_quoter *quoter, const struct phrase *phrase,
                         const struct member *member, struct insight_quote *quote)
{
    size_t count, begin = 0;
    int best = 0;
    const size_t *ends =
        segment_sentences(quoter->segmenter, member->text, quoter->arena, &count);
    for (size_t i = 0; i < count; begin = ends[i++]) {
        struct text sentence = text_trim(text_slice(member->text, begin, ends[i]));
        int rating = rate_sentence(sentence);
        if (rating <= best || !phrase_is_in(phrase, quoter->corpus, sentence))
            continue;
        best = rating;
        size_t offset = (size_t)(sentence.bytes - member->text.bytes);
        *quote = (struct insight_quote){member->feedback_id, offset, offset + sentence.size};
    }
    return best;
}

bool phrase_quoter_cite(const struct phrase_quoter *quoter, const struct phrase *phrase,
                        const uint64_t *ids, size_t count, struct insight *insight,
                        struct error *error)
{
    struct group group = {.arena = quoter->arena};
    struct group_entry entry = {.feedback_ids = ids, .member_count = count};
    if (!store_load_group_members(quoter->store, &entry, &group, error))
        return false;
    struct insight_quote *quotes = arena_alloc(quoter->arena, INSIGHT_MAX_QUOTES, sizeof(*quotes));
    int ratings[INSIGHT_MAX_QUOTES] = {0};
    insight->evidence_ids = ids;
    insight->evidence_count = count;
    insight->quotes = quotes;
    insight->quote_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct insight_quote quote;
        int rating = find_sentence(quoter, phrase, &group.members[i], &quote);
        size_t place = insight->quote_count;
        while (place > 0 && ratings[place - 1] < rating)
            place--;
        if (!rating || place == INSIGHT_MAX_QUOTES)
            continue;
        size_t moved = insight->quote_count < INSIGHT_MAX_QUOTES ? insight->quote_count++ - place
                                                                 : INSIGHT_MAX_QUOTES - 1 - place;
        memmove(&quotes[place + 1], &quotes[place], moved * sizeof(*quotes));
        memmove(&ratings[place + 1], &ratings[place], moved * sizeof(*ratings));
        quotes[place] = quote;
        ratings[place] = rating;
    }
    return true;
}
