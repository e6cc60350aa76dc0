/* clock.h - elapsed time, for progress bars and speeds; results never depend on it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds on the monotonic clock; only differences are meaningful. */
double clock_seconds(void);

#endif
