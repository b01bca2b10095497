#include "qe.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The standard output is read, not data-file-schema.xml: it is there with
 * disk_io = 'none', says itself whether the SCF converged and the program
 * came to its end, and its 8 decimals are 1.4e-7 eV of energy and 2.6e-7
 * eV/angstrom of a force, a thousandth of what the SCF leaves open.
 *
 * Lengths are printed in units of alat, with 6 decimals for the cell and 7
 * for positions; what was sent must come back within
 */
#define TOLERANCE 1e-6 /* alat */

struct reading {
    struct text *t;
    const struct atoms *a;
    struct outcome *out;
    double alat; /* bohr */
    int ngeometry, nenergy, nforces;
    bool final_energy;  /* of a hybrid functional, marked "!!" */
    double minus_ts;    /* Ry */
    int smearing_order; /* see extrapolate(); 0: none or unknown */
    bool achieved, missed, done;
    bool failed; /* out says why */
};

static void fail(struct reading *r, const char *reason, const char *what)
{
    if (!r->failed)
        outcome_fail(r->out, reason, "line %ld of the output: %s", r->t->line,
                     what);
    r->failed = true;
}

/*
 * The next n numbers of s, among blanks and parentheses.  A field that is
 * too narrow is printed as stars, and a number that is none as NaN.
 */
static bool numbers(struct reading *r, const char *s, int n, double *x)
{
    for (int i = 0; i < n; i++) {
        char word[32] = "";
        size_t len;

        s += strspn(s, " \t(");
        len = strcspn(s, " \t()");
        if (len > 0 && len < sizeof word)
            memcpy(word, s, len);
        s += len;
        if (parse_real(word, &x[i]) == 0)
            continue;
        if (strpbrk(word, "nN")) /* NaN, Infinity; an exponent is E or D */
            fail(r, "nan", "a number is not finite");
        else
            fail(r, "parse", "expected a number");
        return false;
    }
    return true;
}

/* The line after this one; NULL and a failure at the end. */
static const char *next_line(struct reading *r)
{
    struct err err;

    if (text_next(r->t, &err) > 0)
        return r->t->buf;
    fail(r, "parse", "the output ends in a table");
    return NULL;
}

/* What follows mark in the next line. */
static const char *next_after(struct reading *r, const char *mark)
{
    const char *s = next_line(r);

    if (!s)
        return NULL;
    s = strstr(s, mark);
    if (!s) {
        fail(r, "parse", "expected another line of a table");
        return NULL;
    }
    return s + strlen(mark);
}

static void read_natoms(struct reading *r, const char *s)
{
    double n;

    if (numbers(r, s, 1, &n) && n != r->a->natoms)
        fail(r, "mismatch", "not the number of atoms that was sent");
}

/* alat is the length of the first lattice vector, bohr, 6 decimals. */
static void read_alat(struct reading *r, const char *s)
{
    double sent = norm3(r->a->cell[0]) / ANGSTROM_PER_BOHR;

    if (!numbers(r, s, 1, &r->alat))
        return;
    if (fabs(r->alat - sent) > TOLERANCE * fmax(1, sent))
        fail(r, "mismatch", "not the cell that was sent");
    r->alat = sent;
}

/* Compare a vector in units of alat with v, angstrom. */
static bool same_vector(const struct reading *r, const double x[3],
                        const double v[3])
{
    for (int k = 0; k < 3; k++) {
        double sent = v[k] / ANGSTROM_PER_BOHR / r->alat;

        if (fabs(x[k] - sent) > TOLERANCE)
            return false;
    }
    return true;
}

static void read_cell(struct reading *r)
{
    double x[3];

    for (int i = 0; i < 3; i++) {
        const char *s = next_after(r, "= (");

        if (!s || !numbers(r, s, 3, x))
            return;
        if (!same_vector(r, x, r->a->cell[i]))
            fail(r, "mismatch", "not the cell that was sent");
    }
}

/* The element of a label like Fe1, in "  1  Fe1  tau(  1) = (". */
static int element_of_label(const char *s)
{
    char symbol[4] = "";
    size_t n = 0;

    s += strspn(s, " \t0123456789");
    for (; n < 2 && isalpha((unsigned char)s[n]); n++)
        symbol[n] = s[n];
    return element_number(symbol);
}

static void read_positions(struct reading *r)
{
    double x[3];

    r->ngeometry++;
    for (int i = 0; i < r->a->natoms; i++) {
        const char *s = next_after(r, "= (");

        if (!s || !numbers(r, s, 3, x))
            return;
        if (element_of_label(r->t->buf) != r->a->z[i] ||
            !same_vector(r, x, r->a->pos[i]))
            fail(r, "mismatch", "not the atoms that were sent");
    }
}

static void read_forces(struct reading *r)
{
    r->nforces++;
    if (r->nenergy == 0)
        fail(r, "parse", "forces before an energy");
    for (int i = 0; i < r->a->natoms; i++) {
        const char *s = next_line(r);

        while (s && !s[strspn(s, " ")]) /* an empty line comes first */
            s = next_line(r);
        if (!s)
            return;
        if (strncmp(s, "     atom ", 10) != 0 ||
            strtol(s + 9, NULL, 10) != i + 1 || !(s = strstr(s, "force ="))) {
            fail(r, "parse", "expected the force on another atom");
            return;
        }
        if (!numbers(r, s + 7, 3, r->out->forces[i]))
            return;
        for (int k = 0; k < 3; k++)
            r->out->forces[i][k] *= EV_ANGSTROM_PER_RYDBERG_BOHR;
    }
}

