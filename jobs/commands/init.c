/* init.c - `winnow init [FOLDER]`: writes a job file for the exports in a folder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_table.h"
#include "base/memory.h"
#include "jobs/command.h"
#include "jobs/export_files.h"
#include "jobs/job.h"
#include "jobs/sandbox.h"
#include "pipeline/batch_reader.h"

struct init_command_options {
    struct text output;
};

extern const struct command init_command;

#define SYSTEM_FOLDER "/etc/winnow/" /* of jobs that systemd runs */

enum { SAMPLE_RECORDS = 2000, MAX_VALUES = 30, MAX_SUGGESTIONS = 6 };

struct init {
    struct export_files files;
    struct text
        path_prefix;     /* of paths in the job file: "", or the folder if the file is elsewhere */
    struct text results; /* the output folder */
    struct text *source_names;
    size_t source_count;
    FILE *job; /* the job file as it grows */
    struct arena arena;
};

/* ---- Sources ---- */

static bool is_taken(const struct init *init, struct text name)
{
    for (size_t i = 0; i < init->source_count; i++)
        if (text_equal(init->source_names[i], name))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return ascii_is_letter(c) || (unsigned char)c >= 0x80;
}

/* "Play Store/reviews_": "reviews"; unique. */
static struct text name_source(struct init *init, const struct export_file *file)
{
    struct text prefix = export_path_prefix(file->path);
    size_t begin = export_path_name(prefix), size = 0;
    while (begin < prefix.size && !is_letter(prefix.bytes[begin]))
        begin++;
    char *bytes = arena_alloc(&init->arena, prefix.size + 1, 1);
    for (size_t i = begin; i < prefix.size; i++) {
        char c = ascii_to_lower(prefix.bytes[i]);
        if (is_letter(c) || ascii_is_digit(c))
            bytes[size++] = c;
        else if (size > 0 && bytes[size - 1] != '-')
            bytes[size++] = '-';
    }
    while (size > 0 && bytes[size - 1] == '-')
        size--;
    struct text base = size ? (struct text){bytes, size} : text_of(file->connector->name);
    struct text name = base;
    for (int number = 2; is_taken(init, name); number++)
        name = arena_format(&init->arena, "%.*s-%d", TEXT_ARGUMENT(base), number);
    init->source_names[init->source_count++] = name;
    return name;
}

/* A value that looks like a comment, or begins or ends with a blank, needs quotes. */
static void write_path(struct init *init, struct text path)
{
    FILE *job = init->job;
    path = arena_format(&init->arena, "%.*s%.*s", TEXT_ARGUMENT(init->path_prefix),
                        TEXT_ARGUMENT(path));
    bool needs_quotes = !text_equal(path, text_trim(path));
    for (size_t i = 0; i < path.size; i++)
        needs_quotes |= path.bytes[i] == '#' || path.bytes[i] == ';';
    const char *quote = needs_quotes ? "\"" : "";
    fprintf(job, "path = %s%.*s%s\n", quote, TEXT_ARGUMENT(path), quote);
}

static void write_comments(FILE *job, struct text lines)
{
    struct text line;
    while (lines.size && text_split(&lines, '\n', &line))
        if (line.size)
            fprintf(job, "; %.*s\n", TEXT_ARGUMENT(line));
}

/* ---- Columns to group by ---- */

struct column_values {
    struct text name;
    struct hash_table values;
    size_t count;     /* of different values */
    uint64_t records; /* with a value */
};

struct column_list {
    struct column_values *columns;
    size_t count, capacity;
};

static struct column_values *get_column(struct column_list *list, struct text name,
                                        struct arena *arena)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->columns[i].name, name))
            return &list->columns[i];
    list->columns =
        memory_grow(list->columns, &list->capacity, list->count + 1, sizeof(*list->columns));
    struct column_values *column = &list->columns[list->count++];
    *column = (struct column_values){.name = arena_copy_text(arena, name)};
    return column;
}

