/* segment.c - sentence and word boundaries by ICU, and corrections for customers' writing. */
#include "base/segment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "base/utf8.h"

struct segmenter {
    UBreakIterator *sentences, *words;
    UText *text; /* reused from call to call */
};

bool segmenter_open(struct segmenter **segmenter, struct error *error)
{
    struct segmenter *created = memory_alloc(1, sizeof(*created));
    UErrorCode status = U_ZERO_ERROR;
    created->sentences = ubrk_open(UBRK_SENTENCE, "en", NULL, 0, &status);
    created->words = ubrk_open(UBRK_WORD, "en", NULL, 0, &status);
    if (U_FAILURE(status)) {
        segmenter_close(created);
        *segmenter = NULL;
        return error_set(error, ERROR_INPUT,
                         "ICU has no sentence boundaries (%s); reinstall libicu72",
                         u_errorName(status));
    }
    *segmenter = created;
    return true;
}

void segmenter_close(struct segmenter *segmenter)
{
    if (!segmenter)
        return;
    ubrk_close(segmenter->sentences);
    ubrk_close(segmenter->words);
    utext_close(segmenter->text);
    free(segmenter);
}

static UBreakIterator *set_iterator_text(struct segmenter *segmenter, UBreakIterator *iterator,
                                         struct text text)
{
    assert(text.size < INT32_MAX);
    UErrorCode status = U_ZERO_ERROR;
    segmenter->text = utext_openUTF8(segmenter->text, text.bytes, (int64_t)text.size, &status);
    ubrk_setUText(iterator, segmenter->text, &status);
    assert(U_SUCCESS(status));
    return iterator;
}

/* The bytes of a mark at `position` that can end a sentence (. ! ? … 。 ！ ？); 0: there is none.
 */
static size_t terminator_size(struct text text, size_t position)
{
    char first = text.bytes[position];
    if (first == '.' || first == '!' || first == '?')
        return 1;
    static const struct text multibyte_terminators[] = {{"…", 3}, {"。", 3}, {"！", 3}, {"？", 3}};
    struct text rest = text_slice(text, position, position + 3);
    for (size_t i = 0; i < sizeof(multibyte_terminators) / sizeof(*multibyte_terminators); i++)
        if (text_equal(rest, multibyte_terminators[i]))
            return multibyte_terminators[i].size;
    return 0;
}

static size_t closing_mark_size(struct text text, size_t position)
{
    char first = text.bytes[position];
    if (first == ')' || first == ']' || first == '"' || first == '\'')
        return 1;
    struct text rest = text_slice(text, position, position + 3);
    return text_equal(rest, TEXT("”")) || text_equal(rest, TEXT("’")) ? 3 : 0;
}

/* Whether the full stop at `position` belongs to the word before it: "Mr.", "e.g.", "J.". */
static bool is_abbreviation(struct text text, size_t position)
{
    static const char *const abbreviations[] = {
#define ROW(language, word) word,
#include "base/data/abbreviations.inc"
#undef ROW
        NULL};
    size_t begin = position;
    while (begin > 0 && position - begin < 8 && !ascii_is_space(text.bytes[begin - 1]) &&
           text.bytes[begin - 1] != '(')
        begin--;
    struct text word = text_slice(text, begin, position);
    if (word.size == 1 && word.bytes[0] >= 'A' && word.bytes[0] <= 'Z')
        return word.bytes[0] != 'I';
    if (!text_is_one_of_ignore_case(word, abbreviations))
        return false;
    /* "no." ends a sentence more often than it abbreviates "number": a digit must follow. */
    return !text_equal_ignore_case(word, TEXT("no")) ||
           (position + 2 < text.size && ascii_is_digit(text.bytes[position + 2]));
}

/* The end of the letters and apostrophes that begin at `position`. */
static size_t find_letters_end(struct text text, size_t position)
{
    while (position < text.size &&
           (ascii_is_letter(text.bytes[position]) || text.bytes[position] == '\''))
        position++;
    return position;
}

/* Whether a word that directly follows a full stop may begin a sentence, rather than end an address
 * or a file name. */
static bool can_start_sentence(struct text word)
{
    static const char *const sentence_starters[] = {
#define ROW(language, word) word,
#include "base/data/sentence_starters.inc"
#undef ROW
        NULL};
    static const char *const address_ends[] = {
        "com", "net", "org", "info", "biz",  "edu", "gov", "shop", "store", "online", "site",
        "app", "dev", "xyz", "club", "html", "htm", "php", "pdf",  "txt",   "csv",    "xml",
        "doc", "xls", "zip", "exe",  "apk",  "jpg", "png", "docx", "xlsx",  "jpeg",   NULL};
    if (word.size == 2 && word.bytes[0] < 'a' && word.bytes[1] >= 'a')
        return true;
    return word.size < 3 ? text_is_one_of_ignore_case(word, sentence_starters)
                         : !text_is_one_of_ignore_case(word, address_ends);
}