/* pw.x prints -(1/V) dE/dstrain, ASE's sign is the other. */
static void read_stress(struct reading *r)
{
    for (int i = 0; i < 3; i++) {
        const char *s = next_line(r);

        if (!s || !numbers(r, s, 3, r->out->stress[i]))
            return;
        for (int k = 0; k < 3; k++)
            r->out->stress[i][k] *= -EV_ANGSTROM3_PER_RYDBERG_BOHR3;
    }
    r->out->has_stress = true;
}

/* "!" marks the converged energy, "!!" that of a hybrid's last round. */
static void read_energy(struct reading *r, const char *s)
{
    bool final = strncmp(s, "!!", 2) == 0;
    double x;

    s = strchr(s, '=');
    if (!s || !numbers(r, s + 1, 1, &x))
        return;
    if (final && !r->final_energy)
        r->nenergy = 0;
    if (final || !r->final_energy) {
        r->final_energy = final;
        r->out->free_energy = x * EV_PER_RYDBERG;
        r->nenergy++;
    }
}

/*
 * Energy at zero smearing.  If F(sigma) = E0 + c sigma^n, then -TS = sigma
 * dF/dsigma = n (F - E0), since pw.x defines the entropy by S = -dF/dsigma
 * for every kind of smearing; hence
 *
 *     E0 = F - (-TS) / n = ((n - 1) F + E) / n,   E = F + TS.
 *
 * n = N + 2 for Methfessel-Paxton of order N, of which Gaussian is N = 0 and
 * pw.x's mp is N = 1 (Kresse and Furthmueller, Phys. Rev. B 54, 11169
 * (1996), as VASP does); n = 2 for Fermi-Dirac (Sommerfeld); n = 3 for cold
 * smearing, made so that the term of sigma^2 vanishes (Marzari, Vanderbilt,
 * De Vita and Payne, Phys. Rev. Lett. 82, 3296 (1999)).
 */
static const struct smearing {
    const char *name; /* as pw.x prints it */
    int order;
} smearings[] = {
    {"aussian", 2}, /* with a small or a capital letter before it */
    {"Fermi-Dirac", 2},
    {"Methfessel-Paxton", 3},
    {"Marzari-Vanderbilt", 3},
};

static void read_smearing(struct reading *r, const char *line)
{
    for (size_t i = 0; i < sizeof smearings / sizeof *smearings; i++)
        if (strstr(line, smearings[i].name))
            r->smearing_order = smearings[i].order;
}

static void extrapolate(struct reading *r)
{
    struct outcome *o = r->out;

    o->energy = o->free_energy;
    if (r->minus_ts == 0)
        return;
    if (r->smearing_order == 0)
        fail(r, "parse", "a kind of smearing that is not known");
    else
        o->energy -= r->minus_ts * EV_PER_RYDBERG / r->smearing_order;
}

static const char *after(const char *line, const char *mark)
{
    const char *s = strstr(line, mark);

    return s ? s + strlen(mark) : NULL;
}

static void read_line(struct reading *r, const char *line)
{
    const char *s;

    if (after(line, "number of atoms/cell") && (s = strchr(line, '=')))
        read_natoms(r, s + 1);
    else if ((s = after(line, "celldm(1)=")))
        read_alat(r, s);
    else if (after(line, "crystal axes: (cart. coord. in units of alat)"))
        read_cell(r);
    else if (after(line, "positions (alat units)"))
        read_positions(r);
    else if (after(line, "smearing, width (Ry)="))
        read_smearing(r, line);
    else if (after(line, "iteration #"))
        r->out->scf_steps++;
    else if (*line == '!')
        read_energy(r, line);
    else if ((s = after(line, "smearing contrib. (-TS)   =")))
        numbers(r, s, 1, &r->minus_ts);
    else if (after(line, "convergence has been achieved"))
        r->achieved = true;
    else if (after(line, "convergence NOT achieved"))
        r->missed = true;
    else if (after(line, "Forces acting on atoms (cartesian axes, Ry/au):"))
        read_forces(r);
    else if (after(line, "total   stress  (Ry/bohr**3)"))
        read_stress(r);
    else if (after(line, "JOB DONE."))
        r->done = true;
    else if (strncmp(line, "ATOMIC_POSITIONS", 16) == 0)
        r->ngeometry++; /* of a relaxation: not ours */
}

/* The tests a label must pass; of the reasons, the first cause is told. */
static void judge(struct reading *r)
{
    if (r->missed)
        outcome_fail(r->out, "scf", "no convergence in %d iterations",
                     r->out->scf_steps);
    else if (r->failed)
        return; /* by what was read */
    else if (!r->done)
        outcome_fail(r->out, "crash", "the output ends after %ld lines",
                     r->t->line);
    else if (!r->achieved)
        outcome_fail(r->out, "scf",
                     "the output does not say that the SCF "
                     "converged");
    else if (r->alat == 0 || r->ngeometry != 1)
        outcome_fail(r->out, r->ngeometry > 1 ? "mismatch" : "parse",
                     "expected one geometry, found %d", r->ngeometry);
    else if (r->nenergy != 1 || r->nforces != 1)
        outcome_fail(r->out, "parse",
                     "expected one energy and one set of forces, found %d "
                     "and %d",
                     r->nenergy, r->nforces);
    else
        r->out->ok = true;
}

void qe_read_output(struct text *t, const struct atoms *a, struct outcome *out)
{
    struct reading r = {.t = t, .a = a, .out = out};
    struct err err;
    int ret;

    *out = (struct outcome){0};
    out->forces = xcalloc((size_t)a->natoms, sizeof *out->forces);
    while ((ret = text_next(t, &err)) > 0)
        read_line(&r, t->buf);
    if (ret < 0)
        outcome_fail(out, "parse", "%.200s", err.msg);
    else {
        extrapolate(&r);
        judge(&r);
    }
    if (!out->ok) {
        free(out->forces);
        out->forces = NULL;
    }
}