static void add_columns(struct column_list *list, const struct batch *batch, struct arena *arena)
{
    for (size_t i = 0; i < batch->count; i++)
        for (size_t j = 0; j < batch->records[i].field_count; j++) {
            const struct field *field = &batch->records[i].fields[j];
            if (!field->value.size)
                continue;
            struct column_values *column = get_column(list, field->name, arena);
            bool is_new;
            hash_table_get_or_insert(&column->values, hash_text(field->value), 1, &is_new);
            column->count += is_new;
            column->records++;
        }
}

/* Columns with few values that repeat: product, branch, plan. Columns of ratings are listed, too.
 */
static void write_columns(struct init *init, const struct export_file *file)
{
    struct column_list list = {0};
    struct batch_reader reader;
    struct input_file input = {.path = export_files_join(&init->files, file->path),
                               .name = file->path.bytes,
                               .connector = file->connector};
    input.connector_state = arena_alloc(&init->arena, 1, file->connector->state_size);
    option_set_defaults(file->connector->options, input.connector_state);
    if (batch_reader_open(&reader, &input, SAMPLE_RECORDS)) {
        batch_reader_fill(&reader, UINT64_MAX);
        add_columns(&list, &reader.batch, &init->arena);
    }
    batch_reader_close(&reader);
    size_t written = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct column_values *column = &list.columns[i];
        if (column->count < 2 || column->count > MAX_VALUES ||
            column->records < 3 * column->count || written == MAX_SUGGESTIONS)
            continue;
        fprintf(init->job, "%s%.*s (%zu values)",
                written++ ? ", " : "; columns with few values: ", TEXT_ARGUMENT(column->name),
                column->count);
    }
    if (written)
        fprintf(init->job, "\n");
    for (size_t i = 0; i < list.count; i++)
        hash_table_free(&list.columns[i].values);
    free(list.columns);
}

/* ---- The job file ---- */

/* The score and the reason of the connector that was chosen, without those of the others. */
static void write_recognition(struct init *init, const struct export_file *file)
{
    struct text entry = arena_format(&init->arena, "%s ", file->connector->name);
    size_t begin = text_find(file->recognition, entry, 0);
    struct text reason = text_slice(file->recognition, begin, file->recognition.size);
    write_comments(init->job, reason.size ? reason : file->recognition);
}

static void write_explanation(struct init *init, const struct export_file *file)
{
    const struct connector *connector = file->connector;
    void *state = arena_alloc(&init->arena, 1, connector->state_size);
    option_set_defaults(connector->options, state);
    if (connector->explain &&
        connector->open(state, export_files_join(&init->files, file->path), NULL))
        write_comments(init->job, connector->explain(state, NULL, &init->arena));
    connector->close(state);
}

/* The source of files[index] and of all files that belong to it. */
static void write_source(struct init *init, size_t index)
{
    const struct export_file *first = &init->files.items[index];
    size_t count = 0;
    for (size_t i = index; i < init->files.count; i++)
        if (export_files_belong_together(first, &init->files.items[i]))
            init->files.items[i].is_in_source = ++count;
    struct text name = name_source(init, first);
    struct text prefix = export_path_prefix(first->path),
                extension = export_path_extension(first->path);
    struct text pattern =
        arena_format(&init->arena, "%.*s*%.*s", TEXT_ARGUMENT(prefix), TEXT_ARGUMENT(extension));
    bool has_pattern = count > 1 || prefix.size + extension.size < first->path.size;
    fprintf(init->job, "[source %.*s]\n", TEXT_ARGUMENT(name));
    if (has_pattern)
        fprintf(init->job, "; %zu %s now; later exports with such names are read, too\n", count,
                count == 1 ? "file" : "files");
    write_recognition(init, first);
    write_explanation(init, first);
    write_columns(init, first);
    write_path(init, has_pattern ? pattern : first->path);
    fprintf(init->job, "\n");
    printf("  [source %.*s]  %.*s\n", TEXT_ARGUMENT(name),
           TEXT_ARGUMENT(has_pattern ? pattern : first->path));
}

static void write_reason(struct init *init, const struct export_file *file)
{
    struct text reason = file->recognition, line;
    struct text path = text_of(export_files_join(&init->files, file->path));
    if (text_starts_with(reason, path)) /* "FILE: ..." */
        reason = text_slice(reason, path.size + 2, reason.size);
    while (reason.size && text_split(&reason, '\n', &line))
        fprintf(init->job, ";       %.*s\n", TEXT_ARGUMENT(line));
}

