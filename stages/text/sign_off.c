/* sign_off.c - compares the last sentences and lines of a text with formulas of letters. */
#include "stages/text/sign_off.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum formula_kind {
    FORMULA_ALONE,       /* may have no name: "Best regards" */
    FORMULA_LINE_ALONE,  /* the same, at the beginning of a line only: "LG" */
    FORMULA_NAME,        /* needs a comma or a line break, and a name: "Cheers, Tom" */
    FORMULA_LINE_NAME,   /* the same, at the beginning of a line only: "Thanks,\nMark" */
    FORMULA_DEVICE,      /* a mail program's line: "Sent from my phone" */
    FORMULA_DEVICE_END,  /* the same; the words are the end of the line */
    FORMULA_AFTER_NAME,  /* follows a Korean name: "드림" */
    FORMULA_BEFORE_NAME, /* may precede it: "고객" */
};

/* What begins where a formula does. */
enum place { PLACE_TEXT, PLACE_LINE, PLACE_SENTENCE };

static const struct formula {
    struct text words;
    enum formula_kind kind;
} formulas[] = {
#define ROW(language, words, kind) {TEXT(words), FORMULA_##kind},
#include "stages/text/data/sign_offs.inc"
#undef ROW
};

static const char *const korean_surnames[] = {
#define ROW(language, name) name,
#include "stages/text/data/surnames.inc"
#undef ROW
    NULL,
};

/* Words that look like a Korean name. */
static const char *const no_names[] = {
#define ROW(language, word) word,
#include "stages/text/data/no_names.inc"
#undef ROW
    NULL,
};

enum {
    MAX_CLOSING_SIZE = 200, /* bytes of formula and name lines */
    MAX_DEVICE_SIZE = 60,   /* bytes of "Sent from ..." */
    MAX_NAME_SIZE = 60,     /* bytes of a line with a name */
    MAX_NAME_WORDS = 4,
    MAX_NAME_LINES = 3,
};

/* ---- Names ---- */

enum { FIRST_HANGUL = 0xAC00, LAST_HANGUL = 0xD7A3 };

static bool is_upper_case(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
           (c >= 0x100 && c <= 0x17F && c % 2 == (c >= 0x139 && c <= 0x148)) ||
           (c >= 0x391 && c <= 0x3AB) || (c >= 0x400 && c <= 0x42F);
}

static bool is_east_asian(uint32_t c)
{
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= FIRST_HANGUL && c <= LAST_HANGUL);
}

static bool is_letter_or_mark(struct text text, size_t at)
{
    char c = text.bytes[at];
    return ascii_is_letter(c) || c == '\'' || c == '-' ||
           ((unsigned char)c >= 0x80 && utf8_multibyte_size(text, at));
}

/* "Anna", "O'Neil", "J.", "田中" */
static bool is_name_word(struct text word)
{
    if (text_ends_with(word, TEXT(".")))
        word.size--;
    if (!word.size)
        return false;
    size_t size, count = 0;
    uint32_t first = utf8_decode(word, 0, &size);
    bool east_asian = is_east_asian(first);
    if (!is_upper_case(first) && !east_asian)
        return false;
    for (size_t at = 0; at < word.size; at += size, count++) {
        uint32_t c = utf8_decode(word, at, &size);
        if (!is_letter_or_mark(word, at) || (c >= 0x2000 && c <= 0x303F) || c >= 0xFF00 ||
            is_east_asian(c) != east_asian)
            return false;
    }
    if (first >= FIRST_HANGUL && first <= LAST_HANGUL)
        return count >= 2 && count <= 4 &&
               text_is_one_of_ignore_case(text_slice(word, 0, size), korean_surnames);
    return !east_asian || count <= 5;
}

/* Whether the line is a name: one to four words in capitals. */
static bool is_name(struct text line)
{
    struct text word;
    size_t words = 0;
    line = text_trim(line);
    if (!line.size || line.size > MAX_NAME_SIZE)
        return false;
    while (line.size && text_split(&line, ' ', &word)) {
        bool is_particle = words > 0 && word.size <= 3 && ascii_is_letter(word.bytes[0]);
        if (++words > MAX_NAME_WORDS || (!is_name_word(word) && !is_particle))
            return false;
    }
    return true;
}

/* Whether the word may be one of a firm, a profession, an address or a number: in capitals, at most
 * three letters ("of", "und"), or with digits or "@". */
static bool is_detail_word(struct text word)
{
    enum { MAX_SMALL_WORD_SIZE = 3, MAX_ABBREVIATION_SIZE = 4 }; /* "Dr.", "Inc." */
    size_t size;
    bool has_mark = false;
    for (size_t i = 0; i < word.size; i++)
        has_mark |= ascii_is_digit(word.bytes[i]) || word.bytes[i] == '@';
    bool ends_sentence =
        word.size > MAX_ABBREVIATION_SIZE && strchr(".!?", word.bytes[word.size - 1]) != NULL;
    return has_mark || (!ends_sentence && (word.size <= MAX_SMALL_WORD_SIZE ||
                                           is_upper_case(utf8_decode(word, 0, &size))));
}

