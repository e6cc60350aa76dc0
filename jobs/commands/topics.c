/* topics.c - `winnow topics`: lists, checks and compares the topics of a job, and proposes new
 * ones. What it prints is a registry (stages/tasks/taxonomy.h), to be edited in a spreadsheet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/normalize.h"
#include "base/utf8.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "stages/tasks/taxonomy.h"

extern const struct command topics_command; /* at the end */

enum { MAX_EXAMPLES = 3, EXAMPLE_CHARACTERS = 100, FREQUENT_PERCENT = 20 };

struct topics_command_options {
    struct text overrides;
};

struct topics_setting {
    struct text path; /* of the job's registry or list; empty: the model's topics */
};

static const struct option setting_options[] = {
    {.name = "taxonomy",
     .type = OPTION_FILE,
     .offset = offsetof(struct topics_setting, path),
     .default_value = ""},
    {0},
};

/* What all actions work with. */
struct topics_context {
    struct job job;
    struct assembly assembly;
    struct taxonomy taxonomy;
    struct text path;
    struct arena scratch; /* reset for every record */
};

static bool open_context(struct topics_context *context, const char *job_path,
                         struct text overrides, struct error *error)
{
    struct topics_setting setting = {0};
    struct assembly *assembly = &context->assembly;
    if (!job_load(&context->job, job_path, overrides, error) ||
        !assemble_sandbox(&context->job, NULL, error) ||
        !assemble_store(assembly, &context->job, STORE_MUST_EXIST, error))
        return false;
    store_set_model_key(assembly->store, store_get_saved_model_key(assembly->store));
    job_apply_with_defaults(&context->job, "classify", (struct text){0}, setting_options, &setting);
    context->path = setting.path;
    if (setting.path.size > 0)
        return taxonomy_read_file(&context->taxonomy, setting.path, error);
    if (!assemble_model(assembly, &context->job, error))
        return false;
    taxonomy_read_from_model(&context->taxonomy, assembly->model);
    return true;
}

static void close_context(struct topics_context *context)
{
    taxonomy_close(&context->taxonomy);
    assemble_close(&context->assembly);
    job_free(&context->job);
    arena_free(&context->scratch);
}

/* Title and text, as the phrases are looked for. */
static struct text get_text(struct topics_context *context, const struct saved_record *record)
{
    arena_reset(&context->scratch);
    return arena_format(&context->scratch, "%.*s\n%.*s", TEXT_ARGUMENT(record->title),
                        TEXT_ARGUMENT(record->text));
}

static bool for_each_record(struct topics_context *context,
                            bool (*visit)(void *user, const struct saved_record *record,
                                          struct error *error),
                            void *user, struct error *error)
{
    return store_for_each_record(context->assembly.store, NULL, visit, user, error);
}

/* ---- A registry as CSV ---- */

/* A row of a registry, as it is printed. */
struct registry_row {
    struct text id, phrases, exclude;
    struct topic_entry entry;
    struct text records; /* a number; empty: not counted */
};

static void print_cell(struct text cell, char end)
{
    bool has_special = false;
    for (size_t i = 0; i < cell.size; i++)
        has_special |= strchr(",\"\r\n", cell.bytes[i]) != NULL;
    if (has_special)
        putchar('"');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.bytes[i] == '"')
            putchar('"');
        putchar(cell.bytes[i]);
    }
    if (has_special)
        putchar('"');
    putchar(end);
}

static void print_registry_header(void)
{
    puts("id,parent,name_en,name_ko,description,phrases,exclude,owner,status,merged_into,since,"
         "records");
}

static void print_registry_row(const struct registry_row *row)
{
    const struct topic_entry *entry = &row->entry;
    const struct text cells[] = {row->id,
                                 entry->parent,
                                 entry->name_en,
                                 entry->name_ko,
                                 entry->description,
                                 row->phrases,
                                 row->exclude,
                                 entry->owner,
                                 text_of(topic_status_names[entry->status]),
                                 entry->merged_into,
                                 entry->since,
                                 row->records};
    size_t count = sizeof(cells) / sizeof(*cells);
    for (size_t i = 0; i < count; i++)
        print_cell(cells[i], i + 1 < count ? ',' : '\n');
}

/* ---- list ---- */

struct mention_counts {
    const struct taxonomy *taxonomy;
    size_t *records; /* [topic] */
};

static bool count_mentions(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct mention_counts *counts = user;
    for (size_t i = 0; i < record->analysis.topic_count; i++) {
        size_t topic = topic_names_find(&counts->taxonomy->names, record->analysis.topics[i].topic);
        if (topic < counts->taxonomy->names.count)
            counts->records[topic]++;
    }
    return true;
}

