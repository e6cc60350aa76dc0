/* stop_signal.h - lets a signal end a command after its last save. */
#ifndef JOBS_STOP_SIGNAL_H
#define JOBS_STOP_SIGNAL_H

#include <signal.h>

/* From now on, SIGINT, SIGTERM and SIGHUP set the flag that is returned, for stage_context.stop. A
 * second signal ends the process at once. SIGPIPE is ignored: a closed terminal stops nothing. */
const volatile sig_atomic_t *stop_signal_install(void);

#endif