static void write_unrecognized(struct init *init)
{
    bool has_heading = false;
    for (size_t i = 0; i < init->files.count; i++) {
        if (init->files.items[i].connector)
            continue;
        if (!has_heading)
            fprintf(init->job, "; Not recognized as feedback, so no source reads them:\n");
        has_heading = true;
        fprintf(init->job, ";   %.*s\n", TEXT_ARGUMENT(init->files.items[i].path));
        write_reason(init, &init->files.items[i]);
        printf("  not recognized: %.*s\n", TEXT_ARGUMENT(init->files.items[i].path));
    }
    if (has_heading)
        fprintf(init->job, "\n");
}

static void write_settings(const struct init *init)
{
    FILE *job = init->job;
    fputs(
        "; Summaries and figures by these columns of the exports (see \"columns with few values\"\n"
        "; above) and by period: day, week, month, quarter, year or all.\n"
        "[group]\n"
        "; by = product\n"
        "period = month\n"
        "\n"
        "; raw is for programs; excel is for spreadsheets, with the delimiter that yours expects.\n"
        "[output]\n",
        job);
    fprintf(job, "path = %.*s\n", TEXT_ARGUMENT(init->results));
    fputs("profile = raw\n"
          "; profile = excel\n"
          "; delimiter = ;\n"
          "\n"
          "; Erase what is older than two years, every time the job runs.\n"
          "; [retain]\n"
          "; months = 24\n",
          job);
}

static size_t count_recognized(const struct init *init)
{
    size_t count = 0;
    for (size_t i = 0; i < init->files.count; i++)
        count += init->files.items[i].connector != NULL;
    return count;
}

/* Writes all sections into memory and checks that they are a valid job. */
static bool compose_job(struct init *init, const char *path, struct text *bytes,
                        struct error *error)
{
    char *buffer = NULL;
    size_t size = 0;
    init->job = open_memstream(&buffer, &size);
    if (!init->job)
        return error_set(error, ERROR_STORE, "out of memory");
    fputs("; Written by `winnow init`. Lines that begin with a semicolon are comments. Paths are\n"
          "; relative to this file. `winnow plan --keys` lists every key.\n\n",
          init->job);
    init->source_names = arena_alloc(&init->arena, init->files.count, sizeof(*init->source_names));
    for (size_t i = 0; i < init->files.count; i++)
        if (init->files.items[i].connector && !init->files.items[i].is_in_source)
            write_source(init, i);
    write_unrecognized(init);
    write_settings(init);
    fclose(init->job);
    *bytes = arena_copy_text(&init->arena, (struct text){buffer, size});
    free(buffer);
    struct job job;
    bool ok = job_parse(&job, *bytes, path, TEXT(""), error);
    job_free(&job);
    return ok;
}

static bool write_job(const char *path, struct text bytes, struct error *error)
{
    struct file_writer writer;
    if (access(path, F_OK) == 0)
        return error_set(error, ERROR_USAGE,
                         "%s exists and is not overwritten; write another file with --output FILE",
                         path);
    if (!file_writer_open(&writer, path, error))
        return false;
    fwrite(bytes.bytes, 1, bytes.size, writer.stream);
    return file_writer_commit(&writer, error);
}

/* "/etc/winnow/shop.ini": "shop". */
static struct text get_stem(const char *path)
{
    struct text text = text_of(path);
    size_t begin = export_path_name(text);
    return text_slice(text, begin, text.size - export_path_extension(text).size);
}

/* Paths in a job file next to the exports are relative. The one of a systemd unit writes where the
 * unit may (jobs/examples/winnow@.service). */
