/* What pw.x prints, and the user's namelists: nothing is a crash. */

#include <stdlib.h>
#include <string.h>

#include "../../lib/engine/qe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text text_in(const uint8_t *data, size_t size)
{
    return (struct text){.name = "fuzz",
                         .f = fmemopen((void *)data, size, "r")};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double cell[3] = {2.85, 2.85, 4.05};
    static const double pos[2][3] = {{0}, {1.5, 1.4, 2.1}};
    struct qe_settings s = {0};
    struct outcome out;
    struct atoms a;
    struct text t;
    struct err err;
    char what[160];

    if (size == 0)
        return 0;
    atoms_init(&a, 2);
    memcpy(a.pos, pos, sizeof pos);
    for (int i = 0; i < 3; i++)
        a.cell[i][i] = cell[i];
    a.z[0] = a.z[1] = 13;
    t = text_in(data, size);
    qe_read_output(&t, &a, &out);
    text_close(&t);
    t = text_in(data, size);
    qe_read_error(&t, what, sizeof what);
    text_close(&t);
    t = text_in(data, size);
    if (qe_settings_read(&s, &t, &err) == 0)
        (void)qe_settings_hash(&s);
    text_close(&t);
    qe_settings_release(&s);
    outcome_release(&out);
    atoms_release(&a);
    return 0;
}
