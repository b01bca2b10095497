#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/io.h>
#include <morsel/units.h>

#include "engine/qe.h"
#include "qe.h"

/* The two frames of tests/ref/qe, whose README tells what was computed. */
static void make_frame(struct frame *f, int z, const double cell[3][3],
                       const double pos[2][3])
{
    *f = (struct frame){0};
    atoms_init(&f->atoms, 2);
    for (int i = 0; i < 3; i++)
        f->atoms.pbc[i] = true;
    memcpy(f->atoms.cell, cell, sizeof f->atoms.cell);
    for (int i = 0; i < 2; i++) {
        f->atoms.z[i] = z;
        memcpy(f->atoms.pos[i], pos[i], sizeof f->atoms.pos[i]);
    }
}

void make_al2(struct frame *f)
{
    static const double cell[3][3] = {{2.85}, {0, 2.85}, {0, 0, 4.05}};
    static const double pos[2][3] = {{0, 0, 0}, {1.5, 1.4, 2.1}};

    make_frame(f, 13, cell, pos);
}

void make_h2(struct frame *f)
{
    static const double cell[3][3] = {{5.3}, {0.2, 5.1}, {0, 0, 5.6}};
    static const double pos[2][3] = {{0.1, 0.2, 0.3}, {0.15, 0.37, 1.08}};

    make_frame(f, 1, cell, pos);
}

/* A whole file, or what a function prints; the caller frees it. */
char *slurp(FILE *f)
{
    char *s = xcalloc(1 << 16, 1);
    size_t n;

    ck_assert_ptr_nonnull(f);
    rewind(f);
    n = fread(s, 1, (1 << 16) - 1, f);
    ck_assert_uint_lt(n, (1 << 16) - 1);
    fclose(f);
    return s;
}

static char *recorded(const char *name)
{
    char *path = xasprintf("tests/ref/qe/%s.out", name), *s;

    s = slurp(fopen(path, "r"));
    free(path);
    return s;
}

/* A copy of s in which the n-th (from 1) `from` is `to`. */
static char *swap(const char *s, int n, const char *from, const char *to)
{
    const char *at = s - 1;

    while (n--) {
        at = strstr(at + 1, from);
        ck_assert_ptr_nonnull(at);
    }
    return xasprintf("%.*s%s%s", (int)(at - s), s, to, at + strlen(from));
}

static void read_string(const char *s, const struct atoms *a,
                        struct outcome *out)
{
    struct text t = text_of("pw.out", *s ? s : "\n");

    qe_read_output(&t, a, out);
    text_close(&t);
    if (!out->ok) {
        ck_assert_str_ne(out->reason, "");
        ck_assert_str_ne(out->detail, "");
        ck_assert_ptr_null(out->forces);
    }
}

/* The reason why s is no label of a. */
static void ck_refused(const char *s, const struct atoms *a, const char *reason,
                       const char *detail)
{
    struct outcome out;

    read_string(s, a, &out);
    ck_assert(!out.ok);
    ck_assert_str_eq(out.reason, reason);
    ck_assert_msg(strstr(out.detail, detail), "'%s' in '%s'", detail,
                  out.detail);
    outcome_release(&out);
}

/* Ry to eV by hand: 13.605693122994; Ry/bohr to eV/angstrom: 25.711043... */
static const double ry = 13.605693122994;
static const double ry_bohr = 13.605693122994 / 0.529177210903;

START_TEST(metal_is_read)
{
    char *s = recorded("al2");
    struct outcome out;
    struct frame f;

    make_al2(&f);
    read_string(s, &f.atoms, &out);
    ck_assert_msg(out.ok, "%s", out.detail);
    ck_near(out.free_energy, -8.33651103 * ry, 1e-12);
    ck_near(out.energy, (-8.33651103 - 0.00005075 / 3) * ry, 1e-12);
    ck_assert_int_eq(out.scf_steps, 7);
    ck_near(out.forces[0][0], 0.00446714 * ry_bohr, 1e-12);
    ck_near(out.forces[1][2], -0.00381955 * ry_bohr, 1e-12);
    ck_assert(out.has_stress);
    ck_near(out.stress[2][2], 0.00131512 * ry_bohr / pow(0.529177210903, 2),
            1e-12);
    outcome_release(&out);
    frame_release(&f);
    free(s);
}
END_TEST

static const struct {
    const char *name;
    int order;
} kinds[] = {
    {"Gaussian", 2},
    {"gaussian", 2},
    {"Fermi-Dirac", 2},
    {"Marzari-Vanderbilt", 3},
};