static struct text join_phrases(const struct taxonomy *taxonomy, size_t topic, bool are_exclusions,
                                struct arena *arena)
{
    struct text list = {0};
    for (size_t i = 0; i < taxonomy->phrase_count; i++) {
        const struct topic_phrase *phrase = &taxonomy->phrases[i];
        if (phrase->topic == topic && phrase->is_exclusion == are_exclusions)
            list = arena_format(arena, "%.*s%s%.*s", TEXT_ARGUMENT(list), list.size ? "; " : "",
                                TEXT_ARGUMENT(phrase->text));
    }
    return list;
}

static bool list_topics(struct topics_context *context, struct error *error)
{
    const struct taxonomy *taxonomy = &context->taxonomy;
    struct arena arena = {0};
    struct mention_counts counts = {
        taxonomy, arena_alloc(&arena, taxonomy->names.count + 1, sizeof(*counts.records))};
    bool ok = for_each_record(context, count_mentions, &counts, error);
    if (ok)
        print_registry_header();
    for (size_t i = 0; ok && i < taxonomy->names.count; i++) {
        struct registry_row row = {
            .id = taxonomy->names.items[i],
            .phrases = join_phrases(taxonomy, i, false, &arena),
            .exclude = join_phrases(taxonomy, i, true, &arena),
            .records = arena_format(&arena, "%zu", counts.records[i]),
        };
        if (taxonomy->entries)
            row.entry = taxonomy->entries[i];
        else
            row.entry.name_en = row.id;
        print_registry_row(&row);
    }
    arena_free(&arena);
    return ok;
}

/* ---- suggest ---- */

static bool print_suggestion(void *user, const struct saved_insight *saved, struct error *error)
{
    (void)error;
    struct arena *arena = user;
    const struct insight *insight = &saved->insight;
    struct text rest = insight->phrase, name = {0};
    if (insight->kind != INSIGHT_THEME || insight->key.topic.size > 0 ||
        !text_split(&rest, ';', &name))
        return true;
    struct text id = arena_copy_text(arena, name);
    char *bytes = arena_alloc(arena, id.size + 1, 1);
    for (size_t i = 0; i < id.size; i++)
        bytes[i] = id.bytes[i] == ' ' ? '_' : id.bytes[i];
    struct text description = saved->sentence;
    for (size_t i = 0; i < saved->quote_count; i++)
        description = arena_format(arena, "%.*s | %.*s", TEXT_ARGUMENT(description),
                                   TEXT_ARGUMENT(saved->quotes[i].text));
    size_t size;
    bool is_unspaced = name.size > 0 && normalize_letter_class(utf8_decode(name, 0, &size)) ==
                                            LETTER_UNSPACED_SCRIPT;
    struct registry_row row = {
        .id = {bytes, id.size},
        .phrases = insight->phrase,
        .entry = {.name_en = is_unspaced ? (struct text){0} : name,
                  .name_ko = is_unspaced ? name : (struct text){0},
                  .description = description,
                  .status = TOPIC_PROPOSED},
        .records = arena_format(arena, "%.0f", insight->value.value * (double)insight->n),
    };
    print_registry_row(&row);
    return true;
}

static bool suggest_topics(struct topics_context *context, struct error *error)
{
    struct arena arena = {0};
    print_registry_header();
    bool ok = store_for_each_insight(context->assembly.store, 0, print_suggestion, &arena, error);
    arena_free(&arena);
    return ok;
}

/* ---- check ---- */

struct phrase_check {
    struct topics_context *context;
    bool *found;     /* [phrase] */
    size_t *records; /* [phrase] that contain it */
    size_t all_records;
};

static bool count_phrases(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct phrase_check *check = user;
    const struct taxonomy *taxonomy = &check->context->taxonomy;
    taxonomy_find_phrases(taxonomy, get_text(check->context, record), check->found);
    for (size_t i = 0; i < taxonomy->phrase_count; i++)
        check->records[i] += check->found[i];
    check->all_records++;
    return true;
}

static struct text get_topic_of(const struct taxonomy *taxonomy, size_t phrase)
{
    return taxonomy->names.items[taxonomy->phrases[phrase].topic];
}

