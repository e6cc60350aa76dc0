/* topic_matcher.c - clauses that name topics go through the model together, whatever text they are
 * of. */
#include "stages/tasks/topic_matcher.h"

#include <stdlib.h>

#include "base/memory.h"
#include "stages/text/clause_split.h"

/* A clause to be felt, and the topics that it names. */
struct clause {
    size_t text; /* of the caller's */
    struct text words;
    enum naming *namings; /* [topic] */
    bool named;           /* one of them at least, by its phrases */
};

/* ---- Likeness ---- */

/* What the encoder is shown of a topic: its name and phrases. */
static struct text describe(const struct taxonomy *taxonomy, size_t topic, struct arena *arena)
{
    struct text text = taxonomy->names[topic];
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        if (taxonomy->phrases[i].topic == topic && !taxonomy->phrases[i].is_exception)
            text = arena_format(arena, "%.*s, %.*s", TEXT_ARGUMENT(text),
                                TEXT_ARGUMENT(taxonomy->phrases[i].text));
    return text;
}

static bool embed_topics(struct tagger *tagger, struct error *error)
{
    const struct workbench *bench = tagger->workbench;
    struct arena arena = {0};
    size_t count = tagger->taxonomy.name_count;
    tagger->width = t5_width(bench->model);
    tagger->vectors = memory_alloc(count * tagger->width, sizeof(*tagger->vectors));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        struct text words = prompt_input(&tagger->sentiment->prompt,
                                         describe(&tagger->taxonomy, i, &arena), &arena);
        ok = t5_encode(bench->session, &words, 1, error);
        if (ok)
            t5_embed(bench->session, &tagger->vectors[i * tagger->width]);
    }
    arena_free(&arena);
    return ok;
}

static void find_likest(const struct tagger *tagger, const float *vector, struct clause *clause)
{
    size_t best = 0;
    double highest = -1;
    for (size_t topic = 0; topic < tagger->taxonomy.name_count; topic++) {
        double product = 0;
        for (size_t i = 0; i < tagger->width; i++)
            product += (double)vector[i] * (double)tagger->vectors[topic * tagger->width + i];
        if (product > highest) {
            highest = product;
            best = topic;
        }
    }
    if (highest >= tagger->likeness && clause->namings[best] == NAMING_NONE)
        clause->namings[best] = NAMING_PHRASE; /* as if it stood there */
}

bool tagger_open(struct tagger *tagger, double likeness, const struct sentiment_question *sentiment,
                 const struct workbench *workbench, struct error *error)
{
    tagger->likeness = likeness;
    tagger->sentiment = sentiment;
    tagger->workbench = workbench;
    return segmenter_open(&tagger->segmenter, error) &&
           (likeness > 1 || embed_topics(tagger, error));
}

void tagger_close(struct tagger *tagger)
{
    segmenter_close(tagger->segmenter);
    free(tagger->vectors);
    taxonomy_close(&tagger->taxonomy);
    tagger->segmenter = NULL;
    tagger->vectors = NULL;
}

/* ---- Asking ---- */

/* The clauses that may be about a topic. */
static struct clause *find_clauses(const struct tagger *tagger, const struct text *texts,
                                   size_t text_count, struct arena *arena, size_t *count)
{
    struct clause *clauses = NULL;
    size_t capacity = 0;
    *count = 0;
    for (size_t i = 0; i < text_count; i++) {
        size_t end_count, begin = 0;
        const size_t *ends = clauses_of(tagger->segmenter, texts[i], arena, &end_count);
        for (size_t k = 0; k < end_count; begin = ends[k++]) {
            struct clause clause = {.text = i,
                                    .words = text_trim(text_slice(texts[i], begin, ends[k]))};
            clause.namings =
                arena_alloc(arena, tagger->taxonomy.name_count, sizeof(*clause.namings));
            taxonomy_find(&tagger->taxonomy, clause.words, clause.namings);
            for (size_t topic = 0; topic < tagger->taxonomy.name_count; topic++)
                clause.named |= clause.namings[topic] == NAMING_PHRASE;
            if (clause.words.size == 0 || (!clause.named && !tagger->vectors))
                continue;
            clauses = memory_grow(clauses, &capacity, *count + 1, sizeof(*clauses));
            clauses[(*count)++] = clause;
        }
    }
    return clauses;
}

/* Who names a topic mostly feels something about it: neutral only where that is sure. */
static enum sentiment polarity_of(struct odds odds)
{
    static const double sure = 0.7;
    if (odds.neutral >= sure)
        return SENTIMENT_NEUTRAL;
    return odds.positive >= odds.negative ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE;
}

/* How the model feels about up to session_batch clauses, and the topics of those that name none. */
static bool feel(const struct tagger *tagger, struct clause *clauses, size_t count,
                 enum sentiment *polarities, struct error *error)
{
    struct t5_session *session = tagger->workbench->session;
    struct arena arena = {0};
    struct text *inputs = arena_alloc(&arena, count, sizeof(*inputs));
    struct odds *odds = arena_alloc(&arena, count, sizeof(*odds));
    for (size_t i = 0; i < count; i++)
        inputs[i] = prompt_input(&tagger->sentiment->prompt, clauses[i].words, &arena);
    bool ok = t5_encode(session, inputs, count, error);
    if (ok && tagger->vectors) {
        float *vectors = arena_alloc(&arena, count * tagger->width, sizeof(*vectors));
        t5_embed(session, vectors);
        for (size_t i = 0; i < count; i++)
            if (!clauses[i].named)
                find_likest(tagger, &vectors[i * tagger->width], &clauses[i]);
    }
    ok = ok && sentiment_ask(tagger->sentiment, session, inputs, count, odds, error);
    for (size_t i = 0; ok && i < count; i++)
        polarities[i] = polarity_of(odds[i]);
    arena_free(&arena);
    return ok;
}

/* The mentions of each text, in the order of its clauses. */
static void collect(const struct tagger *tagger, const struct clause *clauses,
                    const enum sentiment *polarities, size_t count, struct arena *arena,
                    struct mentions *answers)
{
    size_t topics = tagger->taxonomy.name_count, end;
    for (size_t first = 0; first < count; first = end) {
        for (end = first; end < count && clauses[end].text == clauses[first].text;)
            end++;
        struct mention *items = arena_alloc(arena, (end - first) * topics, sizeof(*items));
        size_t found = 0;
        for (size_t i = first; i < end; i++)
            for (size_t topic = 0; topic < topics; topic++)
                if (clauses[i].namings[topic] == NAMING_PHRASE)
                    items[found++] = (struct mention){topic, polarities[i]};
        answers[clauses[first].text] = (struct mentions){.items = items, .count = found};
    }
}

bool tagger_ask(const struct tagger *tagger, const struct text *texts, size_t count,
                struct arena *arena, struct mentions *answers, struct error *error)
{
    struct arena scratch = {0};
    size_t clause_count, batch = tagger->workbench->session_batch;
    struct clause *clauses = find_clauses(tagger, texts, count, &scratch, &clause_count);
    enum sentiment *polarities = arena_alloc(&scratch, clause_count, sizeof(*polarities));
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        answers[i] = (struct mentions){0};
    for (size_t at = 0; ok && at < clause_count; at += batch)
        ok = workbench_go_on(tagger->workbench, error) &&
             feel(tagger, &clauses[at], clause_count - at < batch ? clause_count - at : batch,
                  &polarities[at], error);
    if (ok)
        collect(tagger, clauses, polarities, clause_count, arena, answers);
    free(clauses);
    arena_free(&scratch);
    return ok;
}
