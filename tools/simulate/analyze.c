#include "simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/analysis.h>
#include <morsel/md.h>
#include <morsel/units.h>

/* What is taken down of each frame; NaN where it does not say. */
enum { TIME, TEMPERATURE, ENERGY, TOTAL, CONSERVED, PRESSURE, VOLUME, NSERIES };

static const struct {
    const char *name, *unit;
} series[NSERIES] = {
    [TIME] = {"time", "fs"},
    [TEMPERATURE] = {"temperature", "K"},
    [ENERGY] = {"energy", "eV"},
    [TOTAL] = {"total", "eV"}, /* with the kinetic energy */
    [CONSERVED] = {"conserved", "eV"},
    [PRESSURE] = {"pressure", "GPa"},
    [VOLUME] = {"volume", "angstrom^3"}, /* if there is a pressure */
};

struct analysis {
    struct atoms first;
    double *mass;       /* [natoms] amu */
    int n, room;        /* frames */
    double *x[NSERIES]; /* [n] */
    double *closest;    /* [e.n][e.n] angstrom */
    int *when;          /* [e.n][e.n] frame, from 0 */
    struct elements e;
    struct neighbors nb;
    struct rdf rdf;
    struct msd msd;
};

static void release(struct analysis *a)
{
    atoms_release(&a->first);
    free(a->mass);
    for (int k = 0; k < NSERIES; k++)
        free(a->x[k]);
    free(a->closest);
    free(a->when);
    neighbors_release(&a->nb);
    rdf_release(&a->rdf);
    msd_release(&a->msd);
}

static void begin(const struct simulate *s, struct analysis *a,
                  const struct frame *f)
{
    const double *mass = frame_get_column(f, "masses", 1);
    size_t n = (size_t)f->atoms.natoms, pairs;

    atoms_copy(&a->first, &f->atoms);
    a->mass = xcalloc(n, sizeof *a->mass);
    for (size_t i = 0; i < n; i++)
        a->mass[i] = mass ? mass[i] : element_mass(f->atoms.z[i]);
    elements_find(&a->e, &f->atoms);
    pairs = (size_t)a->e.n * (size_t)a->e.n;
    a->closest = xcalloc(pairs, sizeof *a->closest);
    a->when = xcalloc(pairs, sizeof *a->when);
    for (size_t k = 0; k < pairs; k++)
        a->closest[k] = INFINITY;
    rdf_init(&a->rdf, &f->atoms, s->analyze.rmax, s->analyze.bins);
    msd_init(&a->msd, f->atoms.natoms);
}

/* sum p^2 / 2 m, eV */
static double kinetic_energy(const struct frame *f, const double *mass)
{
    const double *p = frame_get_column(f, "momenta", 3);
    double sum = 0;

    for (int i = 0; p && i < 3 * f->atoms.natoms; i++)
        sum += p[i] * p[i] / mass[i / 3] / 2;
    return p ? sum : NAN;
}

static void note_series(struct analysis *a, const struct frame *f)
{
    double x[NSERIES];

    if (a->n == a->room) {
        a->room = 2 * a->room + 64;
        for (int k = 0; k < NSERIES; k++)
            a->x[k] = xrealloc(a->x[k], (size_t)a->room, sizeof *a->x[k]);
    }
    for (int k = 0; k < NSERIES; k++)
        x[k] = NAN;
    x[TIME] = a->n; /* if there is no time: frames */
    frame_get_real(f, "time", &x[TIME]);
    frame_get_real(f, "temperature", &x[TEMPERATURE]);
    x[ENERGY] = potential_energy(f);
    x[TOTAL] = x[ENERGY] + kinetic_energy(f, a->mass);
    frame_get_real(f, "conserved", &x[CONSERVED]);
    if (frame_get_real(f, "pressure", &x[PRESSURE]))
        x[VOLUME] = atoms_volume(&f->atoms);
    for (int k = 0; k < NSERIES; k++)
        a->x[k][a->n] = x[k];
}

static int note_distances(const struct simulate *s, struct analysis *a,
                          const struct frame *f, struct err *err)
{
    int pairs = a->e.n * a->e.n, ret;
    double *now = xcalloc((size_t)pairs, sizeof *now);

    ret = closest_pairs(&f->atoms, &a->e, s->analyze.rmax, &a->nb, now, err);
    for (int k = 0; ret == 0 && k < pairs; k++)
        if (now[k] < a->closest[k]) {
            a->closest[k] = now[k];
            a->when[k] = s->analyze.skip + a->n;
        }
    free(now);
    return ret;
}