/* Prints what is wrong with a phrase; returns the number of lines. */
static size_t check_phrase(const struct phrase_check *check, size_t number)
{
    const struct taxonomy *taxonomy = &check->context->taxonomy;
    const struct topic_phrase *phrase = &taxonomy->phrases[number];
    struct text topic = get_topic_of(taxonomy, number);
    size_t faults = 0;
    for (size_t i = 0; i < number; i++)
        if (text_equal(taxonomy->phrases[i].text, phrase->text) &&
            (taxonomy->phrases[i].topic == phrase->topic ||
             (!phrase->is_exclusion && !taxonomy->phrases[i].is_exclusion))) {
            printf("%.*s: \"%.*s\" is a phrase of %.*s, too\n", TEXT_ARGUMENT(topic),
                   TEXT_ARGUMENT(phrase->text), TEXT_ARGUMENT(get_topic_of(taxonomy, i)));
            faults++;
        }
    if (phrase->is_exclusion || check->all_records == 0)
        return faults;
    if (100 * check->records[number] > FREQUENT_PERCENT * check->all_records) {
        printf("%.*s: \"%.*s\" is in %zu of %zu records: too common to mean one topic\n",
               TEXT_ARGUMENT(topic), TEXT_ARGUMENT(phrase->text), check->records[number],
               check->all_records);
        faults++;
    }
    return faults;
}

/* Phrases that are in no record are no fault: the topic may be new. */
static void print_unused_phrases(const struct phrase_check *check, size_t topic)
{
    const struct taxonomy *taxonomy = &check->context->taxonomy;
    size_t count = 0;
    for (size_t i = 0; i < taxonomy->phrase_count; i++) {
        const struct topic_phrase *phrase = &taxonomy->phrases[i];
        if (phrase->topic != topic || phrase->is_exclusion || check->records[i] > 0)
            continue;
        if (count++ == 0)
            printf("%.*s: in no record: ", TEXT_ARGUMENT(taxonomy->names.items[topic]));
        printf("%s%.*s", count > 1 ? ", " : "", TEXT_ARGUMENT(phrase->text));
    }
    if (count > 0)
        printf("\n");
}

/* False without an error if something is wrong. */
static bool check_topics(struct topics_context *context, struct error *error)
{
    const struct taxonomy *taxonomy = &context->taxonomy;
    struct arena arena = {0};
    struct phrase_check check = {
        .context = context,
        .found = arena_alloc(&arena, taxonomy->phrase_count + 1, sizeof(bool)),
        .records = arena_alloc(&arena, taxonomy->phrase_count + 1, sizeof(size_t)),
    };
    size_t faults = 0;
    bool ok = for_each_record(context, count_phrases, &check, error);
    for (size_t i = 0; ok && i < taxonomy->phrase_count; i++)
        faults += check_phrase(&check, i);
    for (size_t i = 0; ok && check.all_records > 0 && i < taxonomy->names.count; i++)
        print_unused_phrases(&check, i);
    if (ok)
        printf("%zu topics with %zu phrases; faults: %zu\n", taxonomy->names.count,
               taxonomy->phrase_count, faults);
    arena_free(&arena);
    return ok && faults == 0;
}

/* ---- diff ---- */

struct topic_changes {
    struct text id;
    size_t gained, lost;
    struct text gained_examples[MAX_EXAMPLES], lost_examples[MAX_EXAMPLES];
};

struct topics_diff {
    struct topics_context *context;
    struct taxonomy old;
    struct name_set ids;           /* of both registries */
    struct topic_changes *changes; /* [id] */
    enum topic_match *matches;     /* room for either registry */
    bool *in_old, *in_new;         /* [id] */
    size_t changed, records;
    struct arena arena;
};

static void mark_topics(struct topics_diff *diff, const struct taxonomy *taxonomy, struct text text,
                        bool *is_mentioned)
{
    memset(is_mentioned, 0, diff->ids.count * sizeof(*is_mentioned));
    taxonomy_match_topics(taxonomy, text, diff->matches);
    for (size_t i = 0; i < taxonomy->names.count; i++) {
        struct text id = taxonomy_get_reported_id(taxonomy, i, (struct text){0});
        if (diff->matches[i] == TOPIC_MATCH_PHRASE && id.size > 0)
            is_mentioned[name_set_add(&diff->ids, id)] = true;
    }
}

static void add_example(struct topics_diff *diff, struct text *examples, size_t count,
                        struct text text)
{
    size_t end = 0, size;
    if (count >= MAX_EXAMPLES)
        return;
    for (size_t i = 0; i < EXAMPLE_CHARACTERS && end < text.size; i++, end += size)
        utf8_decode(text, end, &size);
    examples[count] = arena_format(&diff->arena, "%.*s%s", TEXT_ARGUMENT(text_slice(text, 0, end)),
                                   end < text.size ? "..." : "");
}

static bool compare_record(void *user, const struct saved_record *record, struct error *error)
{
    (void)error;
    struct topics_diff *diff = user;
    struct text text = get_text(diff->context, record);
    bool has_changed = false;
    mark_topics(diff, &diff->old, text, diff->in_old);
    mark_topics(diff, &diff->context->taxonomy, text, diff->in_new);
    for (size_t i = 0; i < diff->ids.count; i++) {
        struct topic_changes *changes = &diff->changes[i];
        if (diff->in_new[i] && !diff->in_old[i])
            add_example(diff, changes->gained_examples, changes->gained++, record->text);
        if (diff->in_old[i] && !diff->in_new[i])
            add_example(diff, changes->lost_examples, changes->lost++, record->text);
        has_changed |= diff->in_old[i] != diff->in_new[i];
    }
    diff->changed += has_changed;
    diff->records++;
    return true;
}

