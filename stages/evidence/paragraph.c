/* paragraph.c - composes the paragraph from phrases of each language. */
#include "stages/evidence/paragraph.h"

#include "stages/evidence/side.h"

static const struct phrases {
    const char *language, *record, *records, *positive, *negative, *praised, *criticised, *opposite,
        *also, *subject, *named, *quoted;
} languages[] = {
#define ROW(language, record, records, positive, negative, praised, criticised, opposite, also,    \
            subject, named, quoted)                                                                \
    {language,   record,   records, positive, negative, praised,                                   \
     criticised, opposite, also,    subject,  named,    quoted},
#include "stages/evidence/data/paragraph_phrases.inc"
#undef ROW
};

static const struct phrases *find_phrases(struct text language)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++)
        if (text_equal(language, text_of(languages[i].language)))
            return &languages[i];
    return &languages[0];
}

/* The phrase with a text in the place of a mark of one byte. */
static struct text fill_phrase(struct text phrase, struct text mark, struct text text,
                               struct arena *arena)
{
    size_t at = text_find(phrase, mark, 0);
    return arena_format(arena, "%.*s%.*s%.*s", TEXT_ARGUMENT(text_slice(phrase, 0, at)),
                        TEXT_ARGUMENT(text),
                        TEXT_ARGUMENT(text_slice(phrase, at + mark.size, phrase.size)));
}

static struct text format_number(const char *phrase, size_t number, struct arena *arena)
{
    return fill_phrase(text_of(phrase), TEXT("#"), arena_format(arena, "%zu", number), arena);
}

/* Whether the paragraph shows how many records say the opposite: only if they are at least half of
 * the point's own. A point of the other side may say it already; for a verdict on the whole, the
 * first sentence has the counts of both sides. */
static bool tells_opposite(const struct group *group, const struct key_point *point)
{
    bool is_told = point->is_unspecific || 2 * point->opposite_records < point->records;
    for (size_t i = 0; i < group->point_count && !is_told; i++)
        is_told = group->points[i].polarity != point->polarity &&
                  group->points[i].aspect == point->aspect;
    return !is_told;
}

/* How many say the point, and the opposite. A point that one record says has no number. */
static struct text format_counts(const struct group *group, const struct key_point *point,
                                 const struct phrases *phrases)
{
    struct text none = {0}, opposed = none;
    if (tells_opposite(group, point))
        opposed = format_number(phrases->opposite, point->opposite_records, group->arena);
    if (point->records == 1 && opposed.size == 0)
        return none;
    return arena_format(group->arena, " (%zu%s%.*s)", point->records, opposed.size ? "; " : "",
                        TEXT_ARGUMENT(opposed));
}

static struct text append_points(const struct group *group, const struct phrases *phrases,
                                 enum sentiment polarity, struct text paragraph)
{
    size_t count = 0;
    const char *title = polarity == SENTIMENT_POSITIVE ? phrases->praised : phrases->criticised;
    for (size_t i = 0; i < group->point_count; i++) {
        const struct key_point *point = &group->points[i];
        if (point->polarity != polarity)
            continue;
        paragraph = arena_format(group->arena, "%.*s%s%s%s%.*s%.*s", TEXT_ARGUMENT(paragraph),
                                 count ? ", " : " ", count ? "" : title, count ? "" : " ",
                                 TEXT_ARGUMENT(point->text),
                                 TEXT_ARGUMENT(format_counts(group, point, phrases)));
        count++;
    }
    return count ? arena_format(group->arena, "%.*s.", TEXT_ARGUMENT(paragraph)) : paragraph;
}

/* In quotation marks: they are sentences of single records. */
static struct text append_examples(const struct group *group, enum sentiment polarity,
                                   const struct phrases *phrases, const char *title,
                                   struct text paragraph)
{
    size_t count = 0;
    for (size_t i = 0; i < group->example_count; i++) {
        const struct quoted_example *example = &group->examples[i];
        struct text subject = {0};
        if (example->polarity != polarity)
            continue;
        if (example->subject.size > 0)
            subject = fill_phrase(format_number(phrases->subject, example->records, group->arena),
                                  TEXT("@"), example->subject, group->arena);
        paragraph = arena_format(group->arena, "%.*s%s%s%s“%.*s”%s%.*s%s", TEXT_ARGUMENT(paragraph),
                                 count ? "; " : " ", count ? "" : title, count ? "" : " ",
                                 TEXT_ARGUMENT(example->text), subject.size ? " (" : "",
                                 TEXT_ARGUMENT(subject), subject.size ? ")" : "");
        count++;
    }
    return count ? arena_format(group->arena, "%.*s.", TEXT_ARGUMENT(paragraph)) : paragraph;
}

/* Whether several records name what the quoted sentences of no side are about. */
static bool names_subjects(const struct group *group)
{
    for (size_t i = 0; i < group->example_count; i++)
        if (group->examples[i].polarity == SENTIMENT_NEUTRAL && group->examples[i].records > 0)
            return true;
    return false;
}

static struct text append_side(const struct group *group, const struct phrases *phrases,
                               enum sentiment polarity, struct text paragraph)
{
    size_t before = paragraph.size;
    const char *title = polarity == SENTIMENT_POSITIVE ? phrases->praised : phrases->criticised;
    paragraph = append_points(group, phrases, polarity, paragraph);
    return append_examples(group, polarity, phrases,
                           paragraph.size > before ? phrases->also : title, paragraph);
}

struct text paragraph_compose(const struct group *group, struct text language)
{
    if (text_equal(language, TEXT("auto")) && group->is_korean)
        language = TEXT("ko");
    const struct phrases *phrases = find_phrases(language);
    size_t sides[SIDE_COUNT] = {0};
    for (size_t i = 0; i < group->member_count; i++)
        sides[side_of(group->members[i].sentiment)]++;
    struct arena *arena = group->arena;
    const char *records = group->member_count == 1 ? phrases->record : phrases->records;
    struct text paragraph =
        arena_format(arena, "%.*s, %.*s, %.*s.",
                     TEXT_ARGUMENT(format_number(records, group->member_count, arena)),
                     TEXT_ARGUMENT(format_number(phrases->positive, sides[SIDE_POSITIVE], arena)),
                     TEXT_ARGUMENT(format_number(phrases->negative, sides[SIDE_NEGATIVE], arena)));
    bool praise_first = sides[SIDE_POSITIVE] >= sides[SIDE_NEGATIVE];
    enum sentiment first = praise_first ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE,
                   second = praise_first ? SENTIMENT_NEGATIVE : SENTIMENT_POSITIVE;
    paragraph = append_side(group, phrases, first, paragraph);
    paragraph = append_side(group, phrases, second, paragraph);
    return append_examples(group, SENTIMENT_NEUTRAL, phrases,
                           names_subjects(group) ? phrases->named : phrases->quoted, paragraph);
}
