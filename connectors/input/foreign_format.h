/* foreign_format.h - common file formats that no connector reads, so that a message can say what a
 * file is and how to convert it. */
#ifndef CONNECTORS_INPUT_FOREIGN_FORMAT_H
#define CONNECTORS_INPUT_FOREIGN_FORMAT_H

#include "base/text.h"

/* What the file is and the remedy, "an Excel file of the old format (.xls): save it as .xlsx or
 * CSV"; NULL for all other files. `head`: its first bytes, unpacked; `path` only decides between
 * formats that share a container. */
const char *foreign_format_describe(struct text head, const char *path);

#endif
