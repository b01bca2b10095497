#include <morsel/io.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/units.h>

#include "fingerprint.h"

/* What is known of a frame that was taken. */
struct merged {
    const char *path;
    int before; /* the frame before it of the same species, or -1 */
    int akin;   /* the one before it of the same composition, or -1 */
    struct fingerprint print;
    double apart; /* no lattice vector is shorter, angstrom */
    double force; /* sum of the norms of the forces, eV/angstrom; NaN: none */
    bool labelled;
    struct label label;
};

/* The value of a key that must be the same throughout. */
struct level {
    const char *name;
    char *value; /* NULL: not seen yet */
    const char *path;
    long line;
};

/* Keys that tell the level of theory, here and in other people's files. */
static const char *const level_keys[] = {
    "dft_engine", "dft_settings", "xc",      "functional", "method", "code",
    "calculator", "encut",        "ecutwfc", "ecut",       "units",
};
enum { NLEVEL = sizeof level_keys / sizeof *level_keys };

/* Energies of one geometry, from one method, agree to this, eV per atom. */
static const double same_energy = 1e-3;

/* A slope no relaxation leaves behind, where forces are not known. */
static const double any_slope = 10; /* eV/angstrom per atom */

/* Atoms nearer than this times the sum of covalent radii: no label. */
static const double too_near = 0.5;

/* Beyond this a position has lost the digits that matter. */
static const double too_far = 1e6; /* angstrom */

/* A ratio is a known one to this. */
static const double same_ratio = 1e-2;

void merge_init(struct merge *m)
{
    *m = (struct merge){.tolerance = 1e-3, .max_net_force = 0.1};
    m->nbucket = 1 << 16;
    m->bucket = xcalloc((size_t)m->nbucket, sizeof *m->bucket);
    m->kin = xcalloc((size_t)m->nbucket, sizeof *m->kin);
    for (int i = 0; i < m->nbucket; i++)
        m->bucket[i] = m->kin[i] = -1;
    m->nlevel = NLEVEL;
    m->level = xcalloc(NLEVEL, sizeof *m->level);
    for (int i = 0; i < NLEVEL; i++)
        m->level[i].name = level_keys[i];
}

void merge_release(struct merge *m)
{
    for (int i = 0; i < m->nlevel; i++)
        free(m->level[i].value);
    frames_release(&m->set);
    free(m->level);
    free(m->more);
    free(m->bucket);
    free(m->kin);
    *m = (struct merge){0};
}

/* The level of theory ------------------------------------------------------*/

/* A scalar as text; NULL if there is none.  The caller frees it. */
static char *scalar_text(const struct frame *f, const char *name)
{
    const char *s = frame_get_text(f, name);
    double x;

    if (s)
        return xstrdup(s);
    if (frame_get_real(f, name, &x))
        return xasprintf("%.17g", x);
    return NULL;
}

static int check_level(struct merge *m, const struct frame *f, const char *path,
                       struct err *err)
{
    for (int i = 0; i < m->nlevel && !m->mixed; i++) {
        struct level *l = &m->level[i];
        char *value = scalar_text(f, l->name);
        int ret = 0;

        if (value && l->value && strcmp(value, l->value) != 0)
            ret = err_set(err, ERR_RANGE,
                          "%s:%ld: %s is '%.60s', but '%.60s' in %s:%ld", path,
                          f->line, l->name, value, l->value, l->path, l->line);
        if (value && !l->value) {
            l->value = value;
            l->path = path;
            l->line = f->line;
        } else {
            free(value);
        }
        if (ret < 0)
            return ret;
    }
    return 0;
}

/* Is it a label? -----------------------------------------------------------*/

static double sum_forces(const struct frame *f, const struct label *l)
{
    double sum = 0;

    for (int i = 0; i < f->atoms.natoms && l->forces; i++)
        sum += norm3(l->forces[i]);
    return l->forces ? sum : NAN;
}

static double net_force(const struct frame *f, const struct label *l)
{
    double net[3] = {0, 0, 0};

    for (int i = 0; i < f->atoms.natoms && l->forces; i++)
        for (int k = 0; k < 3; k++)
            net[k] += l->forces[i][k];
    return norm3(net);
}

static bool is_far(const struct atoms *a)
{
    for (int i = 0; i < a->natoms; i++)
        for (int k = 0; k < 3; k++)
            if (fabs(a->pos[i][k]) > too_far)
                return true;
    return false;
}