/* "too late.The box": whether a sentence ends at the marks [position, after_mark) although a letter
 * follows. A single full stop must not be part of an address or a file name. */
static bool is_missing_space(struct text text, size_t position, size_t after_mark)
{
    size_t begin = position, end = find_letters_end(text, after_mark);
    while (begin > 0 && ascii_is_letter(text.bytes[begin - 1]))
        begin--;
    if (end == after_mark || text.bytes[position] != '.')
        return false;
    if (after_mark - position > 1)
        return position > 0;
    static const char *const address_characters = ".@/_:\\-";
    bool is_word_before =
        position - begin > 1 && !(begin > 0 && strchr(address_characters, text.bytes[begin - 1]));
    bool is_word_after =
        !(end < text.size && strchr(address_characters + 1, text.bytes[end])) &&
        !(end + 1 < text.size && text.bytes[end] == '.' && ascii_is_letter(text.bytes[end + 1]));
    return is_word_before && is_word_after && can_start_sentence(text_slice(text, after_mark, end));
}

/* The end of the sentence that a mark or line break at `position` ends, with the white space after
 * it; 0 if no sentence ends here. *next is the position at which to continue. */
static size_t find_sentence_end(struct text text, size_t position, size_t *next)
{
    *next = position + 1;
    size_t after_mark = position;
    if (text.bytes[position] != '\n') {
        size_t size, mark_count = 0;
        for (; after_mark < text.size && (size = terminator_size(text, after_mark)) > 0;
             after_mark += size)
            mark_count++;
        if (mark_count == 0)
            return 0;
        bool is_point = mark_count == 1 && text.bytes[position] == '.';
        while (after_mark < text.size && (size = closing_mark_size(text, after_mark)) > 0)
            after_mark += size;
        *next = after_mark;
        if (after_mark < text.size && !ascii_is_space(text.bytes[after_mark]) &&
            !is_missing_space(text, position, after_mark))
            return 0;
        if (is_point && is_abbreviation(text, position))
            return 0;
    }
    while (after_mark < text.size && ascii_is_space(text.bytes[after_mark]))
        after_mark++;
    *next = after_mark;
    return after_mark;
}

struct sentence_ends {
    size_t *offsets; /* owned */
    size_t count, capacity;
};

static void add_end(struct sentence_ends *ends, size_t offset)
{
    if (ends->count > 0 && ends->offsets[ends->count - 1] >= offset)
        return;
    ends->offsets =
        memory_grow(ends->offsets, &ends->capacity, ends->count + 1, sizeof(*ends->offsets));
    ends->offsets[ends->count++] = offset;
}

/* ICU also ends a sentence after "Mr. ". */
static bool is_false_sentence_end(struct text text, size_t offset)
{
    size_t position = offset;
    while (position > 0 && ascii_is_space(text.bytes[position - 1]))
        position--;
    bool has_line_break = position < offset && text_find(text_slice(text, position, offset),
                                                         TEXT("\n"), 0) < offset - position;
    return !has_line_break && position > 0 && text.bytes[position - 1] == '.' &&
           is_abbreviation(text, position - 1) && offset < text.size;
}

const size_t *segment_sentences(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count)
{
    struct sentence_ends ends = {0};
    UBreakIterator *iterator = set_iterator_text(segmenter, segmenter->sentences, text);
    size_t position = 0;
    for (int32_t found = ubrk_next(iterator); found != UBRK_DONE; found = ubrk_next(iterator)) {
        size_t offset = (size_t)found;
        while (position < offset) {
            size_t next, end = find_sentence_end(text, position, &next);
            if (end)
                add_end(&ends, end);
            position = next;
        }
        if (!is_false_sentence_end(text, offset))
            add_end(&ends, offset);
    }
    if (text.size > 0)
        add_end(&ends, text.size);
    size_t *offsets = arena_alloc(arena, ends.count, sizeof(*offsets));
    for (size_t i = 0; i < ends.count; i++)
        offsets[i] = ends.offsets[i];
    free(ends.offsets);
    *count = ends.count;
    return offsets;
}

size_t segment_word_boundary_before(struct segmenter *segmenter, struct text text, size_t limit)
{
    if (limit >= text.size)
        return text.size;
    size_t blank = limit;
    while (blank > 0 && !ascii_is_space(text.bytes[blank - 1]))
        blank--;
    if (blank >= (limit + 1) / 2 && blank > 0)
        return blank;
    UBreakIterator *iterator = set_iterator_text(segmenter, segmenter->words, text);
    int32_t found = ubrk_preceding(iterator, (int32_t)limit + 1);
    size_t word = found == UBRK_DONE ? 0 : (size_t)found;
    return word > blank ? word : blank;
}
