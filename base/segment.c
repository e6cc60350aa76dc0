/* segment.c - ICU's sentence and word boundaries over UTF-8, and what feedback adds to them. */
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
                         "ICU gives no sentence boundaries (%s); install libicu72 anew",
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

/* The size of a mark that can end a sentence (. ! ? and … 。 ！ ？) at `at`, or 0. */
static size_t terminator_size(struct text text, size_t at)
{
    char first = text.bytes[at];
    if (first == '.' || first == '!' || first == '?')
        return 1;
    static const struct text multibyte_terminators[] = {{"…", 3}, {"。", 3}, {"！", 3}, {"？", 3}};
    struct text rest = text_slice(text, at, at + 3);
    for (size_t i = 0; i < sizeof(multibyte_terminators) / sizeof(*multibyte_terminators); i++)
        if (text_equal(rest, multibyte_terminators[i]))
            return multibyte_terminators[i].size;
    return 0;
}

static size_t closing_mark_size(struct text text, size_t at)
{
    char first = text.bytes[at];
    if (first == ')' || first == ']' || first == '"' || first == '\'')
        return 1;
    struct text rest = text_slice(text, at, at + 3);
    return text_equal(rest, TEXT("”")) || text_equal(rest, TEXT("’")) ? 3 : 0;
}

/* Whether the point at `at` belongs to the word before it: "Mr.", "e.g.", "J.". */
static bool is_abbreviation(struct text text, size_t at)
{
    static const char *const words[] = {"mr", "mrs", "ms",     "dr", "st",  "vs",  "e.g",  "i.e",
                                        "no", "nr",  "approx", "ca", "z.b", "bzw", "incl", NULL};
    size_t begin = at;
    while (begin > 0 && at - begin < 8 && !ascii_is_space(text.bytes[begin - 1]) &&
           text.bytes[begin - 1] != '(')
        begin--;
    struct text word = text_slice(text, begin, at);
    if (word.size == 1 && word.bytes[0] >= 'A' && word.bytes[0] <= 'Z')
        return word.bytes[0] != 'I';
    for (size_t i = 0; words[i]; i++)
        if (text_equal_ignore_case(word, text_of(words[i])))
            /* "no." ends more sentences than it begins numbers. */
            return !text_equal_ignore_case(word, TEXT("no")) ||
                   (at + 2 < text.size && text.bytes[at + 2] >= '0' && text.bytes[at + 2] <= '9');
    return false;
}

/* The end of the letters from `at` on; '\'' is one of them within a word. */
static size_t find_letters_end(struct text text, size_t at)
{
    while (at < text.size && (ascii_is_letter(text.bytes[at]) || text.bytes[at] == '\''))
        at++;
    return at;
}

/* Whether a word behind a point may begin a sentence: it is no end of an address or a file's name.
 * Of those of two letters, written small, nearly all are countries. */
static bool can_start_sentence(struct text word)
{
    static const char *const sentence_starters[] = {"i", "we", "he", NULL};
    static const char *const ends[] = {
        "com", "net", "org", "info", "biz",  "edu", "gov", "shop", "store", "online", "site",
        "app", "dev", "xyz", "club", "html", "htm", "php", "pdf",  "txt",   "csv",    "xml",
        "doc", "xls", "zip", "exe",  "apk",  "jpg", "png", "docx", "xlsx",  "jpeg",   NULL};
    if (word.size == 2 && word.bytes[0] < 'a' && word.bytes[1] >= 'a')
        return true;
    const char *const *list = word.size < 3 ? sentence_starters : ends;
    for (size_t i = 0; list[i]; i++)
        if (text_equal_ignore_case(word, text_of(list[i])))
            return list == sentence_starters;
    return list == ends;
}

/* "too late.The box": whether a sentence ends at the points [at, behind) although a letter follows.
 * Behind one point the words beside it must show that it is none of an address or a file. */
static bool is_missing_space(struct text text, size_t at, size_t after_mark)
{
    size_t begin = at, end = find_letters_end(text, after_mark);
    while (begin > 0 && ascii_is_letter(text.bytes[begin - 1]))
        begin--;
    if (end == after_mark || text.bytes[at] != '.')
        return false;
    if (after_mark - at > 1)
        return at > 0;
    static const char *const address_characters = ".@/_:\\-";
    bool is_word_before =
        at - begin > 1 && !(begin > 0 && strchr(address_characters, text.bytes[begin - 1]));
    bool is_word_after =
        !(end < text.size && strchr(address_characters + 1, text.bytes[end])) &&
        !(end + 1 < text.size && text.bytes[end] == '.' && ascii_is_letter(text.bytes[end + 1]));
    return is_word_before && is_word_after && can_start_sentence(text_slice(text, after_mark, end));
}

/* Where the sentence that a mark or line break at `at` ends is over, or 0 when it ends none. *next
 * is where to look on. */
static size_t find_sentence_end(struct text text, size_t at, size_t *next)
{
    *next = at + 1;
    size_t after_mark = at;
    if (text.bytes[at] != '\n') {
        size_t size, mark_count = 0;
        for (; after_mark < text.size && (size = terminator_size(text, after_mark)) > 0;
             after_mark += size)
            mark_count++;
        if (mark_count == 0)
            return 0;
        bool is_point = mark_count == 1 && text.bytes[at] == '.';
        while (after_mark < text.size && (size = closing_mark_size(text, after_mark)) > 0)
            after_mark += size;
        *next = after_mark;
        if (after_mark < text.size && !ascii_is_space(text.bytes[after_mark]) &&
            !is_missing_space(text, at, after_mark))
            return 0;
        if (is_point && is_abbreviation(text, at))
            return 0;
    }
    while (after_mark < text.size && ascii_is_space(text.bytes[after_mark]))
        after_mark++;
    *next = after_mark;
    return after_mark;
}

struct ends {
    size_t *offsets; /* malloc */
    size_t count, capacity;
};

static void add_end(struct ends *ends, size_t offset)
{
    if (ends->count > 0 && ends->offsets[ends->count - 1] >= offset)
        return;
    ends->offsets =
        memory_grow(ends->offsets, &ends->capacity, ends->count + 1, sizeof(*ends->offsets));
    ends->offsets[ends->count++] = offset;
}

/* ICU ends a sentence behind "Mr. " too. */
static bool is_false_sentence_end(struct text text, size_t offset)
{
    size_t at = offset;
    while (at > 0 && ascii_is_space(text.bytes[at - 1]))
        at--;
    bool has_line_break =
        at < offset && text_find(text_slice(text, at, offset), TEXT("\n"), 0) < offset - at;
    return !has_line_break && at > 0 && text.bytes[at - 1] == '.' &&
           is_abbreviation(text, at - 1) && offset < text.size;
}

const size_t *segment_sentences(struct segmenter *segmenter, struct text text, struct arena *arena,
                                size_t *count)
{
    struct ends ends = {0};
    UBreakIterator *iterator = set_iterator_text(segmenter, segmenter->sentences, text);
    size_t at = 0;
    for (int32_t found = ubrk_next(iterator); found != UBRK_DONE; found = ubrk_next(iterator)) {
        size_t offset = (size_t)found;
        while (at < offset) {
            size_t next, end = find_sentence_end(text, at, &next);
            if (end)
                add_end(&ends, end);
            at = next;
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
