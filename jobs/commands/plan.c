/* plan.c - `winnow plan JOB`: what a run would read, and how long it would take. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "jobs/assemble.h"
#include "jobs/command.h"
#include "jobs/progress_bar.h"

struct words {
    struct text sets;
    bool quiet, keys;
};

extern const struct command plan_command;

enum { PROBE_TEXTS = 20 };

static const char *const state_names[RECORD_STATE_COUNT] = {
    [RECORD_NEW] = "new",         [RECORD_UNCHANGED] = "unchanged",
    [RECORD_REVISED] = "revised", [RECORD_DUPLICATE] = "duplicate",
    [RECORD_EMPTY] = "empty",     [RECORD_REJECTED] = "rejected",
};

struct plan {
    struct assembly assembly;
    struct account total;
    uint64_t again; /* of its inferred texts: saved ones that another model has read */
    double probe_tokens, probe_seconds; /* what the model did in a small trial */
    struct progress progress;
};

static bool run_step(struct step *step, struct batch *batch, struct error *error)
{
    return !step->stage->process || step->stage->process(step->state, batch, error);
}

/* Times the model on the first texts that it would read. */
static bool probe(struct plan *plan, struct step *classify, struct batch *batch,
                  struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->records[i].analyse && kept < PROBE_TEXTS) {
            plan->probe_tokens += (double)batch->records[i].analysis.tokens;
            kept++;
        } else {
            batch->records[i].analyse = false;
        }
    double began = clock_seconds();
    bool ok = !kept || run_step(classify, batch, error);
    plan->probe_seconds += clock_seconds() - began;
    return ok;
}

static uint64_t count_again(const struct batch *batch)
{
    uint64_t count = 0;
    for (size_t i = 0; i < batch->count; i++)
        count += batch->records[i].analyse && batch->records[i].state == RECORD_UNCHANGED;
    return count;
}

static void count_batch(const struct batch *batch, struct account *account)
{
    account->read += batch->count + batch->reject_count;
    account->states[RECORD_REJECTED] += batch->reject_count;
    for (size_t i = 0; i < batch->count; i++) {
        const struct record *record = &batch->records[i];
        if (record->state != RECORD_REJECTED)
            account->states[record->state]++;
        else
            account->read--; /* its reject is counted */
        if (record->analyse) {
            account->inferred++;
            account->tokens += (uint64_t)record->analysis.tokens;
        }
    }
}

static bool preview_batch(struct plan *plan, struct batch *batch, struct account *account,
                          struct error *error)
{
    struct pipeline *pipeline = &plan->assembly.pipeline;
    struct step *classify = &pipeline->steps[pipeline->step_count - 1];
    for (struct step *step = pipeline->steps; step < classify; step++)
        if (!run_step(step, batch, error))
            return false;
    count_batch(batch, account);
    plan->again += count_again(batch);
    bool ok = plan->probe_tokens > 0 || probe(plan, classify, batch, error);
    batch_reset(batch);
    return ok;
}

/* Reads the file as a run would, saving nothing. */
static bool preview_file(struct plan *plan, const struct input_file *file, struct account *account,
                         struct text *failure, struct error *error)
{
    struct batch batch = {.path = file->name, .source = file->source};
    struct error fault = {0};
    enum reading reading = READING_MORE;
    bool ok = true;
    if (!file->connector->open(file->connector_state, file->path, &fault))
        reading = READING_FAILED;
    while (ok && reading == READING_MORE) {
        while (reading == READING_MORE &&
               !batch_is_full(&batch, plan->assembly.pipeline.batch_records))
            reading = file->connector->read(file->connector_state, &batch, &fault);
        ok = preview_batch(plan, &batch, account, error);
    }
    file->connector->close(file->connector_state);
    if (reading == READING_FAILED)
        *failure = arena_copy(&plan->assembly.arena, text_of(fault.message));
    batch_free(&batch);
    return ok;
}

static void add_account(struct account *sum, const struct account *account)
{
    sum->read += account->read;
    sum->inferred += account->inferred;
    sum->tokens += account->tokens;
    for (int i = 0; i < RECORD_STATE_COUNT; i++)
        sum->states[i] += account->states[i];
}

static void print_account(const struct account *account)
{
    printf("%llu rows", (unsigned long long)account->read);
    const char *sign = ": ";
    for (int i = 0; i < RECORD_STATE_COUNT; i++)
        if (account->states[i]) {
            printf("%s%llu %s", sign, (unsigned long long)account->states[i], state_names[i]);
            sign = ", ";
        }
    printf("\n");
}

static void print_indented(struct text lines)
{
    struct text line;
    while (lines.size && text_split(&lines, '\n', &line))
        if (line.size)
            printf("    %.*s\n", TEXT_ARGUMENT(line));
}

