#include "fit-morse.h"

#include <math.h>
#include <stdlib.h>

/* Frames that have to be labelled ------------------------------------------- */

/* Where two spins start from: dft-single --spin, and ASE, read it. */
static void set_moments(struct frame *f, int z1, int z2)
{
    double moment[2];

    moment[0] = moment[1] = z2 ? dimer_moment(z1, z2) : atom_moment(z1);
    frame_set_column(f, "initial_magmoms", 1, moment);
}

/* An atom z1 (z2 = 0), or a pair a distance r apart. */
static int write_molecule(const struct ask *ask, FILE *out, int z1, int z2,
                          double r, double largest, struct err *err)
{
    struct atoms a;
    struct frame f;
    int ret;

    dimer_atoms(&a, z1, z2, r, largest);
    frame_of_atoms(&f, &a);
    set_moments(&f, z1, z2);
    frame_set_text(&f, "query", z2 ? "dimer" : "atom");
    ret = frame_write(&f, out, ask->output, err);
    frame_release(&f);
    atoms_release(&a);
    return ret;
}

/*
 * At the paper's distances; or closer together in the well, whose depth, place
 * and curvature are what is asked, with one point beyond it.
 */
static int write_pair(const struct ask *ask, FILE *out, int z1, int z2,
                      struct err *err)
{
    static const double paper[] = {0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 0};
    static const double well[] = {0.7,  0.8, 0.9, 0.95, 1.0,
                                  1.05, 1.1, 1.2, 1.4,  0};
    const double *part = ask->how.method == FIT_PAPER ? paper : well;
    double r = dimer_length(z1, z2);
    int ret = 0;

    for (; *part > 0 && ret == 0; part++)
        ret = write_molecule(ask, out, z1, z2, *part * r, 1.4 * r, err);
    return ret;
}

int write_dimers(const struct ask *ask, const struct data *d, FILE *out,
                 struct err *err)
{
    int n = d->nelement, ret = 0;

    for (int i = 0; i < n && ret == 0; i++)
        ret = write_molecule(ask, out, d->z[i], 0, 0, 0, err);
    for (int i = 0; i < n; i++)
        for (int j = i; j < n && ret == 0; j++)
            ret = write_pair(ask, out, d->z[i], d->z[j], err);
    return ret;
}

/* Points and curves --------------------------------------------------------- */

/* A block of its own; gnuplot counts no empty ones. */
static void plot_points(const struct data *d, int z1, int z2, FILE *out)
{
    int count = 0;

    for (int i = 0; i < d->n; i++) {
        const struct dimer *x = &d->dimer[i];

        if (x->z1 != (z1 < z2 ? z1 : z2) || x->z2 != (z1 < z2 ? z2 : z1))
            continue;
        if (count++ == 0)
            fprintf(out, "# %s-%s points\n# r/A\te/eV\tde/dr/(eV/A)\n",
                    element_symbol(z1), element_symbol(z2));
        fprintf(out, "%.6f\t%.6f", x->r, x->e);
        if (isnan(x->de))
            fprintf(out, "\t?\n");
        else
            fprintf(out, "\t%.6f\n", x->de);
    }
    if (count > 0)
        fprintf(out, "\n\n");
}

/* From phi = 4 D, on the wall, to 2.5 re: phi, its slope, and the term. */
static void plot_curve(const struct prior *p, int i, int j, FILE *out)
{
    const struct morse *m = &p->term[0].pair[i * p->nelement + j].m;
    double from = fmax(0.3 * m->re, m->re - log(1 + sqrt(5)) / m->a);

    fprintf(out, "# %s-%s curve\n# r/A\tphi/eV\tphi'/(eV/A)\ts phi/eV\n",
            element_symbol(p->z[i]), element_symbol(p->z[j]));
    for (int n = 0; n <= 200; n++) {
        double r = from + (2.5 * m->re - from) * n / 200, slope, skip;
        double phi = morse_phi(m, r, &slope);

        fprintf(out, "%.6f\t%.6f\t%.6f\t%.6f\n", r, phi, slope,
                prior_pair(p, i, j, r, &skip));
    }
}

int write_plot(const struct ask *ask, const struct data *d,
               const struct prior *p, struct err *err)
{
    FILE *out = output_open(ask->plot, err);

    if (!out)
        return err->code;
    for (int i = 0; i < p->nelement; i++)
        for (int j = i; j < p->nelement; j++) {
            plot_points(d, p->z[i], p->z[j], out);
            plot_curve(p, i, j, out);
            fprintf(out, "\n\n");
        }
    return output_close(out, ask->plot, err);
}
