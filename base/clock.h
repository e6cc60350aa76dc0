/* clock.h - elapsed time, for progress bars and figures of speed. Never part of a result. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Seconds on the monotonic clock; only differences have a meaning. */
double clock_seconds(void);

#endif