START_TEST(smearing_is_extrapolated)
{
    char *s = recorded("al2");
    char *other = swap(s, 1, "Methfessel-Paxton", kinds[_i].name);
    struct outcome out;
    struct frame f;

    make_al2(&f);
    read_string(other, &f.atoms, &out);
    ck_assert_msg(out.ok, "%s", out.detail);
    ck_near(out.energy, (-8.33651103 - 0.00005075 / kinds[_i].order) * ry,
            1e-12);
    outcome_release(&out);
    frame_release(&f);
    free(other);
    free(s);
}
END_TEST

START_TEST(molecule_is_read)
{
    char *s = recorded("h2");
    struct outcome out;
    struct frame f;

    make_h2(&f);
    read_string(s, &f.atoms, &out);
    ck_assert_msg(out.ok, "%s", out.detail);
    ck_near(out.free_energy, -2.22667169 * ry, 1e-12);
    ck_assert(out.energy == out.free_energy);
    outcome_release(&out);
    frame_release(&f);
    free(s);
}
END_TEST

/* Of the recorded energies of a hybrid only the one marked "!!" counts. */
START_TEST(spin_and_hybrid_are_read)
{
    char *spin = recorded("al2-spin"), *hybrid = recorded("al2-hybrid"), *cut;
    struct outcome out;
    struct frame f;

    make_al2(&f);
    read_string(spin, &f.atoms, &out);
    ck_assert_msg(out.ok, "%s", out.detail);
    ck_near(out.free_energy, -8.33667340 * ry, 1e-12);
    ck_near(out.energy, (-8.33667340 - 0.00066212 / 3) * ry, 1e-12);
    outcome_release(&out);

    read_string(hybrid, &f.atoms, &out);
    ck_assert_msg(out.ok, "%s", out.detail);
    ck_near(out.free_energy, -8.27956448 * ry, 1e-12);
    outcome_release(&out);
    cut = swap(hybrid, 1, "!!", "  ");
    ck_refused(cut, &f.atoms, "parse", "found 4 and 1");
    free(cut);
    frame_release(&f);
    free(spin);
    free(hybrid);
}
END_TEST

START_TEST(no_convergence_is_told)
{
    char *s = recorded("al2-scf"), *cut;
    struct frame f;

    make_al2(&f);
    ck_refused(s, &f.atoms, "scf", "no convergence in 2 iterations");
    free(s);
    s = recorded("al2");
    cut = swap(s, 1, "convergence has been achieved", "it is late");
    ck_refused(cut, &f.atoms, "scf", "does not say that the SCF converged");
    free(cut);
    free(s);
    frame_release(&f);
}
END_TEST

START_TEST(message_of_a_crash_is_found)
{
    char *s = recorded("h2-crash"), what[64];
    struct text t = text_of("pw.out", s);
    struct frame f;

    qe_read_error(&t, what, sizeof what);
    ck_assert_str_eq(what,
                     "electrons (1): charge is wrong: smearing is needed");
    text_close(&t);
    t = text_of("pw.err", "----\n\n  mpirun has \033 no slots.\n---\n");
    qe_read_complaint(&t, what, sizeof what);
    ck_assert_str_eq(what, "mpirun has ? no slots.");
    text_close(&t);
    make_h2(&f);
    ck_refused(s, &f.atoms, "crash", "the output ends after 120 lines");
    frame_release(&f);
    free(s);
}
END_TEST

/* Cut after any byte before the end mark is whole, no output is a label. */
START_TEST(no_prefix_is_accepted)
{
    static const char *const names[] = {"al2", "al2-spin", "h2"};
    char *s = recorded(names[_i]), *done = strstr(s, "JOB DONE.");
    size_t whole = (size_t)(done - s) + strlen("JOB DONE.");
    bool metal = names[_i][0] == 'a';
    struct outcome out;
    struct frame f;

    (metal ? make_al2 : make_h2)(&f);
    for (size_t n = whole; n > 0; n--) {
        s[n] = '\0';
        read_string(s, &f.atoms, &out);
        ck_assert_msg(out.ok == (n == whole), "%zu bytes", n);
        outcome_release(&out);
    }
    frame_release(&f);
    free(s);
}
END_TEST