static bool plan_file(struct plan *plan, const struct found_file *found, struct error *error)
{
    const struct input_file *file = &found->input;
    printf("%s  [source %.*s]\n", file->name, TEXT_ARGUMENT(file->source));
    struct account account = {0};
    struct text failure = text_of(file->failure);
    if (found->empty)
        printf("    empty\n");
    print_indented(found->recognition);
    print_indented(found->explanation);
    if (file->connector && !preview_file(plan, file, &account, &failure, error))
        return false;
    if (file->connector) {
        printf("    ");
        print_account(&account);
    }
    if (failure.size)
        printf("    CANNOT BE READ: %.*s\n", TEXT_ARGUMENT(failure));
    add_account(&plan->total, &account);
    return true;
}

static void print_total(const struct plan *plan)
{
    const struct account *total = &plan->total;
    printf("\nin all: ");
    print_account(total);
    printf("the model would read %llu texts, %llu tokens", (unsigned long long)total->inferred,
           (unsigned long long)total->tokens);
    if (plan->probe_seconds > 0 && plan->probe_tokens > 0) {
        double rate = plan->probe_tokens / plan->probe_seconds;
        double minutes = (double)total->tokens / rate / 60;
        if (minutes * 60 < 1)
            printf(": under a second");
        else if (minutes < 1.5)
            printf(": about %.0f seconds", minutes * 60);
        else
            printf(": about %.0f minutes", minutes);
        printf(" at %.0f tokens a second (tried on %d texts here, %s), and then the summaries",
               rate, PROBE_TEXTS, t5_session_kernels(plan->assembly.session));
    }
    printf("\n");
}

/* Saved texts that no file brings again. */
static bool print_unread(const struct plan *plan, struct error *error)
{
    const struct workbench *bench = &plan->assembly.pipeline.workbench;
    uint64_t texts;
    if (!bench->store)
        return true;
    if (!store_count_unread(bench->store, bench->model_key, &texts, error))
        return false;
    if (texts > plan->again)
        printf("besides, %llu saved texts that another model has read\n",
               (unsigned long long)(texts - plan->again));
    return true;
}

static bool plan_job(struct job *job, const struct words *words, struct error *error)
{
    struct plan plan = {.assembly.selection = {.since = TIME_UNKNOWN, .until = TIME_UNKNOWN}};
    struct meter meter;
    meter_start(&meter, words->quiet);
    plan.progress = (struct progress){.note = meter_progress(&meter).note, .user = &meter};
    struct assembly *assembly = &plan.assembly;
    bool ok = assemble_files(assembly, job, &plan.progress, error) &&
              assemble_model(assembly, job, error) &&
              assemble_store(assembly, job, DATABASE_LOOKED_AT, error) &&
              assemble_steps(assembly, job, EXTENT_PREVIEW, &plan.progress, error);
    bool readable = true;
    for (size_t i = 0; ok && i < assembly->found_count; i++) {
        ok = plan_file(&plan, &assembly->found[i], error);
        readable = readable && (assembly->found[i].empty || assembly->found[i].input.connector);
    }
    if (ok)
        print_total(&plan);
    ok = ok && print_unread(&plan, error);
    if (ok && !readable)
        ok = error_set(error, ERROR_INPUT, "not every file can be read: see above");
    assemble_close(assembly);
    return ok;
}

static const struct flag flags[] = {
    {.option = {"set", OPTION_TEXT, offsetof(struct words, sets), "",
                .help = "section.key=value, over what the job file says"},
     .letter = 's',
     .argument = "KEY=VALUE",
     .repeats = true},
    {.option = {"keys", OPTION_BOOLEAN, offsetof(struct words, keys), "no",
                .help = "print every section and key that a job file may have; needs no JOB"}},
    {.option = {"quiet", OPTION_BOOLEAN, offsetof(struct words, quiet), "no",
                .help = "no progress, only warnings and errors"},
     .letter = 'q'},
    {.option = {0}},
};

static int run(int argc, char **argv, struct error *error)
{
    struct words words = {0};
    struct arena arena = {0};
    struct job job = {0};
    int first;
    bool ok = command_parse(&plan_command, argc, argv, &words, &arena, &first, error);
    if (ok && words.keys) {
        job_print_keys(stdout);
        arena_free(&arena);
        return 0;
    }
    ok = ok && command_operands(&plan_command, argc - first, 1, 1, error) &&
         job_load(&job, argv[first], words.sets, error) && plan_job(&job, &words, error);
    job_free(&job);
    arena_free(&arena);
    return ok ? 0 : error_exit_code(error->kind);
}

const struct command plan_command = {
    .name = "plan",
    .summary = "look first: files, how each is recognised, new rows, minutes",
    .operands = "JOB",
    .flags = flags,
    .help = "Reads the files as a run would and saves nothing. For each it says which format it\n"
            "was taken for and why, which column became what, and how many rows are new.\n"
            "\n"
            "  winnow plan weekly.job\n"
            "  winnow plan weekly.job --set 'source.map=text=Comment,date=When'\n",
    .run = run,
};
