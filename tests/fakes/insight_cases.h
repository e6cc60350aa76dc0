/* insight_cases.h - the cases of a stage that adds insights: tables of feedback and what the stage
 * tells of them.
 *
 * CASE.tsv in tests/unit/stages/cases/STAGE/ is the feedback. A comment "#: key=value" at its start
 * sets an option of the stage. CASE.expected is the result, one insight a line.
 *
 * Columns of the table: how many such records there are; the day since Monday 2026-03-02, or a
 * range of days over which they are spread evenly; language; product; sentiment; topics as
 * "price:negative;delivery:positive"; rating on five, or "nps:9"; author, otherwise each record has
 * its own; text, in which "#" is the number of the record. Empty cells are unknown.
 *
 * `test_STAGE --update` rewrites the expected files. Include it in one file of a program. */
#ifndef TESTS_FAKES_INSIGHT_CASES_H
#define TESTS_FAKES_INSIGHT_CASES_H

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "pipeline/insight_sentence.h"
#include "stages/stages.h"
#include "tests/fakes/database.h"
#include "tests/fakes/stage.h"
#include "tests/fakes/t5.h"

enum { CASE_FIRST_DAY = 20514 /* Monday, 2026-03-02 */, CASE_DAY_SECONDS = 86400 };

static inline enum sentiment case_parse_sentiment(struct text name)
{
    for (int i = 0; i < SENTIMENT_COUNT; i++)
        if (text_equal(name, text_of(sentiment_names[i])))
            return (enum sentiment)i;
    return SENTIMENT_UNDETECTED;
}

static inline struct text case_number_text(struct text pattern, size_t number, struct arena *arena)
{
    struct text before, rest = pattern;
    if (!memchr(pattern.bytes, '#', pattern.size) || !text_split(&rest, '#', &before))
        return arena_copy_text(arena, pattern);
    return arena_format(arena, "%.*s%zu%.*s", TEXT_ARGUMENT(before), number, TEXT_ARGUMENT(rest));
}

static inline void case_add_topics(struct analysis *analysis, struct text cell, struct arena *arena)
{
    enum { MAX_TOPICS = 8 };
    struct topic_mention *topics = arena_alloc(arena, MAX_TOPICS, sizeof(*topics));
    struct text mention, name;
    while (cell.size > 0 && text_split(&cell, ';', &mention)) {
        text_split(&mention, ':', &name);
        topics[analysis->topic_count++] =
            (struct topic_mention){arena_copy_text(arena, name), case_parse_sentiment(mention)};
    }
    analysis->topics = topics;
}

/* Sets the rating and, of "nps:9", the column that asks for it. */
static inline void case_set_rating(struct record *record, struct text cell, struct field *field)
{
    struct text question, rating = cell;
    bool is_nps = cell.size > 4 && text_split(&rating, ':', &question) && rating.size > 0;
    record->rating = NAN;
    record->rating_scale = is_nps ? 10 : 5;
    if (cell.size == 0 || !text_to_real(is_nps ? rating : cell, &record->rating))
        return;
    if (is_nps)
        *field = (struct field){TEXT("How likely are you to recommend us?"), rating};
}

enum case_column {
    CASE_COUNT,
    CASE_DAYS,
    CASE_LANGUAGE,
    CASE_PRODUCT,
    CASE_SENTIMENT,
    CASE_TOPICS,
    CASE_RATING,
    CASE_AUTHOR,
    CASE_TEXT,
    CASE_COLUMNS
};