static bool choose_paths(struct init *init, struct text output, const char **path,
                         struct error *error)
{
    init->results = TEXT("out");
    if (text_find(output, TEXT("/"), 0) == output.size) {
        *path = strcmp(init->files.folder, ".") == 0 ? output.bytes
                                                     : export_files_join(&init->files, output);
        return true;
    }
    char *absolute = realpath(init->files.folder, NULL);
    if (!absolute)
        return error_set(error, ERROR_USAGE, "%s: %s", init->files.folder, strerror(errno));
    *path = output.bytes;
    init->path_prefix = arena_format(&init->arena, "%s/", absolute);
    init->results =
        text_starts_with(output, TEXT(SYSTEM_FOLDER))
            ? arena_format(&init->arena, "/var/lib/winnow/%.*s", TEXT_ARGUMENT(get_stem(*path)))
            : arena_format(&init->arena, "%s/out", absolute);
    free(absolute);
    return true;
}

/* Where the job file is written. */
static const char *get_job_folder(struct init *init, const char *path)
{
    struct text text = text_of(path);
    size_t begin = export_path_name(text);
    return begin ? arena_format(&init->arena, "%.*s", (int)begin, path).bytes : ".";
}

static bool init_folder(struct init *init, const char *path, struct error *error)
{
    struct text bytes;
    struct sandbox_folders folders = {.paths = {get_job_folder(init, path)}};
    struct stat status;
    if (stat(init->files.folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(error, ERROR_USAGE, "%s: not a folder", init->files.folder);
    if (access(path, F_OK) == 0)
        return write_job(path, TEXT(""), error); /* refuses before it reads */
    if (!sandbox_enter(SANDBOX_SILENT, &folders, error) || !export_files_find(&init->files, error))
        return false;
    if (!count_recognized(init))
        return error_set(error, ERROR_INPUT,
                         "%s: none of its %zu files is recognized as an export of feedback; name "
                         "another folder, or see docs/FORMATS.md",
                         init->files.folder, init->files.count);
    printf("%s\n", path);
    if (!compose_job(init, path, &bytes, error) || !write_job(path, bytes, error))
        return false;
    printf("\nNext:\n"
           "  winnow plan %s             preview: what would be read, and how\n"
           "  winnow run %s              analyse it\n"
           "  winnow report %s --print   print the report\n",
           path, path, path);
    if (text_starts_with(text_of(path), TEXT(SYSTEM_FOLDER)))
        printf("\nOr let systemd run it, also every night. The exports must be readable for it:\n"
               "  systemctl start winnow@%.*s\n"
               "  systemctl enable --now winnow@%.*s.timer\n",
               TEXT_ARGUMENT(get_stem(path)), TEXT_ARGUMENT(get_stem(path)));
    return true;
}

static const struct flag flags[] = {
    {.option = {"output", OPTION_TEXT, offsetof(struct init_command_options, output), "winnow.ini",
                .help = "the job file: a name in FOLDER, or a path elsewhere"},
     .short_name = 'o',
     .value_name = "FILE"},
    {.option = {0}},
};

static bool run(struct command_line *command_line, struct error *error)
{
    struct init_command_options options = {0};
    struct init init = {.files = {.folder = "."}};
    if (!command_parse(&init_command, command_line, &options, error) ||
        !command_check_operands(&init_command, command_line->operand_count, 0, 1, error))
        return false;
    if (command_line->operand_count)
        init.files.folder = command_line->operands[0];
    const char *path = NULL;
    bool ok = choose_paths(&init, options.output, &path, error) && init_folder(&init, path, error);
    export_files_free(&init.files);
    arena_free(&init.arena);
    return ok;
}

const struct command init_command = {
    .name = "init",
    .summary = "write a job file for the exports in a folder",
    .operands = "[FOLDER]",
    .flags = flags,
    .help =
        "Looks at the files in FOLDER (default: this one) and in its folders, and writes\n"
        "FOLDER/winnow.ini: one [source] for each kind of export, with the format, the columns\n"
        "and why they were recognized as comments. Files whose names differ only in a date or a\n"
        "number belong to one source. Nothing is overwritten, and the exports are not changed.\n"
        "A job file elsewhere has absolute paths; for one in /etc/winnow, the results go to\n"
        "/var/lib/winnow, where the unit winnow@NAME may write.\n"
        "\n"
        "  winnow init\n"
        "  winnow init /srv/feedback\n"
        "  winnow init /srv/feedback --output /etc/winnow/shop.ini\n",
    .run = run,
};