/* Why f is no label to learn from, or 0. */
static int refuse(const struct merge *m, const struct frame *f,
                  const struct merged *more, struct err *err)
{
    const char *at = more->path;
    double net = net_force(f, &more->label), near;
    int i, j;

    if (!more->labelled)
        return err_set(err, ERR_RANGE, "%s:%ld: no energy", at, f->line);
    if (is_far(&f->atoms))
        return err_set(err, ERR_RANGE, "%s:%ld: an atom is beyond 1e6 angstrom",
                       at, f->line);
    near = atoms_closest(&f->atoms, &i, &j);
    if (near < too_near)
        return err_set(err, ERR_RANGE,
                       "%s:%ld: atoms %d and %d are at %.2f of the sum of "
                       "their covalent radii",
                       at, f->line, i + 1, j + 1, near);
    if (net > m->max_net_force)
        return err_set(err, ERR_RANGE,
                       "%s:%ld: the forces add up to %.3g eV/angstrom", at,
                       f->line, net);
    return 0;
}

/* Twins --------------------------------------------------------------------*/

static uint64_t species_hash(const struct atoms *a)
{
    uint64_t h = hash_bytes(HASH_START, a->pbc, sizeof a->pbc);

    return hash_bytes(h, a->z, (size_t)a->natoms * sizeof *a->z);
}

static uint64_t composition_hash(const struct atoms *a)
{
    int count[MAX_Z + 1] = {0};

    for (int i = 0; i < a->natoms; i++)
        count[a->z[i]]++;
    return hash_bytes(HASH_START, count, sizeof count);
}

/*
 * A lower bound of the shortest lattice vector: the smallest distance between
 * opposite planes of the cell; 0 if it is not periodic all round.
 */
static double smallest_height(const struct atoms *a)
{
    double best = INFINITY,
           volume = volume3(a->cell[0], a->cell[1], a->cell[2]);

    for (int k = 0; k < 3; k++) {
        double n[3];

        cross3(n, a->cell[(k + 1) % 3], a->cell[(k + 2) % 3]);
        best = norm3(n) > 0 ? fmin(best, volume / norm3(n)) : 0;
    }
    if (!a->pbc[0] && !a->pbc[1] && !a->pbc[2])
        return INFINITY;
    return isfinite(best) ? best : 0;
}

/*
 * Largest displacement if that is at most limit, else INFINITY.  Most pairs
 * are told apart by the first atom that has moved by more than the limit and
 * by less than a lattice vector.
 */
static double displacement(const struct atoms *a, const struct atoms *b,
                           double apart, double limit)
{
    double d;

    for (int i = 0; i < a->natoms; i++) {
        double v[3];

        for (int k = 0; k < 3; k++)
            v[k] = b->pos[i][k] - a->pos[i][k];
        if (norm3(v) > limit && norm3(v) < apart - limit)
            return INFINITY;
    }
    d = atoms_displacement(a, b);
    return d <= limit ? d : INFINITY;
}

/* The energies of both, of one kind; false if there are none. */
static bool same_kind(const struct frame *f, const struct merged *a,
                      const struct frame *g, const struct merged *b, double *ea,
                      double *eb)
{
    *ea = a->label.energy;
    *eb = b->label.energy;
    if (!a->labelled || !b->labelled)
        return false;
    if (a->label.free_energy == b->label.free_energy)
        return true;
    return frame_get_real(f, "energy", ea) && frame_get_real(g, "energy", eb);
}

/*
 * Largest difference of energy that a displacement d (angstrom) of all atoms
 * explains: the work of the forces, three times over for their change.
 */
static double explained(const struct merged *a, const struct merged *b,
                        double d, int natoms)
{
    double slope = 3 * (a->force + b->force);

    if (isnan(slope))
        slope = any_slope * natoms;
    return same_energy * natoms + slope * d;
}

/* The name of the unit whose ratio to eV is |a / b| or its inverse. */
static const char *unit_slip(double a, double b)
{
    static const struct {
        double ratio;
        const char *name;
    } known[] = {
        {EV_PER_HARTREE / 2, "rydberg and eV"},
        {EV_PER_HARTREE, "hartree and eV"},
        {2, "hartree and rydberg"},
        {23.060547830619, "eV and kcal/mol"}, /* e N_A / 4184, CODATA 2018 */
        {96.485332123310, "eV and kJ/mol"},   /* e N_A / 1000 */
    };
    double ratio = a / b;

    if (!(ratio > 0) || !isfinite(ratio))
        return NULL;
    ratio = ratio < 1 ? 1 / ratio : ratio;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (fabs(ratio / known[i].ratio - 1) < same_ratio)
            return known[i].name;
    return NULL;
}

