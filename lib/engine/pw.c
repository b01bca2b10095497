#include "pw.h"

#include <morsel/engine.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct pw {
    struct dft *dft;
    bool spin;
    FILE *tell; /* borrowed; NULL: nobody wants to know */
    int told;
};

/* A slab that is not periodic must not see its images: angstrom. */
static const double vacuum = 4;

/* How far the atoms are from their images along vector k, in angstrom across
 * its plane; nothing wraps atoms where pbc is F. */
static double gap(const struct atoms *a, int k)
{
    double low = INFINITY, high = -INFINITY, n[3], norm;

    cross3(n, a->cell[(k + 1) % 3], a->cell[(k + 2) % 3]);
    norm = norm3(n);
    for (int i = 0; i < a->natoms; i++) {
        double x = dot3(n, a->pos[i]) / norm;

        low = fmin(low, x);
        high = fmax(high, x);
    }
    return fabs(dot3(n, a->cell[k])) / norm - (high - low);
}

/* Plane waves repeat the cell, whatever pbc says. */
static bool repeats(const struct atoms *a, struct outcome *out)
{
    if (volume3(a->cell[0], a->cell[1], a->cell[2]) == 0) {
        outcome_fail(out, "refused",
                     "plane waves need a cell: expected three lattice vectors");
        return false;
    }
    for (int k = 0; k < 3; k++)
        if (!a->pbc[k] && gap(a, k) < vacuum) {
            outcome_fail(out, "refused",
                         "pbc is F along vector %d, but the atoms are %.2f "
                         "angstrom from their images: expected %g of vacuum",
                         k + 1, gap(a, k), vacuum);
            return false;
        }
    return true;
}

static void take(const struct atoms *a, const struct pw *q,
                 struct dft_result *r, struct outcome *out)
{
    out->ok = true;
    out->energy = r->energy;
    out->free_energy = r->free_energy;
    out->forces = r->forces;
    r->forces = NULL;
    out->has_stress = a->pbc[0] && a->pbc[1] && a->pbc[2];
    for (int i = 0; i < 9; i++)
        out->stress[i / 3][i % 3] = r->stress[i / 3][i % 3];
    out->has_moment = q->spin;
    out->moment = r->moment;
    out->overlap = r->overlap;
    snprintf(out->detail, sizeof out->detail, "%s",
             r->overlap ? r->detail : r->note);
}

static void judge(const struct atoms *a, const struct pw *q,
                  struct dft_result *r, struct outcome *out)
{
    switch (r->status) {
    case DFT_OK:
        take(a, q, r, out);
        break;
    case DFT_SCF:
        outcome_fail(out, "scf", "%s", r->detail);
        break;
    case DFT_OVERLAP:
        outcome_fail(out, "overlap", "%s", r->detail);
        break;
    }
    out->scf_steps = r->steps;
}

static int pw_label(struct engine *e, const struct frame *f,
                    struct outcome *out, struct err *err)
{
    struct pw *q = e->self;
    struct dft_result r;
    int ret;

    *out = (struct outcome){0};
    if (!repeats(&f->atoms, out))
        return 0;
    ret = dft_single(q->dft, &f->atoms,
                     frame_get_column(f, "initial_magmoms", 1), &r, err);
    if (ret == ERR_RANGE)
        return outcome_fail(out, "refused", "%s", err->msg);
    if (ret == ERR_NUMERIC)
        return outcome_fail(out, "scf", "%s", err->msg);
    if (ret < 0)
        return ret;
    q->told++;
    if (q->tell && r.status != DFT_OVERLAP)
        pw_tell_result(q->tell, q->told, &r);
    judge(&f->atoms, q, &r, out);
    dft_result_release(&r);
    return 0;
}

int engine_pw_estimate(struct engine *e, const struct frame *f, FILE *to,
                       struct err *err)
{
    struct pw *q = e->self;
    struct dft_estimate estimate;
    struct outcome refusal = {0};
    int ret;

    if (!repeats(&f->atoms, &refusal))
        return err_set(err, ERR_RANGE, "%s", refusal.detail);
    ret =
        dft_estimate(q->dft, &f->atoms,
                     frame_get_column(f, "initial_magmoms", 1), &estimate, err);
    if (ret == 0)
        pw_tell_estimate(to, ++q->told, &f->atoms, &estimate);
    return ret;
}

static void pw_release(struct engine *e)
{
    struct pw *q = e->self;

    if (!q)
        return;
    if (q->dft)
        dft_close(q->dft);
    free(q);
    e->self = NULL;
}

static int make_folder(const char *path, struct err *err)
{
    struct stat st;

    if (!path || mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return err_errno(err, "cannot make the folder '%s'", path);
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_IO, "'%s' is not a folder", path);
    return 0;
}

int engine_pw(struct engine *e, const struct dft_params *p, FILE *tell,
              struct err *err)
{
    struct pw *q = xcalloc(1, sizeof *q);
    char *text;

    *e = (struct engine){.name = "pw",
                         .label = pw_label,
                         .release = pw_release,
                         .self = q,
                         .accept_overlap = p->accept_overlap};
    q->spin = p->spin;
    q->tell = tell;
    if (make_folder(p->checkpoint, err) == 0)
        q->dft = dft_open(p, err);
    if (!q->dft) {
        pw_release(e);
        return err->code;
    }
    text = dft_settings(q->dft);
    engine_settings(e, text);
    free(text);
    return 0;
}