static inline void case_add_record(struct batch *batch, const struct text *cells, double place)
{
    struct arena *arena = &batch->arena;
    struct record *record = batch_add_record(batch);
    struct field *fields = arena_alloc(arena, 2, sizeof(*fields));
    struct text last = cells[CASE_DAYS], first;
    double first_day = 0, last_day = 0;
    record->id = record->content_hash = batch->count;
    record->created_at = TIME_UNKNOWN;
    if (last.size > 0 && text_split(&last, '-', &first) && text_to_real(first, &first_day)) {
        last_day = first_day;
        if (last.size > 0)
            text_to_real(last, &last_day);
        record->created_at =
            (int64_t)(CASE_FIRST_DAY + first_day + floor(place * (last_day - first_day + 1))) *
            CASE_DAY_SECONDS;
    }
    record->lang = arena_copy_text(arena, cells[CASE_LANGUAGE]);
    record->text = case_number_text(cells[CASE_TEXT], batch->count, arena);
    record->text_hash = hash_text(record->text);
    record->author_hash =
        cells[CASE_AUTHOR].size > 0 ? hash_combine(HASH_SEED, cells[CASE_AUTHOR]) : batch->count;
    fields[0] = (struct field){TEXT("product"), arena_copy_text(arena, cells[CASE_PRODUCT])};
    fields[1] = (struct field){TEXT("note"), TEXT("")};
    case_set_rating(record, arena_copy_text(arena, cells[CASE_RATING]), &fields[1]);
    record->fields = fields;
    record->field_count = 2;
    record->needs_analysis = true;
    record->analysis.sentiment = case_parse_sentiment(cells[CASE_SENTIMENT]);
    record->analysis.score = record->analysis.sentiment == SENTIMENT_NEGATIVE   ? -0.9
                             : record->analysis.sentiment == SENTIMENT_POSITIVE ? 0.9
                                                                                : 0;
    case_add_topics(&record->analysis, cells[CASE_TOPICS], arena);
}

/* Appends the value of a "#: key=value" line to `settings`. */
static inline void case_read_line(struct batch *batch, char *line, char *settings, size_t size)
{
    struct text rest = text_of(line), cells[CASE_COLUMNS] = {{0}};
    if (strncmp(line, "#: ", 3) == 0) {
        size_t used = strlen(settings), length = strlen(line + 3);
        if (used + length + 2 > size)
            abort();
        settings[used] = ';';
        memcpy(settings + used + (used > 0), line + 3, length + 1);
    }
    if (line[0] == '#' || line[0] == '\0')
        return;
    for (int i = 0; i < CASE_COLUMNS && text_split(&rest, '\t', &cells[i]); i++)
        continue;
    double count = 1;
    text_to_real(cells[CASE_COUNT], &count);
    for (double i = 0; i < count; i++)
        case_add_record(batch, cells, (i + 0.5) / count);
}

static inline void case_save(struct store *store, struct batch *batch)
{
    uint64_t run, reads;
    bool flag;
    struct file_signature signature = {.path = "a.csv", .connector = "csv"};
    batch->path = "a.csv";
    batch->source = TEXT("shop");
    batch->read = batch->count;
    store_set_model_key(store, 1);
    if (!store_begin_run(store, 1, &run, &flag, NULL) ||
        !store_begin_file(store, &signature, &reads, &flag, NULL) ||
        !store_save_batch(store, batch, 1, true, NULL) || !store_finish_run(store, NULL))
        abort();
}

struct case_printer {
    struct arena arena;
    struct text lines;
};

/* kind, state, value, low, high, n, baseline_n, q value, sentence; then the quotes. */
static inline bool case_print(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct case_printer *printer = user;
    const struct insight *insight = &saved->insight;
    struct arena *arena = &printer->arena;
    printer->lines = arena_format(
        arena, "%.*s%s\t%s\t%.4g [%.4g, %.4g]\t%llu/%llu\t%.2g\t%.*s\n",
        TEXT_ARGUMENT(printer->lines), insight_kind_names[insight->kind],
        insight_state_names[insight->state], insight->value.value, insight->value.low,
        insight->value.high, (unsigned long long)insight->n,
        (unsigned long long)insight->baseline_n, insight->q_value, TEXT_ARGUMENT(saved->sentence));
    for (size_t i = 0; i < saved->quote_count; i++)
        printer->lines = arena_format(arena, "%.*s\t\"%.*s\"\n", TEXT_ARGUMENT(printer->lines),
                                      TEXT_ARGUMENT(saved->quotes[i].text));
    return true;
}