static int conflict(const struct merge *m, const struct frame *f,
                    const struct merged *more, int i, double d, struct err *err)
{
    const struct frame *g = &m->set.frame[i];
    const struct merged *old = &m->more[i];
    int natoms = f->atoms.natoms;
    const char *units;
    double e, e0;

    if (m->mixed || f->atoms.natoms != g->atoms.natoms ||
        !same_kind(f, more, g, old, &e, &e0) ||
        fabs(e - e0) <= explained(more, old, d, natoms))
        return 0;
    units = unit_slip(e, e0);
    if (units && fabs(e - e0) > natoms)
        return err_set(err, ERR_RANGE,
                       "%s:%ld: energy %.10g, but %.10g in %s:%ld: as %s",
                       more->path, f->line, e, e0, old->path, g->line, units);
    if (d > m->tolerance)
        return 0;
    return err_set(err, ERR_RANGE,
                   "%s:%ld: energy %.10g, but %.10g in %s:%ld for the same "
                   "geometry",
                   more->path, f->line, e, e0, old->path, g->line);
}

/*
 * Compare f with the frames of its bucket: with all as a twin, and with the
 * last one for its unit.  MERGE_TAKEN, MERGE_TWIN or ERR_RANGE.
 */
static int compare(const struct merge *m, const struct frame *f,
                   const struct merged *more, int last, struct err *err)
{
    int ret = MERGE_TAKEN;

    for (int i = last; i >= 0; i = m->more[i].before) {
        double d = displacement(&f->atoms, &m->set.frame[i].atoms, more->apart,
                                i == last ? INFINITY : m->tolerance);

        if (!isfinite(d))
            continue;
        if (conflict(m, f, more, i, d, err) < 0)
            return ERR_RANGE;
        if (d <= m->tolerance && ret == MERGE_TAKEN) {
            err_set(err, ERR_RANGE, "%s:%ld: twin of %s:%ld", more->path,
                    f->line, m->more[i].path, m->set.frame[i].line);
            ret = MERGE_TWIN;
        }
    }
    return ret;
}

/* A turned or reordered copy is no twin, but must not contradict. */
static int compare_kin(const struct merge *m, const struct frame *f,
                       const struct merged *more, int last, struct err *err)
{
    for (int i = last; i >= 0; i = m->more[i].akin)
        if (fingerprint_same(&more->print, &m->more[i].print) &&
            conflict(m, f, more, i, 0, err) < 0)
            return ERR_RANGE;
    return 0;
}

static void take(struct merge *m, struct frame *f, const struct merged *more)
{
    if (m->set.n == m->set.room) {
        m->set.room = m->set.room ? 2 * m->set.room : 64;
        m->set.frame =
            xrealloc(m->set.frame, (size_t)m->set.room, sizeof *m->set.frame);
        m->more = xrealloc(m->more, (size_t)m->set.room, sizeof *m->more);
    }
    m->set.frame[m->set.n] = *f;
    m->more[m->set.n++] = *more;
}

int merge_add(struct merge *m, struct frame *f, const char *path,
              struct err *err)
{
    struct merged more = {.path = path, .apart = smallest_height(&f->atoms)};
    uint64_t n = (uint64_t)m->nbucket;
    int *last = &m->bucket[species_hash(&f->atoms) % n];
    int *kin = &m->kin[composition_hash(&f->atoms) % n], ret;

    more.labelled = frame_get_label(f, &m->names, &more.label);
    more.force = sum_forces(f, &more.label);
    more.before = *last;
    more.akin = *kin;
    if (!m->all && refuse(m, f, &more, err) < 0)
        return MERGE_REFUSED;
    fingerprint(&more.print, &f->atoms);
    ret = check_level(m, f, path, err);
    if (ret == 0)
        ret = compare_kin(m, f, &more, *kin, err);
    if (ret == 0)
        ret = compare(m, f, &more, *last, err);
    if (ret == MERGE_TAKEN || (ret == MERGE_TWIN && m->all)) {
        *last = *kin = m->set.n;
        take(m, f, &more);
        ret = MERGE_TAKEN;
    }
    return ret;
}
