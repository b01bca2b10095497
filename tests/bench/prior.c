/*
 * What a prior leaves of the forces: root mean square over all components of
 * the first 1, 2, 3, 5 and all frames of a file of labelled frames, for each
 * prior named on the command line, eV/angstrom.
 *
 *     prior labelled.xyz none published window wall zbl
 */
#include <morsel/io.h>
#include <morsel/prior.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sum of squares of what is left of one frame. */
static double residual(const struct prior *p, const struct frame *f,
                       const struct label *label)
{
    const struct atoms *a = &f->atoms;
    double(*prior)[3] = xcalloc((size_t)a->natoms, sizeof *prior), sum = 0;
    struct neighbors nb = {0};
    struct err err;

    if (p->nterm > 0 && neighbors_find(&nb, a, p->rc, &err) == 0)
        prior_eval(p, a, &nb, prior);
    for (int i = 0; i < a->natoms; i++)
        for (int c = 0; c < 3; c++)
            sum += pow(label->forces[i][c] - prior[i][c], 2);
    neighbors_release(&nb);
    free(prior);
    return sum;
}

static int elements(const struct frames *s, int *z)
{
    bool seen[MAX_Z + 1] = {false};
    int n = 0;

    for (int k = 0; k < s->n; k++)
        for (int i = 0; i < s->frame[k].atoms.natoms; i++) {
            int x = s->frame[k].atoms.z[i];

            if (!seen[x])
                z[n++] = x;
            seen[x] = true;
        }
    return n;
}

static int measure(const struct frames *s, const char *name, struct err *err)
{
    int z[MAX_Z], n = elements(s, z), count = 0;
    struct prior p;
    double sum = 0;

    if (prior_named(&p, name, z, n, err) < 0)
        return err->code;
    printf("%-18s", name);
    for (int k = 0; k < s->n; k++) {
        struct label label;

        if (!frame_get_label(&s->frame[k], NULL, &label) || !label.forces)
            continue;
        sum += residual(&p, &s->frame[k], &label);
        count += 3 * s->frame[k].atoms.natoms;
        if (k == 0 || k == 1 || k == 2 || k == 4 || k == s->n - 1)
            printf(" %8.4f", sqrt(sum / count));
    }
    putchar('\n');
    prior_release(&p);
    return 0;
}

int main(int argc, char **argv)
{
    struct frames s = {0};
    struct err err;
    int ret = argc > 2 ? frames_read(&s, argv[1], &err)
                       : err_set(&err, ERR_RANGE, "usage: prior FILE NAME ...");

    for (int k = 2; k < argc && ret == 0; k++)
        ret = measure(&s, argv[k], &err);
    frames_release(&s);
    if (ret < 0)
        fprintf(stderr, "prior: %s\n", err.msg);
    return ret < 0 ? 2 : 0;
}