/* A line below a name, but not a postscript. */
static bool is_name_detail(struct text line)
{
    size_t size, words = 0;
    if (!line.size || line.size > MAX_NAME_SIZE || text_starts_with(line, TEXT("PS")) ||
        text_starts_with(line, TEXT("P.S")))
        return false;
    bool begins = is_upper_case(utf8_decode(line, 0, &size)) || ascii_is_digit(line.bytes[0]) ||
                  line.bytes[0] == '+' || line.bytes[0] == '(';
    struct text word;
    while (line.size && text_split(&line, ' ', &word))
        if (++words > MAX_NAME_WORDS + 1 || !is_detail_word(word))
            return false;
    return begins;
}

/* Whether the text is a name and at most two lines of details. */
static bool is_name_block(struct text text)
{
    struct text line;
    for (size_t lines = 0; text.size && text_split(&text, '\n', &line);) {
        if (!line.size)
            continue;
        if (++lines > MAX_NAME_LINES || !(lines == 1 ? is_name(line) : is_name_detail(line)))
            return false;
    }
    return true;
}

/* ---- Formulas ---- */

/* The size of a mark that separates a formula from a name: "," and its East Asian forms, a line
 * break, a dash between blanks. */
static size_t measure_separator(struct text text, size_t at)
{
    static const struct text wide_marks[] = {{"。", 3}, {"，", 3}, {"、", 3}, {"–", 3}, {"—", 3}};
    char c = text.bytes[at];
    if (c == ',' || c == '\n' || (c == '-' && at > 0 && strchr(" \n", text.bytes[at - 1])))
        return 1;
    for (size_t i = 0; i < sizeof(wide_marks) / sizeof(*wide_marks); i++)
        if (text_starts_with(text_slice(text, at, text.size), wide_marks[i]))
            return wide_marks[i].size;
    return 0;
}

/* Where the marks and blanks that begin at `at` end. */
static size_t skip_marks(struct text text, size_t at, bool *has_separator)
{
    while (at < text.size) {
        size_t size = measure_separator(text, at);
        *has_separator |= size > 0;
        if (!size && !strchr(" .!:;~", text.bytes[at]))
            break;
        at += size ? size : 1;
    }
    return at;
}

/* Whether the text, the rest of a record, is the formula and a name, which may be empty. */
static bool is_closing(const struct formula *formula, struct text text, enum place place,
                       struct text *name)
{
    if (formula->kind == FORMULA_BEFORE_NAME)
        return false;
    bool needs_line = formula->kind == FORMULA_LINE_ALONE || formula->kind == FORMULA_LINE_NAME;
    bool may_be_alone = formula->kind == FORMULA_ALONE || formula->kind == FORMULA_LINE_ALONE;
    bool has_separator = false;
    if ((needs_line && place == PLACE_SENTENCE) || (place == PLACE_TEXT && !may_be_alone) ||
        !text_starts_with_ignore_case(text, formula->words))
        return false;
    size_t end = formula->words.size, name_begin = skip_marks(text, end, &has_separator);
    if (name_begin == end && end < text.size) /* a longer word */
        return false;
    *name = text_trim(text_slice(text, name_begin, text.size));
    if (!name->size)
        return may_be_alone;
    return (may_be_alone || has_separator) && is_name_block(*name);
}

static bool is_device_line(const struct formula *formula, struct text text, enum place place)
{
    if (text.size > MAX_DEVICE_SIZE || (text.size && memchr(text.bytes, '\n', text.size)))
        return false;
    return formula->kind == FORMULA_DEVICE
               ? text_starts_with_ignore_case(text, formula->words)
               : place != PLACE_SENTENCE && text_ends_with(text, formula->words);
}

static bool is_korean_name(struct text name)
{
    enum { SYLLABLE_SIZE = 3 };
    return name.size == 3 * SYLLABLE_SIZE && !text_is_one_of_ignore_case(name, no_names) &&
           is_name_word(name);
}

static bool is_role(struct text word)
{
    for (size_t i = 0; i < sizeof(formulas) / sizeof(*formulas); i++)
        if (formulas[i].kind == FORMULA_BEFORE_NAME && text_equal(word, formulas[i].words))
            return true;
    return false;
}

/* "김지현 드림", "고객 김지현 올림." */
static bool is_korean_closing(const struct formula *formula, struct text text, struct text *name)
{
    while (text.size && strchr(". ~", text.bytes[text.size - 1]))
        text.size--;
    if (!text_ends_with(text, formula->words))
        return false;
    *name = text_trim(text_slice(text, 0, text.size - formula->words.size));
    size_t blank = text_find(*name, TEXT(" "), 0);
    if (blank < name->size && is_role(text_slice(*name, 0, blank)))
        *name = text_slice(*name, blank + 1, name->size);
    return is_korean_name(*name);
}

