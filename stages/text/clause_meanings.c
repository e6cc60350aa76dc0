/* clause_meanings.c - words of a clause whose neighbors change what they mean. */
#include "stages/text/clause_meanings.h"

#include <string.h>

static struct text surface(struct text text, const struct clause_word *word)
{
    return text_slice(text, word->begin, word->end);
}

/* Whether the negation before `at` refuses: "never", "will not"; not "I don't", a habit. */
static bool refuses(struct text text, struct clause_words words, size_t at)
{
    enum { REACH = 3 };
    static const char *const refusals[] = {"never", "won't", "wont", "won’t", NULL},
                             *const advice[] = {"don't", "dont", "don’t", NULL},
                             *const not_before[] = {"do", "will", NULL},
                             *const persons[] = {"i", "we", "you", "they", NULL};
    for (size_t i = at; i > 0 && at - i < REACH; i--) {
        struct text word = surface(text, &words.items[i - 1]),
                    before = i > 1 ? surface(text, &words.items[i - 2]) : TEXT("");
        if (text_is_one_of_ignore_case(word, refusals))
            return true;
        if (text_is_one_of_ignore_case(word, advice))
            return !text_is_one_of_ignore_case(before, persons);
        if (text_equal_ignore_case(word, TEXT("not")))
            return text_is_one_of_ignore_case(before, not_before);
    }
    return false;
}

void clause_meanings_find_refusals(const struct lexicon *lexicon, struct text text,
                                   struct clause_words words)
{
    static const char *const verbs[] = {
#define ROW(language, verb) verb,
#include "stages/text/data/refused_verbs.inc"
#undef ROW
        NULL,
    };
    for (size_t i = 0; i < words.count; i++) {
        struct clause_word *word = &words.items[i];
        if (!word->is_negated || !text_is_one_of_ignore_case(surface(text, word), verbs) ||
            !refuses(text, words, i))
            continue;
        word->kind = WORD_OPINION;
        word->family = lexicon_find_family(lexicon, "unrecommended");
        word->is_negated = false;
        word->action = 0;
    }
}

/* What asks for something does not say that it is so. */
static void mark_request(struct text text, struct clause_words words)
{
    static const char *const verbs[] = {
#define ROW(language, verb) verb,
#include "stages/text/data/request_verbs.inc"
#undef ROW
        NULL,
    };
    if (words.count > 0 && text_is_one_of_ignore_case(surface(text, &words.items[0]), verbs))
        words.items[0].kind = WORD_WISH;
}

/* "one of a kind", "any kind of sauce". */
static bool is_a_sort(struct text text, struct clause_words words, size_t at)
{
    static const char *const openers[] = {"a", "any", "some", "this", "that", "every", NULL};
    const struct clause_word *word = &words.items[at], *next = word + 1;
    if (at == 0 || !text_equal_ignore_case(text_slice(text, word->begin, word->end), TEXT("kind")))
        return false;
    return text_is_one_of_ignore_case(text_slice(text, word[-1].begin, word[-1].end), openers) &&
           (at + 1 == words.count || next->has_break ||
            text_equal(text_slice(text, next->begin, next->end), TEXT("of")));
}

/* "We are used to it": a habit. */
static bool follows_be(struct text text, struct clause_words words, size_t at)
{
    static const char *const forms[] = {"am",  "is",  "are",  "was",   "were",    "be", "get",
                                        "got", "i'm", "it's", "we're", "getting", NULL};
    return at > 0 &&
           text_is_one_of_ignore_case(
               text_slice(text, words.items[at - 1].begin, words.items[at - 1].end), forms);
}

/* "I have experienced crashes": not "experienced staff". */
static bool is_lived_through(struct text text, struct clause_words words, size_t at)
{
    static const char *const before[] = {"i",    "we",   "you",   "they",  "have", "has", "had",
                                         "i've", "ever", "never", "we've", "also", NULL};
    return at > 0 && text_equal_ignore_case(surface(text, &words.items[at]), TEXT("experienced")) &&
           text_is_one_of_ignore_case(surface(text, &words.items[at - 1]), before);
}

/* "It would be great" and "it used to be great" do not say that it is. "a dog friendly hotel":
 * nobody is friendly. "a busy road": not the place itself. "I recommend booking early": not the
 * thing itself. */
static void drop_other_meanings(struct text text, struct clause_words words)
{
    for (size_t i = 0; i < words.count; i++)
        if (words.items[i].kind == WORD_OPINION &&
            (is_a_sort(text, words, i) || is_lived_through(text, words, i)))
            words.items[i].kind = WORD_EMPTY;
    for (size_t i = 0; i + 1 < words.count; i++) {
        struct clause_word *word = &words.items[i], *next = word + 1;
        if (next->has_break)
            continue;
        struct text after = text_slice(text, next->begin, next->end);
        struct text found = text_slice(text, word->begin, word->end);
        if ((text_equal_ignore_case(found, TEXT("would")) && text_equal(after, TEXT("be"))) ||
            (text_equal_ignore_case(found, TEXT("used")) && text_equal(after, TEXT("to")) &&
             !follows_be(text, words, i)))
            word->kind = WORD_WISH;
        if (word->kind == WORD_CONTENT && next->begin == word->end + 1 &&
            text_equal_ignore_case(after, TEXT("friendly")))
            next->kind = WORD_EMPTY;
        if (word->kind == WORD_OPINION && next->kind == WORD_CONTENT &&
            text_equal_ignore_case(found, TEXT("busy")))
            word->kind = WORD_EMPTY;
        if (word->kind == WORD_OPINION && strcmp(word->family->name, "recommended") == 0 &&
            next->kind == WORD_CONTENT && text_ends_with(after, TEXT("ing")))
            word->kind = WORD_EMPTY;
    }
}

/* "sound quality" is about the sound, "picture quality" about the picture, "room service" about the
 * service. */
static void join_compounds(struct clause_words words)
{
    for (size_t i = 1; i < words.count; i++) {
        struct clause_word *before = &words.items[i - 1], *word = &words.items[i];
        bool is_noun = before->kind == WORD_CONTENT ||
                       (before->kind == WORD_ASPECT && before->aspect && !before->is_whole);
        if (!is_noun || word->has_break || !word->aspect)
            continue;
        if (strcmp(word->aspect, "quality") == 0)
            word->kind = WORD_EMPTY;
        if (strcmp(word->aspect, "service") == 0 && before->aspect &&
            strcmp(before->aspect, "room") == 0)
            before->kind = WORD_EMPTY;
    }
}

/* What is an opinion only of some aspects is none without them: "long wait", "long hair". */
static void drop_unrelated_opinions(const struct lexicon *lexicon, struct clause_words words)
{
    for (size_t i = 0; i < words.count; i++) {
        struct clause_word *word = &words.items[i];
        bool is_opinion = word->kind != WORD_OPINION || word->family->polarity != 0;
        for (size_t k = 0; k < words.count && !is_opinion; k++)
            is_opinion = words.items[k].kind == WORD_ASPECT &&
                         lexicon_find_implied(lexicon, words.items[k].aspect, word->family);
        if (!is_opinion)
            word->kind = WORD_CONTENT;
    }
}

void clause_meanings_correct(const struct lexicon *lexicon, struct text text,
                             struct clause_words words)
{
    join_compounds(words);
    drop_unrelated_opinions(lexicon, words);
    drop_other_meanings(text, words);
    mark_request(text, words);
}
