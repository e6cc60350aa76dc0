/* full_disk.h - a disk that is full when a transaction commits. The test program is linked with
 * -Wl,--wrap=sqlite3_step (tests/CMakeLists.txt), so the program itself has no hook for it. */
#ifndef TESTS_SUPPORT_FULL_DISK_H
#define TESTS_SUPPORT_FULL_DISK_H

#include <stddef.h>

/* Makes the nth commit from now fail as on a full disk, and none after it; 0 turns this off. */
void full_disk_at_commit(size_t commits);

#endif
