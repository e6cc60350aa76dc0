/* documents.c - how long report.html and report.xlsx of many records take, and how large they are:
 * made-up feedback with made-up analyses, so that no model is needed.
 *
 *   bench_documents FOLDER [RECORDS [html|xlsx]]   default 100000, both
 *
 * Writes FOLDER/winnow.db, unless it is there, and the documents.
 *
 * Words follow Zipf's law (a vocabulary of 6,000, a third of it Hangul), texts have 4 to 59 of
 * them; so they compress about as well as reviews do. bench/page.py measures the page in Chromium.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "connectors/connectors.h"
#include "pipeline/pipeline.h"
#include "stages/stages.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"
#include "tests/support/random.h"

enum {
    WORDS = 6000,
    TOPICS = 30,
    PRODUCTS = 6,
    SOURCES = 3,
    BATCH = 2000,
    DAYS = 728,
    FIRST_DAY = 20000,
    DAY_SECONDS = 86400
};

static uint64_t seed = 20261130;
static char words[WORDS][16], topic_names[TOPICS][8];
static double word_ends[WORDS]; /* cumulative shares */

static double random_unit(void)
{
    return (double)(random_next(&seed) >> 11) / 9007199254740992.0;
}

static size_t random_below(size_t count)
{
    return (size_t)(random_unit() * (double)count);
}

/* Words of one to three syllables; every third one is Korean. */
static void make_words(void)
{
    static const char *const onsets[] = {"b", "d", "f", "g", "k", "l", "m",  "n",
                                         "p", "r", "s", "t", "v", "w", "st", "pr"},
                             *const vowels[] = {"a", "e", "i", "o", "u", "ea", "ou"},
                             *const codas[] = {"", "", "n", "r", "s", "t", "l"};
    double total = 0;
    for (size_t i = 0; i < WORDS; i++) {
        size_t syllables = 1 + (size_t)(i > 40) + random_below(2), used = 0;
        for (size_t k = 0; k < syllables; k++)
            used += i % 3 == 2
                        ? utf8_encode((uint32_t)(0xAC00 + random_below(11172)), words[i] + used)
                        : (size_t)snprintf(words[i] + used, 6, "%s%s%s", onsets[random_below(16)],
                                           vowels[random_below(7)], codas[random_below(7)]);
        words[i][used] = 0;
        total += 1 / (double)(i + 3);
        word_ends[i] = total;
    }
    for (size_t i = 0; i < WORDS; i++)
        word_ends[i] /= total;
}