/* Runs one of the stages that add insights. */
static inline void case_run_stage(const struct stage *stage, const char *settings,
                                  const struct stage_context *context)
{
    void *state = stage_start(stage, settings, context, NULL);
    if (!state || !stage_run_pass_3(stage, state, context, NULL))
        abort();
    stage_end(stage, state);
}

/* Runs the stage and the insights stage, which saves what it found. The cases of the insights stage
 * run all stages before it, by product. */
static inline void case_run(const struct stage *stage, const char *settings, struct store *store,
                            struct case_printer *printer)
{
    static const struct selection everything = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN};
    static const struct t5_model model = {.prompts = fake_prompts};
    struct insight_list insights = {0};
    struct stage_context context = {.store = store,
                                    .model = &model,
                                    .model_key = 1,
                                    .selection = &everything,
                                    .insights = &insights};
    static const struct stage *const all[] = {&changes_stage, &segments_stage, &moved_stage,
                                              &impact_stage,  &themes_stage,   &phrases_stage,
                                              &answers_stage};
    for (size_t i = 0; stage == &insights_stage && i < sizeof(all) / sizeof(*all); i++)
        case_run_stage(all[i], option_find(all[i]->options, TEXT("by")) ? "by=product" : "",
                       &context);
    if (stage != &insights_stage)
        case_run_stage(stage, settings, &context);
    case_run_stage(&insights_stage, stage == &insights_stage ? settings : "", &context);
    if (!store_for_each_insight(store, 0, case_print, printer, NULL))
        abort();
    insight_list_free(&insights);
}

/* Whether the expected file has these lines. */
static inline bool case_compare(const char *path, struct text lines)
{
    char expected[16384] = "";
    FILE *file = fopen(path, "r");
    if (file) {
        expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
        fclose(file);
    }
    bool is_equal = file && text_equal(text_of(expected), lines);
    if (!is_equal)
        fprintf(stderr, "%s: expected\n%sfound\n%.*s", path, expected, TEXT_ARGUMENT(lines));
    return is_equal;
}

static inline bool case_update(const char *path, struct text lines)
{
    FILE *file = fopen(path, "w");
    bool ok = file && fwrite(lines.bytes, 1, lines.size, file) == lines.size;
    return file && fclose(file) == 0 && ok;
}

static inline bool case_check(const struct stage *stage, const char *path, bool updates)
{
    char line[1024], settings[256] = "", expected[512];
    struct database database;
    struct batch batch = {0};
    struct case_printer printer = {.lines = TEXT("")};
    FILE *file = fopen(path, "r");
    if (!file)
        abort();
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        case_read_line(&batch, line, settings, sizeof(settings));
    }
    fclose(file);
    database_make(&database);
    case_save(database.store, &batch);
    case_run(stage, settings, database.store, &printer);
    snprintf(expected, sizeof(expected), "%.*sexpected", (int)strlen(path) - 3, path);
    bool ok =
        updates ? case_update(expected, printer.lines) : case_compare(expected, printer.lines);
    batch_free(&batch);
    arena_free(&printer.arena);
    database_remove(&database);
    return ok;
}

/* The exit status of the program. */
static inline int run_insight_cases(const struct stage *stage, int argc, char **argv)
{
    bool updates = argc > 1 && strcmp(argv[1], "--update") == 0;
    char folder[256], path[512];
    struct dirent **entries;
    int failures = 0, cases = 0;
    snprintf(folder, sizeof(folder), "tests/unit/stages/cases/%s", stage->name);
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *end = strstr(entries[i]->d_name, ".tsv");
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (end) {
            failures += !case_check(stage, path, updates);
            cases++;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    printf("%s: %d cases, %d failed\n", stage->name, cases, failures);
    return failures > 0 || cases == 0;
}

#endif
