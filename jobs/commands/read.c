/* read.c - `winnow read`: prints the records of files as JSON lines. Needs no model or database. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/calendar.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "connectors/connectors.h"
#include "connectors/input/archive.h"
#include "jobs/command.h"
#include "jobs/sandbox.h"
#include "pipeline/batch_reader.h"
#include "pipeline/column_decisions.h"

enum { HEAD_RECORDS = 1000, BATCH_RECORDS = 256, OUTPUT_BUFFER = 64 * 1024 };

struct read_command_options {
    struct text format, map, delimiter, charset, header, fields, rejects, source_settings;
    int64_t max_archive_files, max_unpack_ratio; /* of an archive */
    bool explains;
};

/* One execution of the command. `arena` is reset after each file. */
struct read_session {
    struct read_command_options options;
    struct arena arena;
    struct file_writer rejects;
    void *reject_state;                                 /* of raw_format */
    uint64_t record_count, reject_count, skipped_count; /* of the current file */
    char **paths;                                       /* the operands */
    int path_count;
    bool has_several_files;
    struct column_facts facts; /* of all files, as if they were one source */
    bool has_all_facts;        /* `facts` are of all rows, not only of the first of some files */
};

static const struct flag flags[] = {
    {.option = {"format", OPTION_TEXT, offsetof(struct read_command_options, format),
                .default_value = "",
                .help =
                    "format of the files: csv, xlsx, json, xml, mail or chat; default: detect it"},
     .short_name = 'f',
     .value_name = "FORMAT"},
    {.option = {"map", OPTION_TEXT, offsetof(struct read_command_options, map), .default_value = "",
                .help = "roles of columns: text=COLUMN,date=COLUMN,... (also id, rating, title, "
                        "author, lang)"},
     .short_name = 'm',
     .value_name = "ROLES"},
    {.option = {"fields", OPTION_CHOICE, offsetof(struct read_command_options, fields),
                .default_value = "none", .choices = "none|all",
                .help = "all: also print every column of the file"},
     .value_name = "all"},
    {.option = {"rejects", OPTION_TEXT, offsetof(struct read_command_options, rejects),
                .default_value = "", .help = "CSV file to write the rejected rows to"},
     .short_name = 'r',
     .value_name = "FILE"},
    {.option = {"explain", OPTION_BOOLEAN, offsetof(struct read_command_options, explains),
                .default_value = "no",
                .help = "print on stderr which format and columns were chosen, and why"},
     .short_name = 'e'},
    {.option = {"delimiter", OPTION_TEXT, offsetof(struct read_command_options, delimiter),
                .default_value = "",
                .help = "cell separator of a table; also the words tab and none"},
     .short_name = 'd',
     .value_name = "CHARACTER"},
    {.option = {"charset", OPTION_TEXT, offsetof(struct read_command_options, charset),
                .default_value = "",
                .help = "character set of the files, by its iconv name; default: detect it"},
     .short_name = 'c',
     .value_name = "CHARSET"},
    {.option = {"header", OPTION_TEXT, offsetof(struct read_command_options, header),
                .default_value = "",
                .help =
                    "yes or no: whether the first row contains column names; default: detect it"},
     .value_name = "YES"},
    {.option = {"max-archive-files", OPTION_INTEGER,
                offsetof(struct read_command_options, max_archive_files), .default_value = "10000",
                .min = 1, .max = 10000000, .help = "maximum files in an archive"},
     .value_name = "N"},
    {.option = {"max-unpack-ratio", OPTION_INTEGER,
                offsetof(struct read_command_options, max_unpack_ratio), .default_value = "200",
                .min = 1, .max = 1000000, .help = "maximum ratio of unpacked to packed size"},
     .value_name = "N"},
    {.option = {"set", OPTION_TEXT, offsetof(struct read_command_options, source_settings),
                .default_value = "",
                .help = "another key of [source] in a job file: own_domains=example.com"},
     .short_name = 's',
     .value_name = "KEY=VALUE",
     .is_repeatable = true},
    {.option = {0}},
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

static void write_record(const struct read_session *session, const char *path,
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
    if (record->asked_for != ASKED_FOR_ANYTHING)
        write_text_or_null(&writer, "asked_for", text_of(asked_for_names[record->asked_for]));
    if (record->reply.size > 0)
        write_text_or_null(&writer, "reply", record->reply);
    if (text_equal(session->options.fields, TEXT("all")))
        write_fields(&writer, record);
    json_end(&writer);
}

static bool write_reject(struct read_session *session, const char *path,
                         const struct reject *reject, struct error *error)
{
    char line[24], offset[24];
    snprintf(line, sizeof(line), "%llu", (unsigned long long)reject->line);
    snprintf(offset, sizeof(offset), "%llu", (unsigned long long)reject->byte_offset);
    struct text cells[] = {text_of(path), text_of(line), text_of(offset), reject->reason,
                           reject->raw};
    return raw_format.row(session->reject_state, session->rejects.stream, cells, 5, error);
}

static bool open_rejects_file(struct read_session *session, struct error *error)
{
    static const struct column columns[] = {{"file", COLUMN_TEXT},
                                            {"line", COLUMN_NUMBER},
                                            {"byte_offset", COLUMN_NUMBER},
                                            {"reason", COLUMN_TEXT},
                                            {"raw", COLUMN_TEXT}};
    if (session->options.rejects.size == 0)
        return true;
    session->reject_state = memory_alloc(1, raw_format.state_size + 1);
    if (raw_format.options)
        option_set_defaults(raw_format.options, session->reject_state);
    return file_writer_open(&session->rejects, session->options.rejects.bytes, error) &&
           raw_format.begin(session->reject_state, session->rejects.stream, columns, 5, error);
}

static void collect_all_facts(struct read_session *session);

/* A notation of dates that no file begins with needs all rows, unless its first batch shows the
 * order. */
static void find_facts_of_notation(struct read_session *session, const struct batch *batch,
                                   uint64_t shape)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].date.shape == shape)
            column_facts_add(&session->facts, &batch->records[i]);
    const struct date_facts *dates = column_facts_find_date(&session->facts, shape);
    if (date_facts_decide(dates).basis < DATE_BASIS_SHOWN)
        collect_all_facts(session);
}