static int note_frame(const struct simulate *s, struct analysis *a,
                      const struct frame *f, struct err *err)
{
    int ret;

    if (a->n == 0 && !a->mass)
        begin(s, a, f);
    if (f->atoms.natoms != a->first.natoms ||
        memcmp(f->atoms.z, a->first.z,
               (size_t)f->atoms.natoms * sizeof *f->atoms.z) != 0)
        return err_set(err, ERR_FORMAT,
                       "%s:%ld: other atoms than in the first frame", s->input,
                       f->line);
    note_series(a, f);
    if ((ret = note_distances(s, a, f, err)) < 0 ||
        (ret = rdf_add(&a->rdf, &f->atoms, s->analyze.volume, err)) < 0 ||
        (ret = msd_add(&a->msd, &f->atoms, a->mass, s->analyze.remove_drift,
                       err)) < 0)
        return in_input(s, f, ret, err);
    a->n++;
    return 0;
}

static void print_real_or_dash(double x, FILE *out)
{
    if (isfinite(x))
        fprintf(out, " %.10g", x);
    else
        fputs(" -", out);
}

static void print_averages(const struct analysis *a, FILE *out)
{
    fputs("# quantity mean error least largest unit\n", out);
    for (int k = TEMPERATURE; k < NSERIES; k++) {
        struct average m = series_average(a->x[k], a->n);
        if (isnan(m.mean))
            continue; /* some frame does not say */
        fputs(series[k].name, out);
        print_real_or_dash(m.mean, out);
        print_real_or_dash(m.error, out);
        print_real_or_dash(m.least, out);
        print_real_or_dash(m.largest, out);
        fprintf(out, " %s\n", series[k].unit);
    }
}

/* Drift of the total energy, and of what is conserved. */
static void print_drift(const struct analysis *a, FILE *out)
{
    static const int which[] = {TOTAL, CONSERVED};
    double scale = 1e3 * 1e3 / a->first.natoms; /* eV/fs: meV per atom and ps */

    fputs("\n\n# drift error unit: slopes by least squares\n", out);
    for (int i = 0; i < 2; i++) {
        struct slope d = series_slope(a->x[TIME], a->x[which[i]], a->n);
        if (isnan(d.slope))
            continue;
        fprintf(out, "%s %.6g %.3g meV/atom/ps\n", series[which[i]].name,
                d.slope * scale, d.error * scale);
    }
}

static void print_closest(const struct simulate *s, const struct analysis *a,
                          FILE *out)
{
    fprintf(out,
            "\n\n# closest distance frame: of two elements, in angstrom, if "
            "below %g; frames from 0\n",
            s->analyze.rmax);
    for (int i = 0; i < a->e.n; i++)
        for (int j = i; j < a->e.n; j++)
            if (isfinite(a->closest[i * a->e.n + j]))
                fprintf(out, "%s-%s %.6f %d\n", element_symbol(a->e.z[i]),
                        element_symbol(a->e.z[j]), a->closest[i * a->e.n + j],
                        a->when[i * a->e.n + j]);
}

static const char *kind_of_volume(const struct simulate *s,
                                  const struct atoms *a)
{
    if (s->analyze.volume > 0)
        return "given";
    return a->pbc[0] && a->pbc[1] && a->pbc[2]
               ? "of the cell"
               : "of the periodic directions times the extent of the atoms";
}

static void print_rdf(const struct simulate *s, const struct analysis *a,
                      FILE *out)
{
    const struct rdf *r = &a->rdf;

    fprintf(out,
            "\n\n# radial distributions; volume %.6g angstrom^3, %s\n# r/A",
            r->volume / r->frames, kind_of_volume(s, &a->first));
    for (int i = 0; i < r->e.n; i++)
        for (int j = i; j < r->e.n; j++)
            fprintf(out, " g(%s-%s) n(%s-%s)", element_symbol(r->e.z[i]),
                    element_symbol(r->e.z[j]), element_symbol(r->e.z[i]),
                    element_symbol(r->e.z[j]));
    fputc('\n', out);
    for (int k = 0; k < r->nbins; k++) {
        fprintf(out, "%.6g", (k + 0.5) * r->rmax / r->nbins);
        for (int i = 0; i < r->e.n; i++)
            for (int j = i; j < r->e.n; j++)
                fprintf(out, " %.6g %.6g", rdf_g(r, i, j, k),
                        rdf_within(r, i, j, k));
        fputc('\n', out);
    }
}

