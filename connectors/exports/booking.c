/* booking.c - guest reviews of the Booking.com extranet. Both sides are answers, as in any table.
 */
#include "connectors/exports/exports.h"

const struct known_export booking_exports[] = {
    {.name = "Booking.com guest reviews",
     .form = EXPORT_TABLE,
     .required = {"Guest name", "Review title", "Positive review", "Negative review",
                  "Review score"},
     .roles = {{ROLE_ID, "Reservation number"},
               {ROLE_AUTHOR, "Guest name"},
               {ROLE_DATE, "Review date"},
               {ROLE_TITLE, "Review title"},
               {ROLE_RATING, "Review score"},
               {ROLE_REPLY, "Property reply"}},
     .rating_scale = 10},
    {.name = NULL},
};
