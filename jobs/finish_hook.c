/* finish_hook.c - forks the helper and tells it how the run ended. */
#include "jobs/finish_hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ascii.h"
#include "jobs/log.h"

enum { EXIT_OF_KILLED = 137 }; /* 128 + SIGKILL, as shells say it */

/* What the run tells its helper. */
struct outcome {
    int64_t exit_code;
    struct row_totals row_totals;
};

static void set_number(const char *name, int64_t number)
{
    char variable[64] = "WINNOW_", digits[24];
    size_t size = strlen(variable);
    for (; *name && size + 1 < sizeof(variable); name++)
        variable[size++] = (char)(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
    snprintf(digits, sizeof(digits), "%lld", (long long)number);
    setenv(variable, digits, 1);
}

static void handle_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* In the helper: waits for the end of the run, then becomes the command. A signal to the whole
 * group (Ctrl-C, systemctl stop) is for the run. */
static void run_helper(int pipe, const char *job_path, const char *folder, const char *command)
{
    struct outcome outcome;
    handle_signals(SIG_IGN);
    ssize_t size;
    while ((size = read(pipe, &outcome, sizeof(outcome))) < 0 && errno == EINTR)
        ;
    if (size != sizeof(outcome))
        outcome = (struct outcome){.exit_code = EXIT_OF_KILLED};
    setenv("WINNOW_JOB", job_path, 1);
    setenv("WINNOW_OUTPUT", folder, 1);
    set_number("exit", outcome.exit_code);
    set_number("read", (int64_t)outcome.row_totals.read);
    for (size_t i = 0; i < RECORD_STATE_COUNT; i++)
        set_number(record_state_names[i], (int64_t)outcome.row_totals.states[i]);
    handle_signals(SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

bool finish_hook_start(struct finish_hook *hook, const struct job *job, struct error *error)
{
    int ends[2];
    struct text command = job->run.on_finish;
    *hook = (struct finish_hook){.pipe = -1};
    if (!command.size)
        return true;
    if (pipe2(ends, O_CLOEXEC) != 0 || (hook->helper = fork()) < 0) {
        hook->helper = 0;
        return error_set(error, ERROR_STORE, "[run] on_finish: no process for it: %s",
                         strerror(errno));
    }
    if (hook->helper == 0) {
        close(ends[1]); /* so that the end of the run is the end of the pipe */
        run_helper(ends[0], job->path, job->output.folder, command.bytes);
    }
    close(ends[0]);
    hook->pipe = ends[1];
    return true;
}

bool finish_hook_run(struct finish_hook *hook, int exit_code, const struct row_totals *row_totals)
{
    struct outcome outcome = {.exit_code = exit_code, .row_totals = *row_totals};
    int status = 0;
    if (!hook->helper)
        return true;
    bool ok = write(hook->pipe, &outcome, sizeof(outcome)) == sizeof(outcome);
    close(hook->pipe);
    while (waitpid(hook->helper, &status, 0) < 0 && errno == EINTR)
        ;
    hook->helper = 0;
    if (ok && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        log_note("[run] on_finish: the command was ended by signal %d", WTERMSIG(status));
    else
        log_note("[run] on_finish: the command exited with %d", WEXITSTATUS(status));
    return false;
}