/* At most `lags` of them, evenly, up to half of the trajectory. */
static void print_msd(const struct simulate *s, const struct analysis *a,
                      FILE *out)
{
    int last = (a->n - 1) / 2;
    int stride = last / s->analyze.lags + 1;

    fprintf(out, "\n\n# mean squared displacements, angstrom^2%s\n# lag/fs all",
            s->analyze.remove_drift ? ", of the center of mass" : "");
    for (int i = 0; i < a->e.n; i++)
        fprintf(out, " %s", element_symbol(a->e.z[i]));
    fputc('\n', out);
    for (int lag = 0; lag <= last; lag += stride) {
        fprintf(out, "%.6g %.6g", a->x[TIME][lag] - a->x[TIME][0],
                msd_at(&a->msd, &a->first, 0, lag));
        for (int i = 0; i < a->e.n; i++)
            fprintf(out, " %.6g", msd_at(&a->msd, &a->first, a->e.z[i], lag));
        fputc('\n', out);
    }
}

/* Lags mean something only if frames follow each other evenly. */
static int check_times(const struct simulate *s, struct analysis *a,
                       struct err *err)
{
    double *t = a->x[TIME];

    /* the last step is written, too, if it is none of --every */
    if (a->n > 2 && t[a->n - 1] - t[a->n - 2] < (t[1] - t[0]) * (1 - 1e-6)) {
        a->n--;
        a->msd.frames--;
    }
    for (int i = 2; i < a->n; i++)
        if (fabs(t[i] - t[i - 1] - (t[1] - t[0])) > 1e-6 * (t[1] - t[0]) ||
            !(t[1] > t[0]))
            return err_set(err, ERR_FORMAT,
                           "%s: the time from frame %d to %d is not that of "
                           "the first two: one dynamics at a time",
                           s->input, s->analyze.skip + i - 1,
                           s->analyze.skip + i);
    return 0;
}

static int read_walk(struct simulate *s, struct analysis *a,
                     struct frames *band, struct err *err)
{
    struct text in;
    struct frame f;
    int ret = text_open(&in, s->input, err), number = 0, image;

    if (ret < 0)
        return ret;
    while ((ret = frame_read_overlapping(&in, &f, err)) > 0) {
        ret = 0;
        if (frame_get_int(&f, "image", &image))
            frames_append(band, &f);
        else if (number++ >= s->analyze.skip)
            ret = note_frame(s, a, &f, err);
        frame_release(&f);
        if (ret < 0)
            break;
    }
    text_close(&in);
    return ret;
}

static int print_all(struct simulate *s, struct analysis *a,
                     struct frames *band, FILE *out, struct err *err)
{
    int ret;

    if (band->n > 0)
        return print_band(s, band, out, err);
    if (a->n == 0)
        return err_set(err, ERR_FORMAT,
                       "there is no frame in '%s' after the first %d", s->input,
                       s->analyze.skip);
    if ((ret = check_times(s, a, err)) < 0)
        return ret;
    fprintf(out, "# %d frames of %d atoms, %.6g to %.6g fs\n", a->n,
            a->first.natoms, a->x[TIME][0], a->x[TIME][a->n - 1]);
    print_averages(a, out);
    print_drift(a, out);
    print_closest(s, a, out);
    print_rdf(s, a, out);
    print_msd(s, a, out);
    return 0;
}

int simulate_analyze(struct simulate *s, struct err *err)
{
    struct analysis a = {0};
    struct frames band = {0};
    int ret = read_walk(s, &a, &band, err);
    FILE *out = ret == 0 ? output_open(s->output, err) : NULL;

    if (ret == 0 && !out)
        ret = ERR_IO;
    if (out) {
        ret = print_all(s, &a, &band, out, err);
        if (ret == 0)
            ret = output_close(out, s->output, err);
        else
            output_discard(out, s->output);
    }
    release(&a);
    frames_release(&band);
    return ret;
}
