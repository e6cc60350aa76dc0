/* read.c - `winnow read`: what a connector makes of files, as JSON lines; no model, no database. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "jobs/command.h"
#include "pipeline/batch_reader.h"

enum { BATCH_RECORDS = 256, OUTPUT_BUFFER = 64 * 1024 };

/* The command line. */
struct read {
    struct text format, map, delimiter, charset, header, fields, rejects, source_settings;
    int64_t max_members, max_ratio;
    bool explain;
};

/* What a run of the command works with. */
struct read_session {
    struct read options;
    struct arena arena;
    struct file_writer rejects;
    void *reject_state; /* of raw_format */
    uint64_t records, reject_count, skipped;
};

static const struct flag flags[] = {
    {.option = {"format", OPTION_TEXT, offsetof(struct read, format), .default_value = "",
                .help =
                    "connector that reads the files: csv, xlsx, json, xml, mail; else it is found"},
     .short_name = 'f',
     .value_name = "FORMAT"},
    {.option = {"map", OPTION_TEXT, offsetof(struct read, map), .default_value = "",
                .help = "which column is what: text=COLUMN,date=COLUMN,... (id, rating, title, "
                        "author, lang)"},
     .short_name = 'm',
     .value_name = "ROLES"},
    {.option = {"fields", OPTION_CHOICE, offsetof(struct read, fields), .default_value = "none",
                .choices = "none|all", .help = "all: also every column, in its order"},
     .value_name = "all"},
    {.option = {"rejects", OPTION_TEXT, offsetof(struct read, rejects), .default_value = "",
                .help = "write the rows left behind to this CSV file"},
     .short_name = 'r',
     .value_name = "FILE"},
    {.option = {"explain", OPTION_BOOLEAN, offsetof(struct read, explain), .default_value = "no",
                .help = "tell on standard error what was chosen and why"},
     .short_name = 'e'},
    {.option = {"delimiter", OPTION_TEXT, offsetof(struct read, delimiter), .default_value = "",
                .help = "between the cells of a table; tab and none are words for it"},
     .short_name = 'd',
     .value_name = "CHARACTER"},
    {.option = {"charset", OPTION_TEXT, offsetof(struct read, charset), .default_value = "",
                .help = "of the files, as iconv names it; else it is found"},
     .short_name = 'c',
     .value_name = "CHARSET"},
    {.option = {"header", OPTION_TEXT, offsetof(struct read, header), .default_value = "",
                .help = "yes or no: whether a table's first row holds names; else it is found"},
     .value_name = "YES"},
    {.option = {"max-archive-files", OPTION_INTEGER, offsetof(struct read, max_members),
                .default_value = "10000", .min = 1, .max = 10000000,
                .help = "files that an archive may hold"},
     .value_name = "N"},
    {.option = {"max-unpack-ratio", OPTION_INTEGER, offsetof(struct read, max_ratio),
                .default_value = "200", .min = 1, .max = 1000000,
                .help = "times its size that a packed file may grow when it is unpacked"},
     .value_name = "N"},
    {.option = {"set", OPTION_TEXT, offsetof(struct read, source_settings), .default_value = "",
                .help = "any other key of a job's [source]: own_domains=example.com"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {{0}, 0, NULL, false},
};

extern const struct command read_command; /* at the end of this file */

static void write_text_or_null(struct json_writer *writer, const char *name, struct text value)
{
    json_write_key(writer, text_of(name));
    if (value.size > 0)
        json_write_text(writer, value);
    else
        json_write_null(writer);
}

static void write_fields(struct json_writer *writer, const struct record *record)
{
    json_write_key(writer, TEXT("fields"));
    json_begin_object(writer);
    for (size_t i = 0; i < record->field_count; i++) {
        json_write_key(writer, record->fields[i].name);
        json_write_text(writer, record->fields[i].value);
    }
    json_end(writer);
}

static void write_record(const struct read_session *run, const char *path,
                         const struct record *record)
{
    struct json_writer writer = {.stream = stdout};
    char date[32];
    calendar_format(record->created_at, date);
    json_begin_object(&writer);
    json_write_key(&writer, TEXT("source"));
    json_write_text(&writer, text_of(path));
    json_write_key(&writer, TEXT("line"));
    json_write_unsigned(&writer, record->line);
    write_text_or_null(&writer, "external_id", record->external_id);
    write_text_or_null(&writer, "created_at", text_of(date));
    write_text_or_null(&writer, "author", record->author);
    json_write_key(&writer, TEXT("rating"));
    json_write_real(&writer, record->rating); /* null when there is none */
    json_write_key(&writer, TEXT("title"));
    json_write_text(&writer, record->title);
    json_write_key(&writer, TEXT("text"));
    json_write_text(&writer, record->body);
    write_text_or_null(&writer, "lang", record->lang);
    if (record->question.size > 0)
        write_text_or_null(&writer, "question", record->question);
    if (text_equal(run->options.fields, TEXT("all")))
        write_fields(&writer, record);
    json_end(&writer);
}

static bool write_reject(struct read_session *run, const char *path, const struct reject *reject,
                         struct error *error)
{
    char line[24], offset[24];
    snprintf(line, sizeof(line), "%llu", (unsigned long long)reject->line);
    snprintf(offset, sizeof(offset), "%llu", (unsigned long long)reject->byte_offset);
    struct text cells[] = {text_of(path), text_of(line), text_of(offset), reject->reason,
                           reject->raw};
    return raw_format.row(run->reject_state, run->rejects.stream, cells, 5, error);
}

static bool open_rejects_file(struct read_session *run, struct error *error)
{
    static const struct column columns[] = {{"file", COLUMN_TEXT},
                                            {"line", COLUMN_NUMBER},
                                            {"byte_offset", COLUMN_NUMBER},
                                            {"reason", COLUMN_TEXT},
                                            {"raw", COLUMN_TEXT}};
    if (run->options.rejects.size == 0)
        return true;
    run->reject_state = memory_alloc(1, raw_format.state_size + 1);
    if (raw_format.options)
        option_set_defaults(raw_format.options, run->reject_state);
    return file_writer_open(&run->rejects, run->options.rejects.bytes, error) &&
           raw_format.begin(run->reject_state, run->rejects.stream, columns, 5, error);
}

static bool write_batch(struct read_session *run, const struct batch *batch, struct error *error)
{
    for (size_t i = 0; i < batch->count; i++)
        write_record(run, batch->path, &batch->records[i]);
    bool ok = true;
    for (size_t i = 0; run->reject_state && ok && i < batch->reject_count; i++)
        ok = write_reject(run, batch->path, &batch->rejects[i], error);
    if (ok && ferror(stdout))
        ok = error_set(error, ERROR_STORE, "standard output: the write failed (disk full?)");
    run->records += batch->count;
    run->reject_count += batch->reject_count;
    run->skipped += batch->skipped;
    return ok;
}

static bool set_option(const struct connector *connector, void *state, const char *name,
                       struct text value, struct error *error)
{
    const struct option *option =
        connector->options ? option_find(connector->options, text_of(name)) : NULL;
    if (!option || value.size == 0)
        return true; /* a file of another format has no use for it */
    char where[32];
    snprintf(where, sizeof(where), "--%s", name);
    return option_set(option, state, value, where, error);
}

static bool is_source_key(struct text name)
{
    for (const struct connector *const *connector = connectors; *connector; connector++)
        if ((*connector)->options && option_find((*connector)->options, name))
            return true;
    return false;
}

/* What --set says, a line each. */
static bool apply_source_settings(struct read_session *run, const struct connector *connector,
                                  void *state, struct error *error)
{
    struct text rest = run->options.source_settings, value, name;
    while (rest.size && text_split(&rest, '\n', &value)) {
        if (!text_split(&value, '=', &name) || !value.bytes || !is_source_key(name))
            return error_set(error, ERROR_USAGE,
                             "--set %.*s: expected KEY=VALUE with a key of [source]; `winnow plan "
                             "--keys` lists them",
                             TEXT_ARGUMENT(name));
        if (!set_option(connector, state, arena_copy_text(&run->arena, name).bytes, value, error))
            return false;
    }
    return true;
}

static bool choose_connector(struct read_session *run, const char *path,
                             const struct connector **connector, struct error *error)
{
    struct text recognition_report;
    *connector = connectors_find(run->options.format);
    if (*connector)
        return true;
    if (run->options.format.size > 0)
        return error_set(error, ERROR_USAGE, "--format %.*s: there is no such connector",
                         TEXT_ARGUMENT(run->options.format));
    if (!connectors_recognize(path, &run->arena, connector, &recognition_report, error))
        return false;
    if (!*connector)
        return error_set(error, ERROR_INPUT,
                         "%s: not recognised (%.*s); say which it is with --format", path,
                         TEXT_ARGUMENT(recognition_report));
    if (run->options.explain)
        fprintf(stderr, "%s: %.*s\n", path, TEXT_ARGUMENT(recognition_report));
    return true;
}

static void explain(struct read_session *run, const char *path, const struct connector *connector,
                    void *state)
{
    if (!run->options.explain || !connector->explain)
        return;
    struct text lines = connector->explain(state, &run->arena), line;
    while (text_split(&lines, '\n', &line))
        fprintf(stderr, "%s: %.*s\n", path, TEXT_ARGUMENT(line));
}

static bool read_rows(struct read_session *run, const struct input_file *file, struct error *error)
{
    struct batch_reader reader;
    bool ok = true;
    if (batch_reader_open(&reader, file, BATCH_RECORDS))
        explain(run, file->path, file->connector, file->connector_state);
    while (ok && reader.status == READ_OK) {
        batch_reader_fill(&reader, UINT64_MAX);
        ok = write_batch(run, &reader.batch, error);
    }
    if (ok && reader.status == READ_FAILED)
        ok = error_set(error, reader.failure.kind, "%s", reader.failure.message);
    batch_reader_close(&reader);
    return ok;
}

static void print_counts(const struct read_session *run, const char *path)
{
    fprintf(stderr, "%s: %llu records, %llu rejects", path, (unsigned long long)run->records,
            (unsigned long long)run->reject_count);
    if (run->skipped > 0)
        fprintf(stderr, ", %llu left out", (unsigned long long)run->skipped);
    fputc('\n', stderr);
}

static bool read_file(struct read_session *run, const char *path, struct error *error)
{
    const struct connector *connector;
    if (!choose_connector(run, path, &connector, error))
        return false;
    const struct read *options = &run->options;
    char max_ratio_text[24];
    snprintf(max_ratio_text, sizeof(max_ratio_text), "%lld", (long long)options->max_ratio);
    void *state = memory_alloc(1, connector->state_size);
    run->records = run->reject_count = run->skipped = 0;
    if (connector->options)
        option_set_defaults(connector->options, state);
    struct input_file file = {
        .path = path, .name = path, .connector = connector, .connector_state = state};
    bool ok = set_option(connector, state, "map", options->map, error) &&
              set_option(connector, state, "delimiter", options->delimiter, error) &&
              set_option(connector, state, "charset", options->charset, error) &&
              set_option(connector, state, "header", options->header, error) &&
              set_option(connector, state, "max_unpack_ratio", text_of(max_ratio_text), error) &&
              set_option(connector, state, "allow_missing_text", TEXT("yes"), error) &&
              apply_source_settings(run, connector, state, error) && read_rows(run, &file, error);
    free(state);
    if (run->reject_count > 0 || run->skipped > 0 || options->explain)
        print_counts(run, path);
    arena_reset(&run->arena);
    return ok;
}

/* A file, or every file in it where it is an archive; the first fault, the others are told as they
 * come. */
static bool read_file_or_members(struct read_session *run, const char *path, struct error *error)
{
    struct archive_limits limits = {run->options.max_members, run->options.max_ratio};
    struct arena names = {0};
    struct archive_members members;
    bool all_ok = archive_list_members(path, &limits, &names, &members, error);
    if (all_ok && members.count == 0)
        all_ok = read_file(run, path, error);
    for (size_t i = 0; i < members.count && error->kind != ERROR_STORE; i++) {
        struct error fault = {0};
        if (read_file(run, members.paths[i].bytes, &fault))
            continue;
        if (!all_ok)
            fprintf(stderr, "winnow read: %s\n", error->message);
        all_ok = error_set(error, fault.kind, "%s", fault.message);
    }
    arena_free(&names);
    return all_ok;
}

/* Every file, also behind one that cannot be read: main tells the first fault, the others are told
 * as they come. */
static bool read_files(struct read_session *run, char **paths, int count, struct error *error)
{
    bool all_ok = true;
    for (int i = 0; i < count; i++) {
        struct error fault = {0};
        if (read_file_or_members(run, paths[i], &fault))
            continue;
        if (fault.kind == ERROR_STORE) /* nowhere to write to */
            return error_set(error, fault.kind, "%s", fault.message);
        if (!all_ok)
            fprintf(stderr, "winnow read: %s\n", fault.message);
        error_set(error, fault.kind, "%s", fault.message);
        all_ok = false;
    }
    return all_ok;
}

static int run_command(int argc, char **argv, struct error *error)
{
    struct read_session run = {0};
    struct arena argument_arena = {0};
    int first_operand = 0;
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
    bool ok = command_parse(&read_command, argc, argv, &run.options, &argument_arena,
                            &first_operand, error) &&
              command_check_operands(&read_command, argc - first_operand, 1, 1 << 20, error) &&
              open_rejects_file(&run, error);
    if (ok) {
        ok = read_files(&run, argv + first_operand, argc - first_operand, error);
        if (run.reject_state && error->kind != ERROR_STORE)
            file_writer_commit(&run.rejects, error);
    }
    file_writer_abort(&run.rejects);
    arena_free(&run.arena);
    arena_free(&argument_arena);
    free(run.reject_state);
    return error_exit_code(error->kind);
}

const struct command read_command = {
    .name = "read",
    .summary = "show what a connector makes of files: one JSON object a record",
    .operands = "FILE...",
    .help = "Every record is one line on standard output: source, line, external_id, created_at\n"
            "(UTC), author, rating, title, text, lang; in surveys also question, one record an\n"
            "answer. Rows left behind are counted on standard error.\n"
            "\n"
            "  winnow read --explain reviews.csv\n"
            "  winnow read --map text=Comment,date=When --fields all export.csv\n"
            "  winnow read --format mail --rejects rejects.csv inbox/\n",
    .flags = flags,
    .run = run_command,
};
