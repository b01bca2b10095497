#include <morsel/train.h>

#include <stdlib.h>

/* How many atoms each atom depends on, itself included: blocks, summed. */
static long count_blocks(const struct neighbors *nb, const struct atoms *a,
                         double rc, const struct descriptor *d, int *seen)
{
    long n = 0;

    for (int i = 0; i < a->natoms; i++)
        seen[i] = -1;
    for (int i = 0; i < a->natoms; i++) {
        int el = descriptor_element(d, a->z[i]);
        long blocks = 1;

        seen[i] = i;
        for (int e = nb->first[i]; e < nb->first[i + 1]; e++)
            if (nb->r[e] < rc && seen[nb->j[e]] != i) {
                seen[nb->j[e]] = i;
                blocks++;
            }
        n += el < 0 ? 0 : blocks * 3 * d->nsf[el];
    }
    return n;
}

int dataset_bytes(const struct frames *frames, const char *path,
                  enum derivatives labels, const struct model *m, double *bytes,
                  struct err *err)
{
    const struct descriptor *d = &m->descriptor;
    struct neighbors nb = {0};
    int ret = 0;

    *bytes = 0;
    for (int i = 0; i < frames->n; i++) {
        const struct atoms *a = &frames->frame[i].atoms;

        ret = neighbors_find(&nb, a, model_cutoff(m), err);
        if (ret < 0) {
            ret = frame_err(&frames->frame[i], path, ret, err);
            break;
        }
        int *seen = xcalloc((size_t)a->natoms, sizeof *seen);
        int each = labels == DERIVE_STRAIN ? 7 : 1; /* numbers of a feature */

        if (labels != DERIVE_NOTHING)
            *bytes += (double)sizeof(double) *
                      (double)count_blocks(&nb, a, d->cutoff.rc, d, seen);
        for (int k = 0; k < a->natoms; k++) {
            int el = descriptor_element(d, a->z[k]);

            *bytes +=
                (double)sizeof(double) * (6 + (el < 0 ? 0 : each * d->nsf[el]));
        }
        free(seen);
    }
    neighbors_release(&nb);
    return ret;
}