static bool begins_closing(struct text text, enum place place, struct text *name)
{
    for (size_t i = 0; i < sizeof(formulas) / sizeof(*formulas); i++) {
        const struct formula *formula = &formulas[i];
        bool matches = formula->kind == FORMULA_AFTER_NAME ? is_korean_closing(formula, text, name)
                       : formula->kind == FORMULA_DEVICE || formula->kind == FORMULA_DEVICE_END
                           ? is_device_line(formula, text, place)
                           : is_closing(formula, text, place, name);
        if (matches)
            return true;
        *name = (struct text){0};
    }
    return false;
}

/* ---- The text ---- */

/* Whether a sentence ends before the blank at `at`, or a full stop of East Asia before `at`. */
static bool follows_sentence(struct text text, size_t at)
{
    struct text before = text_slice(text, 0, at);
    bool is_wide = text_ends_with(before, TEXT("。")) || text_ends_with(before, TEXT("！")) ||
                   text_ends_with(before, TEXT("？"));
    if (is_wide || at < 2 || text.bytes[at - 1] != ' ')
        return is_wide;
    char c = text.bytes[at - 2];
    return c == '.' || c == '!' || c == '?' || c == '~' || c == ')' || c == '"' ||
           (unsigned char)c == 0xA6; /* the last byte of "…" */
}

/* Where the closing begins, at `from` or later; text.size if there is none. */
static size_t find_closing(struct text text, size_t from, struct text *name)
{
    size_t begin =
        utf8_boundary_before(text, text.size > MAX_CLOSING_SIZE ? text.size - MAX_CLOSING_SIZE : 0);
    *name = (struct text){0};
    for (size_t at = begin > from ? begin : from; at < text.size; at++) {
        enum place place = at == 0                      ? PLACE_TEXT
                           : text.bytes[at - 1] == '\n' ? PLACE_LINE
                                                        : PLACE_SENTENCE;
        if ((place != PLACE_SENTENCE || follows_sentence(text, at)) &&
            begins_closing(text_slice(text, at, text.size), place, name))
            return at;
    }
    return text.size;
}

/* Whether the author has this word: a whole word or, since addresses join words, a long part. "No"
 * is no name of "Nora". `is_initial`: it may begin a word that the address joins. */
static bool author_has(struct text author, struct text word, bool is_initial)
{
    enum { MIN_PART_SIZE = 5 }; /* bytes */
    for (size_t at = 0; at + word.size <= author.size; at++) {
        size_t end = at + word.size;
        bool is_whole = (at == 0 || !ascii_is_letter(author.bytes[at - 1])) &&
                        (end == author.size || !ascii_is_letter(author.bytes[end]));
        if ((is_whole || is_initial || word.size >= MIN_PART_SIZE) &&
            text_starts_with_ignore_case(text_slice(author, at, author.size), word))
            return true;
    }
    return false;
}

/* Whether the line is a name of which every word is in the author's; "D." stands for "David". */
static bool names_author(struct text line, struct text author)
{
    enum { MIN_WORD_SIZE = 2 };
    struct text word;
    while (line.size && strchr("- ", line.bytes[0]))
        line = text_slice(line, 1, line.size);
    if (!author.size || !is_name(line))
        return false;
    while (line.size && text_split(&line, ' ', &word)) {
        if (word.size < MIN_WORD_SIZE)
            return false;
        bool is_initial = text_ends_with(word, TEXT("."));
        word.size -= is_initial;
        if (!author_has(author, word, is_initial))
            return false;
    }
    return true;
}

/* Where a line begins that names the author, with at most two lines of details below it; text.size
 * if there is none. */
static size_t find_author_line(struct text text, struct text author)
{
    size_t lines = 0;
    for (size_t at = text.size; at > 1 && lines < MAX_NAME_LINES; at--) {
        if (text.bytes[at - 1] != '\n')
            continue;
        struct text rest = text_slice(text, at, text.size), line;
        if (!text_split(&rest, '\n', &line) || !line.size)
            continue;
        lines++;
        if (names_author(line, author) &&
            (lines == 1 || is_name_block(text_slice(text, at, text.size))))
            return at;
    }
    return text.size;
}

struct text sign_off_strip(struct text text, struct text author)
{
    struct text name;
    /* "Sent from ..." may follow a name. */
    for (;;) {
        size_t at = find_closing(text, 1, &name);
        if (at == text.size)
            at = find_author_line(text, author);
        if (at == text.size)
            return text;
        text = text_trim(text_slice(text, 0, at));
    }
}

struct text sign_off_find_name(struct text text)
{
    struct text name = {0};
    text = text_trim(text);
    for (size_t at = 0; !name.size && (at = find_closing(text, 0, &name)) < text.size;)
        text = text_trim(text_slice(text, 0, at));
    return name;
}
