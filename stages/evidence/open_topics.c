/* open_topics.c - counts records by the topics of their sentences. */
#include "stages/evidence/open_topics.h"

void open_topics_close(struct open_topics *topics, uint64_t closed)
{
    for (size_t i = 0; i < MAX_OPEN_TOPICS; i++)
        if (closed >> i & 1)
            topics->records[i] = 0;
}

struct open_topics open_topics_count(const struct group *group, enum sentiment polarity,
                                     const struct taxonomy *taxonomy,
                                     const struct side_sentences *sentences)
{
    struct open_topics topics = {{0}};
    size_t last[MAX_OPEN_TOPICS];
    for (size_t i = 0; i < MAX_OPEN_TOPICS; i++)
        last[i] = SIZE_MAX;
    for (size_t i = 0; i < sentences->count; i++) {
        const struct side_sentence *sentence = &sentences->items[i];
        for (size_t k = 0; k < MAX_OPEN_TOPICS && sentence->is_on_side; k++)
            if (sentence->topics >> k & 1 && last[k] != sentence->passage.member) {
                topics.records[k]++;
                last[k] = sentence->passage.member;
            }
    }
    for (size_t i = 0; i < group->point_count; i++)
        if (group->points[i].polarity == polarity)
            open_topics_close(&topics, side_sentences_find_topics(taxonomy, group->points[i].text));
    return topics;
}

size_t open_topics_max_records(const struct open_topics *topics, uint64_t found)
{
    size_t max_records = 1;
    for (size_t i = 0; i < MAX_OPEN_TOPICS; i++)
        if (found >> i & 1 && topics->records[i] > max_records)
            max_records = topics->records[i];
    return max_records;
}
