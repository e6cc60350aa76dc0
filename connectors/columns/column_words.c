/* column_words.c - compares the words of a column's name with data/column_words.tsv. */
#include "connectors/columns/column_words.h"

#include "connectors/columns/column_names.h"
#include "connectors/columns/questions.h"

/* Longer names are sentences, which contain such words by chance. */
enum { MAX_SELLER_WORDS = 3, MAX_ANSWER_WORDS = 4, MAX_REPLY_WORDS = 5 };

enum word_meaning {
    REPLY,
    ANSWER,
    COMPANY,
    DEPARTMENT,
    PLACE,
    CUSTOMER,
    QUESTION,
    VOTES,
    FORUM,
    SCORE,
    MEANING_COUNT
};

enum word_match { WORD, WITHIN, ALL };

static const struct {
    struct text word;
    enum word_meaning meaning;
    enum word_match match;
} known_words[] = {
#define ROW(language, word, meaning, match) {{word, sizeof(word) - 1}, meaning, match},
#include "connectors/columns/data/column_words.inc"
#undef ROW
};

enum { KNOWN_WORD_COUNT = sizeof(known_words) / sizeof(*known_words) };

/* The meanings that a name has. */
struct meanings {
    bool has[MEANING_COUNT];
};

static bool contains_word(struct text name, struct text word)
{
    for (size_t at = text_find(name, word, 0); at < name.size; at = text_find(name, word, at + 1)) {
        size_t end = at + word.size;
        if ((at == 0 || name.bytes[at - 1] == ' ') && (end == name.size || name.bytes[end] == ' '))
            return true;
    }
    return false;
}

static bool word_matches(struct text name, size_t i)
{
    struct text word = known_words[i].word;
    switch (known_words[i].match) {
    case WORD:
        return contains_word(name, word);
    case WITHIN:
        return text_find(name, word, 0) < name.size;
    default:
        return text_equal(name, word);
    }
}

static void add_meanings(struct meanings *meanings, struct text normalized)
{
    uint64_t bytes = column_name_bytes(normalized);
    for (size_t i = 0; i < KNOWN_WORD_COUNT; i++)
        if (!meanings->has[known_words[i].meaning] &&
            column_name_may_contain(bytes, known_words[i].word) && word_matches(normalized, i))
            meanings->has[known_words[i].meaning] = true;
}

static size_t count_words(struct text normalized)
{
    size_t words = 1;
    for (size_t i = 0; i < normalized.size; i++)
        words += normalized.bytes[i] == ' ';
    return words;
}

static enum column_side find_side(const struct meanings *all, const struct meanings *objects,
                                  size_t words)
{
    bool is_company = all->has[COMPANY] || all->has[DEPARTMENT];
    if (objects->has[REPLY] || objects->has[COMPANY] || objects->has[DEPARTMENT])
        return SIDE_COMPANY;
    if (words > MAX_REPLY_WORDS)
        return SIDE_CUSTOMER;
    if (all->has[REPLY] || (all->has[ANSWER] && is_company))
        return SIDE_COMPANY;
    if (all->has[ANSWER] && all->has[CUSTOMER])
        return SIDE_CUSTOMER;
    if (all->has[ANSWER])
        return all->has[PLACE]                                     ? SIDE_COMPANY
               : words <= MAX_ANSWER_WORDS || objects->has[ANSWER] ? SIDE_UNCLEAR
                                                                   : SIDE_CUSTOMER;
    return all->has[COMPANY] && words <= MAX_SELLER_WORDS ? SIDE_COMPANY : SIDE_CUSTOMER;
}

/* The end of the names of the objects in "a.b.c"; 0 if the name is not nested. A dot before a blank
 * ends a sentence or an abbreviation. */
static size_t find_member(struct text name)
{
    size_t member = 0;
    for (size_t i = 1; i + 1 < name.size; i++)
        if (name.bytes[i] == '.' && name.bytes[i + 1] != ' ')
            member = i + 1;
    return member;
}

struct column_words column_words_find(struct text name)
{
    char normalized[COLUMN_NAME_MAX_SIZE];
    struct meanings all = {{false}}, objects = {{false}};
    name = text_trim(name);
    size_t member = find_member(name);
    struct text own_name = column_name_normalize(text_slice(name, member, name.size), normalized);
    add_meanings(&all, own_name);
    bool may_count_votes = all.has[SCORE];
    size_t words = count_words(own_name);
    if (member > 0)
        add_meanings(&objects, column_name_normalize(text_slice(name, 0, member), normalized));
    for (int meaning = 0; meaning < MEANING_COUNT; meaning++)
        all.has[meaning] |= objects.has[meaning];
    if (question_has_mark(name))
        return (struct column_words){.is_question = all.has[QUESTION]};
    enum column_side side = find_side(&all, &objects, words);
    return (struct column_words){
        .side = side,
        .is_answer = all.has[REPLY] || all.has[ANSWER],
        .is_about_seller = side == SIDE_COMPANY && !all.has[REPLY] && !all.has[ANSWER] &&
                           !objects.has[COMPANY] && !objects.has[DEPARTMENT],
        .names_company = all.has[COMPANY] || all.has[DEPARTMENT],
        .is_question = all.has[QUESTION],
        .counts_votes = all.has[VOTES] || all.has[FORUM],
        .is_in_forum = all.has[FORUM],
        .may_count_votes = may_count_votes,
    };
}