static const char *random_word(void)
{
    double wanted = random_unit();
    size_t low = 0, high = WORDS - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (word_ends[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return words[low];
}

static struct text make_text(struct arena *arena)
{
    size_t count = 4 + (size_t)(56 * random_unit() * random_unit()), used = 0;
    char *bytes = arena_alloc(arena, 18 * count, 1);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(bytes + used, 18, "%s%s", random_word(),
                                 i + 1 == count ? "."
                                 : i % 9 == 8   ? ", "
                                                : " ");
    return (struct text){bytes, used};
}

static void add_record(struct batch *batch, uint64_t number, uint64_t total)
{
    struct arena *arena = &batch->arena;
    struct record *record = batch_add_record(batch);
    struct field *fields = arena_alloc(arena, 1, sizeof(*fields));
    struct topic_mention *topics = arena_alloc(arena, 3, sizeof(*topics));
    struct analysis *analysis = &record->analysis;
    double mood = random_unit();
    fields[0] =
        (struct field){TEXT("product"), arena_format(arena, "Product %zu", random_below(PRODUCTS))};
    record->fields = fields;
    record->field_count = 1;
    record->id = record->content_hash = hash_combine_number(HASH_SEED, number);
    record->external_id = arena_format(arena, "r%llu", (unsigned long long)number);
    record->author_hash = record->id;
    record->text = record->body = make_text(arena);
    record->text_hash = hash_text(record->text);
    record->lang = random_unit() < 0.7 ? TEXT("en") : TEXT("ko");
    record->created_at =
        (int64_t)((FIRST_DAY + DAYS * (double)number / (double)total) * DAY_SECONDS);
    record->rating = 1 + floor(5 * (0.7 * (1 - mood) + 0.3 * random_unit()));
    record->rating_scale = 5;
    record->needs_analysis = true;
    *analysis = (struct analysis){.sentiment = mood < 0.4   ? SENTIMENT_POSITIVE
                                               : mood < 0.5 ? SENTIMENT_NEUTRAL
                                               : mood < 0.6 ? SENTIMENT_MIXED
                                                            : SENTIMENT_NEGATIVE,
                                  .score = 1 - 2 * mood,
                                  .confidence = 0.9,
                                  .coverage = 1,
                                  .tokens = 40,
                                  .topics = topics};
    for (size_t count = random_below(4); analysis->topic_count < count;) {
        double unit = random_unit();
        topics[analysis->topic_count] = (struct topic_mention){
            text_of(topic_names[(3 * analysis->topic_count + (size_t)(9 * unit * unit)) % TOPICS]),
            mood < 0.5 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE};
        analysis->topic_count++;
    }
}

static void save_feedback(struct store *store, uint64_t total)
{
    static const char *const names[SOURCES] = {"shop", "survey", "app"};
    uint64_t run, reads;
    bool flag;
    store_set_model_key(store, 1);
    if (!store_begin_run(store, 1, &run, &flag, NULL))
        abort();
    for (size_t source = 0; source < SOURCES; source++) {
        struct file_signature file = {.path = names[source], .connector = "csv"};
        uint64_t end = total * (source + 1) / SOURCES, at = total * source / SOURCES;
        if (!store_begin_file(store, &file, &reads, &flag, NULL))
            abort();
        while (at < end) {
            struct batch batch = {.path = names[source], .source = text_of(names[source])};
            for (; at < end && batch.count < BATCH; at++)
                add_record(&batch, at * 7919 % total, total);
            batch.read = batch.count;
            if (!store_save_batch(store, &batch, 1, at == end, NULL))
                abort();
            batch_free(&batch);
        }
    }
}

static void compute_figures(struct store *store)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    static const struct t5_model model = {.prompts = fake_prompts};
    struct pipeline pipeline = {0};
    pipeline.stage_context = (struct stage_context){.store = store,
                                                    .model = &model,
                                                    .model_key = 1,
                                                    .selection = &everything,
                                                    .insights = &pipeline.insights};
    pipeline.stage_instances = memory_alloc(32, sizeof(*pipeline.stage_instances));
    for (size_t i = 0; stages[i]; i++)
        if (stages[i]->finish && stages[i] != &index_stage) /* documents do not search */
            pipeline.stage_instances[pipeline.stage_instance_count++] = (struct stage_instance){
                stages[i],
                stage_start(stages[i],
                            option_find(stages[i]->options, TEXT("by")) ? "by=product" : "",
                            &pipeline.stage_context, NULL),
                true};
    struct error error = {0};
    if (!pipeline_aggregate(&pipeline, &error)) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    pipeline_close(&pipeline);
}

static long get_peak_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void write_document(const struct document *document, const struct document_format *format,
                           const char *folder)
{
    struct arena arena = {0};
    struct error error = {0};
    struct text note = {0};
    const char *path = arena_format(&arena, "%s/%s", folder, format->file_name).bytes;
    FILE *stream = fopen(path, "w");
    if (!stream)
        abort();
    struct document_file file = {stream, path};
    double begin = clock_seconds();
    if (!format->write(document, &file, &arena, &note, &error)) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    fclose(stream);
    double seconds = clock_seconds() - begin;
    stream = fopen(path, "r");
    fseek(stream, 0, SEEK_END);
    printf("%s: %.2f s, %.2f MB, peak of the process %ld MB%s%.*s\n", format->file_name, seconds,
           (double)ftell(stream) / 1e6, get_peak_kilobytes() / 1024, note.size ? "; " : "",
           TEXT_ARGUMENT(note));
    fclose(stream);
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    uint64_t total = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    struct store *store;
    struct document document;
    struct arena arena = {0};
    struct document_options options = {.language = DOCUMENT_ENGLISH,
                                       .max_rows = DOCUMENT_FITTING_ROWS};
    if (argc < 2 || total == 0) {
        fprintf(stderr, "usage: bench_documents FOLDER [RECORDS [html|xlsx]]\n");
        return 2;
    }
    const char *path = arena_format(&arena, "%s/winnow.db", argv[1]).bytes;
    bool is_made = access(path, F_OK) == 0;
    if (!store_open(&store, path, NULL))
        abort();
    make_words();
    for (int i = 0; i < TOPICS; i++)
        snprintf(topic_names[i], sizeof(topic_names[i]), "topic%d", i);
    if (!is_made) {
        save_feedback(store, total);
        compute_figures(store);
    }
    store_set_model_key(store, 1);
    if (!document_load(&document, store, NULL, &options, NULL))
        abort();
    printf("%llu records, peak before writing %ld MB\n", (unsigned long long)document.record_count,
           get_peak_kilobytes() / 1024);
    static const struct document_format *const formats[] = {&html_document, &xlsx_document};
    for (size_t i = 0; i < 2; i++)
        if (argc < 4 || strcmp(argv[3], formats[i]->name) == 0)
            write_document(&document, formats[i], argv[1]);
    document_free(&document);
    store_close(store);
    arena_free(&arena);
    return 0;
}