/* Sets what the facts decide. */
static void apply_facts(struct read_session *session, const struct batch *batch,
                        struct record *record)
{
    if (record->date.shape && !session->has_all_facts &&
        !column_facts_find_date(&session->facts, record->date.shape))
        find_facts_of_notation(session, batch, record->date.shape);
    column_facts_apply(&session->facts, record);
}

static bool write_batch(struct read_session *session, const struct batch *batch,
                        struct error *error)
{
    for (size_t i = 0; i < batch->count; i++) {
        apply_facts(session, batch, &batch->records[i]);
        write_record(session, batch->path, &batch->records[i]);
    }
    bool ok = true;
    for (size_t i = 0; session->reject_state && ok && i < batch->reject_count; i++)
        ok = write_reject(session, batch->path, &batch->rejects[i], error);
    if (ok && ferror(stdout))
        ok = error_set(error, ERROR_STORE, "standard output cannot be written (disk full?)");
    session->record_count += batch->count;
    session->reject_count += batch->reject_count;
    session->skipped_count += batch->skipped;
    return ok;
}

static bool set_option(const struct connector *connector, void *state, const char *name,
                       struct text value, struct error *error)
{
    const struct option *option =
        connector->options ? option_find(connector->options, text_of(name)) : NULL;
    if (!option || value.size == 0)
        return true; /* the option belongs to another format */
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

/* Applies the values of --set, one per line. */
static bool apply_source_settings(struct read_session *session, const struct connector *connector,
                                  void *state, struct error *error)
{
    struct text rest = session->options.source_settings, value, name;
    while (rest.size && text_split(&rest, '\n', &value)) {
        if (!text_split(&value, '=', &name) || !value.bytes || !is_source_key(name))
            return error_set(error, ERROR_USAGE,
                             "--set %.*s: expected KEY=VALUE with a key of [source]; `winnow plan "
                             "--keys` lists them",
                             TEXT_ARGUMENT(name));
        if (!set_option(connector, state, arena_copy_text(&session->arena, name).bytes, value,
                        error))
            return false;
    }
    return true;
}

static bool choose_connector(struct read_session *session, const char *path,
                             const struct connector **connector, struct text *recognition_report,
                             struct error *error)
{
    *recognition_report = (struct text){0};
    *connector = connectors_find(session->options.format);
    if (*connector)
        return true;
    if (session->options.format.size > 0)
        return error_set(error, ERROR_USAGE, "--format %.*s: there is no such connector",
                         TEXT_ARGUMENT(session->options.format));
    if (!connectors_recognize(path, &session->arena, connector, recognition_report, error))
        return false;
    return *connector ||
           error_set(error, ERROR_INPUT, "%s: format not recognized (%.*s); set it with --format",
                     path, TEXT_ARGUMENT(*recognition_report));
}

/* Sets the connector's state to the options; the caller frees it. */
static bool set_options(struct read_session *session, const struct input_file *file,
                        struct error *error)
{
    const struct read_command_options *options = &session->options;
    const struct connector *connector = file->connector;
    void *state = file->connector_state;
    char max_ratio_text[24];
    snprintf(max_ratio_text, sizeof(max_ratio_text), "%lld", (long long)options->max_unpack_ratio);
    if (connector->options)
        option_set_defaults(connector->options, state);
    return set_option(connector, state, "map", options->map, error) &&
           set_option(connector, state, "delimiter", options->delimiter, error) &&
           set_option(connector, state, "charset", options->charset, error) &&
           set_option(connector, state, "header", options->header, error) &&
           set_option(connector, state, "max_unpack_ratio", text_of(max_ratio_text), error) &&
           set_option(connector, state, "allow_missing_text", TEXT("yes"), error) &&
           apply_source_settings(session, connector, state, error);
}

/* ---- Facts of all rows ---- */

/* Whether the connector's dates and ratings need other rows. */
static bool has_columns(const struct connector *connector)
{
    return connector->options && option_find(connector->options, TEXT("dates"));
}

static void add_facts(struct read_session *session, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        column_facts_add(&session->facts, &batch->records[i]);
}

/* Adds the facts of a file. Faults are reported when it is read for its records. */
static void collect_file(struct read_session *session, const char *path)
{
    struct error fault = {0};
    struct text recognition_report;
    struct input_file file = {.path = path, .name = path};
    if (!choose_connector(session, path, &file.connector, &recognition_report, &fault) ||
        !has_columns(file.connector))
        return;
    file.connector_state = memory_alloc(1, file.connector->state_size);
    if (set_options(session, &file, &fault)) {
        struct batch_reader reader;
        batch_reader_open(&reader, &file, BATCH_RECORDS);
        while (reader.status == READ_OK) {
            batch_reader_fill(&reader, UINT64_MAX);
            add_facts(session, &reader.batch);
        }
        batch_reader_close(&reader);
    }
    free(file.connector_state);
    arena_reset(&session->arena);
}

static void collect_file_or_members(struct read_session *session, const char *path)
{
    struct archive_limits limits = {session->options.max_archive_files,
                                    session->options.max_unpack_ratio};
    struct arena names = {0};
    struct archive_members members;
    struct error fault = {0};
    if (archive_list_members(path, &limits, &names, &members, &fault)) {
        if (members.count == 0)
            collect_file(session, path);
        for (size_t i = 0; i < members.count; i++)
            collect_file(session, members.paths[i].bytes);
    }
    arena_free(&names);
}

static void reset_facts(struct read_session *session)
{
    column_facts_free(&session->facts);
    session->facts.future_begins = column_facts_future(time(NULL));
}

/* The first of two readings, if the first rows do not settle the matter. */
static void collect_all_facts(struct read_session *session)
{
    struct arena arena = session->arena; /* in use for the current file */
    session->arena = (struct arena){0};
    reset_facts(session);
    for (int i = 0; i < session->path_count; i++)
        collect_file_or_members(session, session->paths[i]);
    session->has_all_facts = true;
    arena_free(&session->arena);
    session->arena = arena;
}

/* Adds the first rows of a file, and all rows of all files if those do not settle the matter. */
static void find_facts(struct read_session *session, const struct batch_reader *reader)
{
    if (session->has_all_facts)
        return;
    add_facts(session, &reader->batch);
    bool is_all = reader->status != READ_OK && !session->has_several_files;
    if (!is_all && !column_facts_are_settled(&session->facts, session->options.explains))
        collect_all_facts(session);
}

static bool print_warning(void *user, const struct column_warning *warning, struct error *error)
{
    (void)user;
    (void)error;
    fprintf(stderr, "winnow read: note: %.*s\n", TEXT_ARGUMENT(warning->text));
    return true;
}

static void print_warnings(struct read_session *session)
{
    struct text place = session->path_count == 1
                            ? text_of(session->paths[0])
                            : arena_format(&session->arena, "%d files", session->path_count);
    column_facts_for_each_warning(&session->facts, place, print_warning, NULL, NULL);
}

/* ---- Reading ---- */

static void explain(struct read_session *session, const char *path,
                    const struct connector *connector, void *state)
{
    if (!session->options.explains || !connector->explain)
        return;
    struct text lines = connector->explain(state, &session->facts, &session->arena), line;
    while (text_split(&lines, '\n', &line))
        fprintf(stderr, "%s: %.*s\n", path, TEXT_ARGUMENT(line));
}

static bool read_rows(struct read_session *session, const struct input_file *file,
                      struct error *error)
{
    struct batch_reader reader;
    bool ok = true, is_open = batch_reader_open(&reader, file, BATCH_RECORDS);
    if (is_open && has_columns(file->connector)) {
        reader.max_records = HEAD_RECORDS;
        batch_reader_fill(&reader, UINT64_MAX);
        reader.max_records = BATCH_RECORDS;
        find_facts(session, &reader);
    }
    if (is_open)
        explain(session, file->path, file->connector, file->connector_state);
    ok = write_batch(session, &reader.batch, error);
    while (ok && reader.status == READ_OK) {
        batch_reader_fill(&reader, UINT64_MAX);
        ok = write_batch(session, &reader.batch, error);
    }
    if (ok && reader.status == READ_FAILED)
        ok = error_set(error, reader.failure.kind, "%s", reader.failure.message);
    batch_reader_close(&reader);
    return ok;
}

static void print_counts(const struct read_session *session, const char *path)
{
    fprintf(stderr, "%s: %llu records, %llu rejects", path,
            (unsigned long long)session->record_count, (unsigned long long)session->reject_count);
    if (session->skipped_count > 0)
        fprintf(stderr, ", %llu skipped", (unsigned long long)session->skipped_count);
    fputc('\n', stderr);
}

static bool read_file(struct read_session *session, const char *path, struct error *error)
{
    struct input_file file = {.path = path, .name = path};
    struct text recognition_report;
    if (!choose_connector(session, path, &file.connector, &recognition_report, error))
        return false;
    if (session->options.explains && recognition_report.size > 0)
        fprintf(stderr, "%s: %.*s\n", path, TEXT_ARGUMENT(recognition_report));
    file.connector_state = memory_alloc(1, file.connector->state_size);
    session->record_count = session->reject_count = session->skipped_count = 0;
    bool ok = set_options(session, &file, error) && read_rows(session, &file, error);
    free(file.connector_state);
    if (session->reject_count > 0 || session->skipped_count > 0 || session->options.explains)
        print_counts(session, path);
    arena_reset(&session->arena);
    return ok;
}

/* Keeps the first fault in `error`, for main, and prints the others. */
static void report_fault(const struct error *fault, struct error *error)
{
    if (error->kind != ERROR_NONE)
        fprintf(stderr, "winnow read: %s\n", fault->message);
    error_set(error, fault->kind, "%s", fault->message);
}

/* Reads a file, or every member of an archive, even after one that cannot be read. */
static bool read_file_or_members(struct read_session *session, const char *path,
                                 struct error *error)
{
    struct archive_limits limits = {session->options.max_archive_files,
                                    session->options.max_unpack_ratio};
    struct arena names = {0};
    struct archive_members members;
    bool ok = archive_list_members(path, &limits, &names, &members, error);
    if (ok && members.count == 0)
        ok = read_file(session, path, error);
    session->has_several_files |= members.count > 1;
    for (size_t i = 0; ok && i < members.count; i++) {
        struct error fault = {0};
        if (!read_file(session, members.paths[i].bytes, &fault))
            report_fault(&fault, error);
        ok = fault.kind != ERROR_STORE; /* else the output cannot be written: stop */
    }
    arena_free(&names);
    return error->kind == ERROR_NONE;
}

/* Reads every file, even after one that cannot be read. */
static bool read_files(struct read_session *session, char **paths, int count, struct error *error)
{
    for (int i = 0; i < count; i++) {
        struct error fault = {0};
        if (read_file_or_members(session, paths[i], &fault))
            continue;
        report_fault(&fault, error);
        if (fault.kind == ERROR_STORE) /* the output cannot be written: stop */
            break;
    }
    return error->kind == ERROR_NONE;
}

/* Only the folder of --rejects stays writable. */
static bool enter_sandbox(struct read_session *session, struct error *error)
{
    const char *path = session->options.rejects.bytes;
    const char *slash = session->options.rejects.size ? strrchr(path, '/') : NULL;
    struct sandbox_folders folders = {0};
    if (slash)
        folders.paths[0] =
            arena_format(&session->arena, "%.*s", (int)(slash - path) + 1, path).bytes;
    else if (session->options.rejects.size)
        folders.paths[0] = ".";
    return sandbox_enter(SANDBOX_SILENT, &folders, error);
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct read_session session = {0};
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
    bool ok =
        command_parse(&read_command, command_line, &session.options, error) &&
        command_check_operands(&read_command, command_line->operand_count, 1, INT_MAX, error) &&
        enter_sandbox(&session, error) && open_rejects_file(&session, error);
    if (ok) {
        session.paths = command_line->operands;
        session.path_count = command_line->operand_count;
        session.has_several_files = session.path_count > 1;
        reset_facts(&session);
        ok = read_files(&session, command_line->operands, command_line->operand_count, error);
        print_warnings(&session);
        if (session.reject_state && error->kind != ERROR_STORE)
            ok = file_writer_commit(&session.rejects, error) && ok;
    }
    file_writer_abort(&session.rejects);
    column_facts_free(&session.facts);
    arena_free(&session.arena);
    free(session.reject_state);
    return ok;
}

const struct command read_command = {
    .name = "read",
    .summary = "print the records of files as JSON lines; needs no job and no model",
    .operands = "FILE...",
    .help =
        "Prints one JSON object per record: source, line, external_id, created_at (UTC), author,\n"
        "rating, title, text, lang. In surveys each answer is a record and also has question;\n"
        "asked_for says whether the question asks for praise or for complaints. reply is what the\n"
        "company answered.\n"
        "Rejected and skipped rows are counted on standard error.\n"
        "\n"
        "  winnow read --explain reviews.csv\n"
        "  winnow read --map text=Comment,date=When --fields all export.csv\n"
        "  winnow read --format mail --rejects rejects.csv inbox/\n",
    .flags = flags,
    .run = run,
};
