/* posts.c - splits a post into words, decides by its neighbours what a handle, a hashtag or a URL
 * is, and joins what is left. */
#include "stages/text/posts.h"

#include "base/ascii.h"

enum word_kind { WORD_PLAIN, WORD_HANDLE, WORD_HASHTAG, WORD_URL };

/* A word with the punctuation around it. */
struct word {
    struct text text;
    struct text separator; /* the blanks before it */
    struct text core;      /* without punctuation and without "@" and "#" */
    enum word_kind kind;
    bool is_removed;
};

struct post {
    struct word *words;
    size_t count;
};

/* ---- Kinds of words ---- */

static bool is_name_character(char c)
{
    return ascii_is_alphanumeric(c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t skip_opening_marks(struct text text)
{
    size_t at = 0;
    while (at < text.size && text.bytes[at] && strchr("(['\"*.", text.bytes[at]))
        at++;
    return at;
}

/* Where the name of a handle or hashtag that begins at `at` ends; `at` if there is none. One letter
 * outside ASCII is a particle: "@로". */
static size_t find_name_end(struct text text, size_t at)
{
    enum { MIN_NAME_SIZE = 6 };
    size_t end = at;
    if (at == text.size || ascii_is_digit(text.bytes[at]) || !is_name_character(text.bytes[at]))
        return at;
    while (end < text.size && is_name_character(text.bytes[end]))
        end++;
    return (unsigned char)text.bytes[at] >= 0x80 && end - at < MIN_NAME_SIZE ? at : end;
}

/* The same for a handle, which may have points: "@tea.house". A capital after a point begins a
 * sentence: "@teahouse.Great tea". */
static size_t find_handle_end(struct text text, size_t at)
{
    size_t end = find_name_end(text, at);
    while (end > at && end + 1 < text.size && text.bytes[end] == '.' &&
           (ascii_is_digit(text.bytes[end + 1]) ||
            (text.bytes[end + 1] >= 'a' && text.bytes[end + 1] <= 'z')))
        for (end++; end < text.size && is_name_character(text.bytes[end]);)
            end++;
    return end;
}

/* Where the URL that begins at `at` ends, or `at`. */
static size_t find_url_end(struct text text, size_t at)
{
    static const struct text beginnings[] = {{"http://", 7}, {"https://", 8},
                                             {"www.", 4},    {"t.co/", 5},
                                             {"bit.ly/", 7}, {"pic.twitter.com/", 16}};
    struct text rest = text_slice(text, at, text.size);
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
        size_t end = beginnings[i].size;
        if (!text_starts_with_ignore_case(rest, beginnings[i]) || end == rest.size ||
            !is_name_character(rest.bytes[end]))
            continue;
        while (end < rest.size && !strchr("<>\"'`|\\^{}()[]", rest.bytes[end]))
            end++;
        while (strchr(".,;:!?*", rest.bytes[end - 1]))
            end--;
        return at + end;
    }
    return at;
}

static size_t find_url(struct text text, size_t *end)
{
    for (size_t at = 0; at < text.size; at++)
        if ((at == 0 ||
             !(ascii_is_alphanumeric(text.bytes[at - 1]) || text.bytes[at - 1] == '/')) &&
            (*end = find_url_end(text, at)) > at)
            return at;
    return text.size;
}

enum { MAX_MARKS = 2 };

/* "@name", "@name@server.example", but not "@3.50". */
static void classify_word(struct word *word)
{
    struct text text = word->text;
    size_t end = 0, begin = find_url(text, &end);
    word->core = text_slice(text, begin, end);
    word->kind = WORD_URL;
    if (begin < text.size)
        return;
    word->kind = WORD_PLAIN;
    begin = skip_opening_marks(text);
    if (begin == text.size || (text.bytes[begin] != '@' && text.bytes[begin] != '#'))
        return;
    char mark = text.bytes[begin];
    size_t marks = begin;
    while (begin < text.size && text.bytes[begin] == mark)
        begin++;
    if (begin - marks > MAX_MARKS) /* a masked number, a heading */
        return;
    end = mark == '@' ? find_handle_end(text, begin) : find_name_end(text, begin);
    if (end == begin)
        return;
    if (mark == '@' && end < text.size && text.bytes[end] == '@') { /* with a server, or "@@@" */
        size_t server_end = find_name_end(text, end + 1);
        if (server_end == end + 1)
            return;
        end = text.size;
    }
    word->core = text_slice(text, begin, end);
    word->kind = mark == '@' ? WORD_HANDLE : WORD_HASHTAG;
}

/* ---- Words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* Hashtags may touch each other: "#fast#cheap". */
static bool begins_hashtag(struct text text, size_t begin, size_t at)
{
    return text.bytes[begin] == '#' && at > begin + 1 && text.bytes[at] == '#' &&
           text.bytes[at - 1] != '#' && find_name_end(text, at + 1) > at + 1;
}

/* URLs may touch the word before: "fast!https://shop.example/a". */
static bool begins_glued_url(struct text text, size_t begin, size_t at)
{
    return at > begin && text.bytes[at] == 'h' &&
           (is_name_character(text.bytes[at - 1]) || strchr(".,:!?", text.bytes[at - 1])) &&
           text_starts_with(text_slice(text, at, at + 4), TEXT("http")) &&
           find_url_end(text, at) > at;
}

static struct post split_post(struct text text, struct arena *arena)
{
    struct post post = {arena_alloc(arena, text.size / 2 + 1, sizeof(*post.words)), 0};
    for (size_t at = 0; at < text.size;) {
        size_t separator = at;
        while (at < text.size && is_blank(text.bytes[at]))
            at++;
        size_t begin = at;
        while (at < text.size && !is_blank(text.bytes[at]) && !begins_hashtag(text, begin, at) &&
               !begins_glued_url(text, begin, at))
            at++;
        if (at == begin)
            break;
        struct word *word = &post.words[post.count++];
        *word = (struct word){.text = text_slice(text, begin, at),
                              .separator = text_slice(text, separator, begin)};
        classify_word(word);
    }
    return post;
}

static bool is_word(const struct post *post, size_t i, enum word_kind kind)
{
    return i < post->count && post->words[i].kind == kind && !post->words[i].is_removed;
}

static bool ends_sentence(struct text text)
{
    return text.size && (strchr(".!?)\"", text.bytes[text.size - 1]) ||
                         (unsigned char)text.bytes[text.size - 1] >= 0x80);
}

/* ---- The beginning ---- */

/* Words before which a name at the beginning is the subject: "@shop is closed". */
static const char *const subject_verbs[] = {
#define ROW(language, word) word,
#include "stages/text/data/subject_verbs.inc"
#undef ROW
    NULL,
};

/* Whether only punctuation surrounds the name of a handle, in ASCII: "@shop:", ".@shop", but not
 * "@shop's" or "@shop은". */
static bool is_addressee(const struct word *word)
{
    struct text text = word->text, core = word->core;
    size_t end = (size_t)(core.bytes - text.bytes) + core.size;
    for (size_t i = 0; i < core.size; i++)
        if ((unsigned char)core.bytes[i] >= 0x80)
            return false;
    for (; end < text.size; end++)
        if (is_name_character(text.bytes[end]))
            return false;
    return true;
}

static bool is_subject(const struct post *post, size_t i)
{
    return !is_addressee(&post->words[i]) ||
           (i + 1 < post->count && text_is_one_of(post->words[i + 1].text, subject_verbs));
}

/* "RT @shop: words", "MT @shop words"; returns the number of words removed. */
static size_t remove_repost_marks(struct post *post)
{
    size_t i = 0;
    for (; i + 1 < post->count; i += 2) {
        struct text mark = post->words[i].text;
        bool is_mark = text_equal(mark, TEXT("RT")) || text_equal(mark, TEXT("MT")) ||
                       text_equal(mark, TEXT("QT"));
        if (!is_mark || !is_word(post, i + 1, WORD_HANDLE))
            break;
        post->words[i].is_removed = post->words[i + 1].is_removed = true;
    }
    return i;
}

static void remove_addressees(struct post *post)
{
    size_t i = remove_repost_marks(post);
    for (; is_word(post, i, WORD_HANDLE) && !is_subject(post, i); i++)
        post->words[i].is_removed = true;
}

/* ---- The end ---- */

/* Whether there are any. */
static bool remove_words(struct post *post, size_t begin, size_t end, enum word_kind kind)
{
    bool has_any = false;
    for (size_t i = begin; i < end; i++)
        if (post->words[i].kind == kind)
            has_any = post->words[i].is_removed = true;
    return has_any;
}

static size_t count_words(const struct post *post, size_t begin, enum word_kind kind)
{
    size_t count = 0;
    for (size_t i = begin; i < post->count; i++)
        count += is_word(post, i, kind);
    return count;
}

/* Whether nothing but punctuation that closes a bracket follows the URL: in "at t.co/a.", the URL
 * is a word of the sentence. */
static bool is_loose_url(const struct word *word)
{
    struct text text = word->text, core = word->core;
    return core.bytes == text.bytes && core.size == text.size;
}

static bool is_tail_word(const struct post *post, size_t i)
{
    const struct word *word = &post->words[i];
    return word->kind == WORD_URL      ? is_loose_url(word)
           : word->kind == WORD_HANDLE ? is_addressee(word)
                                       : word->kind == WORD_HASHTAG;
}

/* Words before which a URL is a part of the sentence: "see https://shop.example/a". */
static const char *const link_words[] = {
#define ROW(language, word) word,
#include "stages/text/data/link_words.inc"
#undef ROW
    NULL,
};

static bool leads_to_link(const struct word *word)
{
    return text_ends_with(word->text, TEXT(":")) ||
           text_is_one_of_ignore_case(word->text, link_words);
}

/* Words that introduce what is at the end: "via @name", "- https://shop.example/a". */
static bool introduces_tail(const struct post *post, size_t i)
{
    struct text text = post->words[i].text;
    if (is_word(post, i + 1, WORD_HANDLE))
        return text_equal_ignore_case(text, TEXT("via")) ||
               text_equal_ignore_case(text, TEXT("cc"));
    for (size_t at = 0; at < text.size; at++)
        if (!strchr("-|>=~", text.bytes[at]))
            return false;
    return is_word(post, i + 1, WORD_URL);
}

/* Whether a hashtag at the end is a sentence: "#but_the_lid_leaks". */
static bool has_sentence_hashtag(const struct post *post, size_t begin)
{
    enum { MIN_JOINTS = 2 };
    for (; begin < post->count; begin++) {
        size_t joints = 0;
        for (size_t i = 0; i < post->words[begin].core.size; i++)
            joints += post->words[begin].core.bytes[i] == '_';
        if (is_word(post, begin, WORD_HASHTAG) && joints >= MIN_JOINTS)
            return true;
    }
    return false;
}

static void trim_tail(struct post *post)
{
    enum { MIN_PILED_HASHTAGS = 3, MIN_PILED_HANDLES = 2 };
    size_t begin = post->count;
    while (begin > 0 && (is_tail_word(post, begin - 1) || introduces_tail(post, begin - 1)))
        begin--;
    if (begin == post->count)
        return;
    const struct word *last = begin ? &post->words[begin - 1] : NULL;
    bool is_apart =
        !last || ends_sentence(last->text) ||
        memchr(post->words[begin].separator.bytes, '\n', post->words[begin].separator.size);
    bool keeps_url =
        last && !is_apart && post->words[begin].kind == WORD_URL && leads_to_link(last);
    remove_words(post, begin + keeps_url, post->count, WORD_URL);
    bool has_introduction = remove_words(post, begin, post->count, WORD_PLAIN);
    if (is_apart || has_introduction || count_words(post, begin, WORD_HANDLE) >= MIN_PILED_HANDLES)
        remove_words(post, begin, post->count, WORD_HANDLE);
    if (last && count_words(post, begin, WORD_HASHTAG) >= MIN_PILED_HASHTAGS &&
        !has_sentence_hashtag(post, begin))
        remove_words(post, begin, post->count, WORD_HASHTAG);
}

/* ---- The result ---- */

struct text_buffer {
    char *bytes;
    size_t size;
};

static void append(struct text_buffer *buffer, struct text text)
{
    if (text.size)
        memcpy(buffer->bytes + buffer->size, text.bytes, text.size);
    buffer->size += text.size;
}

/* "www.shop.example" reads like a name. */
static bool is_host(struct text url)
{
    return text_starts_with_ignore_case(url, TEXT("www.")) && !memchr(url.bytes, '/', url.size);
}

/* The text around the core, and the core without its marks. */
static void append_word(struct text_buffer *buffer, const struct word *word)
{
    struct text text = word->text, core = word->core;
    if (word->kind == WORD_PLAIN || (word->kind == WORD_URL && is_host(core))) {
        append(buffer, text);
        return;
    }
    size_t begin = (size_t)(core.bytes - text.bytes), end = begin + core.size;
    while (word->kind != WORD_URL && begin > 0 && strchr("@#", text.bytes[begin - 1]))
        begin--;
    append(buffer, text_slice(text, 0, begin));
    append(buffer, word->kind == WORD_URL ? TEXT("[link]") : core);
    append(buffer, text_slice(text, end, text.size));
}

static struct text join_words(const struct post *post, struct text text, struct arena *arena)
{
    enum { LINK_SIZE = 6 };
    struct text_buffer buffer = {arena_alloc(arena, text.size + post->count * LINK_SIZE + 1, 1), 0};
    struct text separator = {0};
    for (size_t i = 0; i < post->count; i++) {
        const struct word *word = &post->words[i];
        bool is_line_break = word->separator.size && word->separator.bytes[0] == '\n';
        if (!separator.size || is_line_break)
            separator = word->separator;
        if (word->is_removed)
            continue;
        if (buffer.size)
            append(&buffer, separator.size ? separator : TEXT(" "));
        append_word(&buffer, word);
        separator = (struct text){0};
    }
    return (struct text){buffer.bytes, buffer.size};
}

/* Whether the text may have a handle, a hashtag or a URL. */
static bool has_marks(struct text text)
{
    for (size_t at = 0; at < text.size; at++) {
        char c = text.bytes[at];
        if (c == '@' || c == '#' || (c == '/' && at > 0) ||
            ((c == 'w' || c == 'W') &&
             text_starts_with_ignore_case(text_slice(text, at, at + 4), TEXT("www."))))
            return true;
    }
    return false;
}

struct text post_keep_words(struct text text, struct arena *arena)
{
    enum { MAX_PASSES = 8 };
    struct text before = {0};
    /* What is left may have marks again: "@a RT @b: words". */
    for (size_t pass = 0; pass < MAX_PASSES && has_marks(text) && !text_equal(text, before);
         pass++) {
        before = text;
        struct post post = split_post(text, arena);
        bool has_any = false;
        for (size_t i = 0; i < post.count; i++)
            has_any |= post.words[i].kind != WORD_PLAIN;
        if (!has_any)
            return text;
        remove_addressees(&post);
        trim_tail(&post);
        text = join_words(&post, text, arena);
    }
    return text;
}
