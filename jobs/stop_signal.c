/* stop_signal.c - sets a flag when a signal asks for the end. */
#include "jobs/stop_signal.h"

/* Global, since a signal handler can reach nothing else. */
static volatile sig_atomic_t stop;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

const volatile sig_atomic_t *stop_signal_install(void)
{
    struct sigaction action = {.sa_handler = request_stop,
                               .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    return &stop;
}