static void print_changes(const struct topics_diff *diff)
{
    printf("%zu of %zu records change their topics\n", diff->changed, diff->records);
    for (size_t i = 0; i < diff->ids.count; i++) {
        const struct topic_changes *changes = &diff->changes[i];
        if (changes->gained + changes->lost == 0)
            continue;
        printf("%.*s: %zu records more, %zu fewer\n", TEXT_ARGUMENT(diff->ids.texts[i]),
               changes->gained, changes->lost);
        for (size_t k = 0; k < MAX_EXAMPLES && k < changes->gained; k++)
            printf("  + %.*s\n", TEXT_ARGUMENT(changes->gained_examples[k]));
        for (size_t k = 0; k < MAX_EXAMPLES && k < changes->lost; k++)
            printf("  - %.*s\n", TEXT_ARGUMENT(changes->lost_examples[k]));
    }
}

static bool diff_topics(struct topics_context *context, const char *old_path, struct error *error)
{
    struct topics_diff diff = {.context = context};
    bool ok = taxonomy_read_file(&diff.old, text_of(old_path), error);
    if (ok) {
        const struct taxonomy *lists[] = {&diff.old, &context->taxonomy};
        size_t topics = diff.old.names.count + context->taxonomy.names.count;
        for (size_t i = 0; i < 2; i++)
            for (size_t k = 0; k < lists[i]->names.count; k++)
                name_set_add(&diff.ids, lists[i]->names.items[k]);
        diff.changes = arena_alloc(&diff.arena, topics + 1, sizeof(*diff.changes));
        diff.matches = arena_alloc(&diff.arena, topics + 1, sizeof(*diff.matches));
        diff.in_old = arena_alloc(&diff.arena, topics + 1, sizeof(bool));
        diff.in_new = arena_alloc(&diff.arena, topics + 1, sizeof(bool));
        ok = for_each_record(context, compare_record, &diff, error);
    }
    if (ok)
        print_changes(&diff);
    taxonomy_close(&diff.old);
    name_set_free(&diff.ids);
    arena_free(&diff.arena);
    return ok;
}

/* ---- The command ---- */

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct topics_command_options, overrides), "",
                .help = "section.key=value that overrides the job file"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {0}},
};

static bool run_action(struct topics_context *context, const struct command_line *command_line,
                       struct error *error)
{
    const char *action = command_line->operands[0];
    if (strcmp(action, "list") == 0)
        return list_topics(context, error);
    if (strcmp(action, "suggest") == 0)
        return suggest_topics(context, error);
    if (strcmp(action, "check") == 0)
        return check_topics(context, error);
    return diff_topics(context, command_line->operands[1], error);
}

static bool run(struct command_line *command_line, struct error *error)
{
    static const char *const actions[] = {"list", "suggest", "check", "diff", NULL};
    struct topics_command_options options = {0};
    struct topics_context context = {0};
    if (!command_parse(&topics_command, command_line, &options, error) ||
        !command_check_operands(&topics_command, command_line->operand_count, 2, 3, error))
        return false;
    struct text action = text_of(command_line->operands[0]);
    int operands = text_equal(action, TEXT("diff")) ? 3 : 2;
    if (!text_is_one_of(action, actions))
        return error_set(error, ERROR_USAGE,
                         "winnow topics: '%s': expected list, suggest, check or diff",
                         command_line->operands[0]);
    bool ok =
        command_check_operands(&topics_command, command_line->operand_count, operands, operands,
                               error) &&
        open_context(&context, command_line->operands[operands - 1], options.overrides, error) &&
        run_action(&context, command_line, error);
    close_context(&context);
    return ok;
}

const struct command topics_command = {
    .name = "topics",
    .summary = "list, propose, check and compare the topics of a job",
    .operands = "list JOB | suggest JOB | check JOB | diff OLD.csv JOB",
    .flags = flags,
    .help =
        "  list     print the job's topics as a registry: a table with one topic a row\n"
        "  suggest  print the themes of records without a topic as rows of a registry\n"
        "  check    print phrases of two topics and phrases that are too common, and exit with 1\n"
        "           if there are any; also print phrases that are in no record\n"
        "  diff     print which records would change their topics by phrases, compared with\n"
        "           another registry\n\n"
        "    winnow topics list job.ini > topics.csv\n"
        "    winnow topics diff topics-old.csv job.ini\n",
    .run = run,
};