/* Damage, one at a time, to the n-th occurrence in al2.out. */
static const struct {
    int n;
    const char *from, *to, *reason, *detail;
} damage[] = {
    {1, "!    total energy              =      -8.33651103",
     "!    total energy              =              NaN", "nan", "not finite"},
    {1, "0.00446714", "       NaN", "nan", "not finite"},
    {1, "0.00446714", "  Infinity", "nan", "not finite"},
    {1, "0.00446714", "**********", "parse", "expected a number"},
    {1, "0.00446714", "0.0044x711", "parse", "expected a number"},
    {1, "     atom    2 type  1   force", "     atom    3 type  1   force",
     "parse", "expected the force on another atom"},
    {1, "     atom    2 type  1   force", "\n     Total force", "parse",
     "expected the force on another atom"},
    {1, "number of atoms/cell      =            2",
     "number of atoms/cell      =            3", "mismatch",
     "not the number of atoms that was sent"},
    {1, "0.5263158", "0.5263178", "mismatch", "not the atoms that were sent"},
    {1, "  Al  tau(   2)", "  Cu  tau(   2)", "mismatch",
     "not the atoms that were sent"},
    {1, "         2           Al  tau(   2) = (",
     "     number of k points=    10", "parse", "expected another line"},
    {1, "1.421053", "1.421043", "mismatch", "not the cell that was sent"},
    {1, "5.385719 ", "5.385819 ", "mismatch", "not the cell that was sent"},
    {1, "celldm(1)=", "celldm(9)=", "mismatch", ""},
    {1, "positions (alat units)", "positions", "parse",
     "expected one geometry, found 0"},
    {1, "     Total force =", "ATOMIC_POSITIONS (alat)\n", "mismatch",
     "expected one geometry, found 2"},
    {1, "!    total", "     total", "parse", "forces before an energy"},
    {1, "Forces acting on atoms (cartesian axes, Ry/au)", "Forces", "parse",
     "found 1 and 0"},
    {1, "Methfessel-Paxton", "Somebody-Else's", "parse",
     "smearing that is not known"},
    {1, "JOB DONE.", "JOB DONE", "crash", "the output ends after"},
};

START_TEST(damage_is_told)
{
    char *s = recorded("al2");
    char *bad = swap(s, damage[_i].n, damage[_i].from, damage[_i].to);
    struct frame f;

    make_al2(&f);
    ck_refused(bad, &f.atoms, damage[_i].reason, damage[_i].detail);
    frame_release(&f);
    free(bad);
    free(s);
}
END_TEST

/* A good answer to another question. */
static void move_atom(struct atoms *a)
{
    a->pos[1][0] += 5e-6;
}

static void change_element(struct atoms *a)
{
    a->z[1] = 29;
}

static void lose_atom(struct atoms *a)
{
    a->natoms = 1;
}

static void shear_cell(struct atoms *a)
{
    a->cell[2][1] = 1e-5;
}

static void stretch_cell(struct atoms *a)
{
    a->cell[0][0] *= 1 + 1e-6;
}

static const struct {
    void (*change)(struct atoms *a);
    const char *detail;
} others[] = {
    {move_atom, "not the atoms that were sent"},
    {change_element, "not the atoms that were sent"},
    {lose_atom, "not the number of atoms that was sent"},
    {shear_cell, "not the cell that was sent"},
    {stretch_cell, "not the cell that was sent"},
};

START_TEST(answer_for_another_frame_is_refused)
{
    char *s = recorded("al2");
    struct frame f;

    make_al2(&f);
    others[_i].change(&f.atoms);
    ck_refused(s, &f.atoms, "mismatch", others[_i].detail);
    frame_release(&f);
    free(s);
}
END_TEST

#define COUNT(x) ((int)(sizeof(x) / sizeof *(x)))

Suite *qe_suite(void)
{
    Suite *s = suite_create("qe");
    TCase *out = tcase_create("output");

    tcase_add_test(out, metal_is_read);
    tcase_add_loop_test(out, smearing_is_extrapolated, 0, COUNT(kinds));
    tcase_add_test(out, molecule_is_read);
    tcase_add_test(out, spin_and_hybrid_are_read);
    tcase_add_test(out, no_convergence_is_told);
    tcase_add_test(out, message_of_a_crash_is_found);
    tcase_add_loop_test(out, no_prefix_is_accepted, 0, 3);
    tcase_add_loop_test(out, damage_is_told, 0, COUNT(damage));
    tcase_add_loop_test(out, answer_for_another_frame_is_refused, 0,
                        COUNT(others));
    suite_add_tcase(s, out);
    suite_add_tcase(s, qe_input_tests());
    suite_add_tcase(s, qe_pseudo_tests());
    return s;
}
