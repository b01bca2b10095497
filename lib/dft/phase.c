#include "phase.h"

#include <math.h>
#include <stdlib.h>

#include <morsel/util.h>

void phase_init(struct phase *p, const double x[3], const int top[3])
{
    for (int k = 0; k < 3; k++) {
        p->top[k] = top[k];
        p->e[k] = xcalloc(2 * top[k] + 1, sizeof(*p->e[k]));
        p->e[k] += top[k];
        for (int m = -top[k]; m <= top[k]; m++)
            p->e[k][m] = cexp(-2 * M_PI * I * remainder(m * x[k], 1));
    }
}

void phase_release(struct phase *p)
{
    for (int k = 0; k < 3; k++)
        if (p->e[k])
            free(p->e[k] - p->top[k]);
    *p = (struct phase){0};
}
