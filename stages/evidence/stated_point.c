/* stated_point.c - reads the statements of a text, and compares them with those of the point. */
#include "stages/evidence/stated_point.h"

#include "base/ascii.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "stages/text/clause_words.h"
#include "stages/text/sentence_quality.h"

void stated_point_free(struct stated_point *point)
{
    hash_table_free(&point->wholes);
}

enum { CLAUSES_OF_A_WHOLE = 4, FOREIGN_WORDS = 2, SPECIFIC_WORDS = 2 };

void stated_point_count_wholes(struct stated_point *point, struct text_array clauses)
{
    struct arena scratch = {0};
    point->clause_count = clauses.count;
    for (size_t i = 0; i < clauses.count && point->candidate->aspect == 0; i++) {
        size_t statement_count;
        arena_reset(&scratch);
        const struct statement *statements =
            statements_extract(point->reader, clauses.items[i], &scratch, &statement_count);
        for (size_t k = 0; k < statement_count; k++)
            if (statements[k].aspect == 0 && statements[k].opinion == point->candidate->opinion &&
                statements[k].whole) {
                ++*hash_table_get_or_insert(&point->wholes, statements[k].whole, 0, NULL);
                break;
            }
    }
    arena_free(&scratch);
}

/* "The app is clean" does not stand for clauses that say it of other things: one in four must say
 * it of the app. */
static size_t count_foreign_words(const struct stated_point *point,
                                  const struct statement *statement)
{
    if (statement->whole == 0 || point->is_single)
        return 0;
    const size_t *found = hash_table_find(&point->wholes, statement->whole);
    return found && *found * CLAUSES_OF_A_WHOLE >= point->clause_count ? 0 : FOREIGN_WORDS;
}

/* A text begins with a capital, so that its first word may be a name: if nothing lists it. */
static bool may_begin_with_name(const struct statement_reader *reader, struct text text)
{
    size_t size = 0, letter;
    while (size < text.size && text.bytes[size] != ' ' && text.bytes[size] != ',')
        size++;
    if (normalize_letter_class(utf8_decode(text, 0, &letter)) != LETTER_SPACED_SCRIPT)
        return false;
    return !clause_words_knows(&reader->lexicon, text_slice(text, 0, size));
}

/* A shortened clause may have lost what the point says, or its negation. */
size_t stated_point_count_extra_words(void *user, struct text text)
{
    const struct stated_point *point = user;
    const struct point_candidate *candidate = point->candidate;
    struct arena scratch = {0};
    bool is_praise = candidate->polarity == SENTIMENT_POSITIVE, is_mixed = false,
         is_specific = false, is_korean = !ascii_is_letter(text.bytes[0]),
         is_word = text_find(text, TEXT(" "), 0) == text.size;
    size_t count, extra = SIZE_MAX;
    const struct statement *statements = statements_extract(point->reader, text, &scratch, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_same_side =
            statements[i].polarity == 0 || (statements[i].polarity > 0) == is_praise;
        is_mixed |= !is_same_side;
        if (is_same_side && (!is_word || statements[i].says_itself) &&
            statements[i].aspect == candidate->aspect &&
            (statements[i].opinion == candidate->opinion ||
             (point->is_single && statements[i].is_open && candidate->is_general &&
              !sentence_is_first_person(text))) &&
            statements[i].extra_words <= point->max_extra_words)
            extra = statements[i].extra_words + (size_t)statements[i].is_open +
                    (is_korean && !statements[i].is_last && statements[i].opinion ? 1 : 0) +
                    count_foreign_words(point, &statements[i]);
        is_specific |= candidate->is_general && !statements[i].is_general && is_same_side &&
                       statements[i].aspect == candidate->aspect && statements[i].opinion;
    }
    arena_free(&scratch);
    /* "The delivery was good and fast" does not say what "good delivery" does. */
    if (is_specific && extra < SIZE_MAX)
        extra += SPECIFIC_WORDS;
    /* "The staircase is dirty" does not say that all is. */
    if (candidate->aspect == 0 && !point->is_single && extra < SIZE_MAX)
        extra *= 2;
    return is_mixed || may_begin_with_name(point->reader, text) ? SIZE_MAX : extra;
}
