/* quote_passage.c - sentences by ICU, topics by the phrases of the taxonomy. */
#include "stages/evidence/quote_passage.h"

#include "base/normalize.h"
#include "base/utf8.h"

static bool is_about(const struct quote_finder *finder, struct text text, struct text topic,
                     struct text phrase)
{
    struct text first;
    if (phrase.size > 0 && text_split(&phrase, ';', &first)) {
        struct text normalized = normalize_key(text, finder->scratch);
        struct text wanted = normalize_key(first, finder->scratch);
        return text_find(normalized, wanted, 0) < normalized.size;
    }
    size_t number = topic_names_find(&finder->taxonomy->names, topic);
    return number < finder->taxonomy->names.count &&
           taxonomy_matches_topic(finder->taxonomy, text, number);
}

static bool fits(struct text text)
{
    return utf8_count_code_points(text) <= QUOTE_MAX_LENGTH;
}

/* The end of the words from `begin` that fit. */
static size_t cut_after_word(const struct quote_finder *finder, struct text text, size_t begin)
{
    size_t limit = begin, size;
    for (int i = 0; i < QUOTE_MAX_LENGTH && limit < text.size; i++, limit += size)
        utf8_decode(text, limit, &size);
    struct text rest = text_slice(text, begin, text.size);
    size_t word = segment_word_boundary_before(finder->segmenter, rest, limit - begin);
    return word > 0 ? begin + word : limit;
}

/* Without the white space at both ends. */
static struct quote_range trim(struct text text, struct quote_range range)
{
    struct text trimmed = text_trim(text_slice(text, range.begin, range.end));
    if (trimmed.size > 0) {
        range.begin = (size_t)(trimmed.bytes - text.bytes);
        range.end = range.begin + trimmed.size;
    }
    return range;
}

struct quote_range quote_passage_find(const struct quote_finder *finder, struct text text,
                                      struct text topic, struct text phrase)
{
    if (fits(text))
        return (struct quote_range){0, text.size, is_about(finder, text, topic, phrase)};
    size_t count, first = 0;
    const size_t *ends = segment_sentences(finder->segmenter, text, finder->scratch, &count);
    struct quote_range range = {0};
    for (size_t i = 0, begin = 0; i < count && !range.is_about; begin = ends[i++])
        if (is_about(finder, text_slice(text, begin, ends[i]), topic, phrase))
            range = (struct quote_range){begin, ends[first = i], true};
    if (!range.is_about)
        range.end = ends[0];
    if (!fits(text_slice(text, range.begin, range.end)))
        range.end = cut_after_word(finder, text, range.begin);
    else
        while (first + 1 < count && fits(text_slice(text, range.begin, ends[first + 1])))
            range.end = ends[++first];
    return trim(text, range);
}
