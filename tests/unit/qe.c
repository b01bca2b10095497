#include "suites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/io.h>
#include <morsel/units.h>

#include "engine/qe.h"

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

static void make_al2(struct frame *f)
{
    static const double cell[3][3] = {{2.85}, {0, 2.85}, {0, 0, 4.05}};
    static const double pos[2][3] = {{0, 0, 0}, {1.5, 1.4, 2.1}};

    make_frame(f, 13, cell, pos);
}

static void make_h2(struct frame *f)
{
    static const double cell[3][3] = {{5.3}, {0.2, 5.1}, {0, 0, 5.6}};
    static const double pos[2][3] = {{0.1, 0.2, 0.3}, {0.15, 0.37, 1.08}};

    make_frame(f, 1, cell, pos);
}

/* A whole file, or what a function prints; the caller frees it. */
static char *slurp(FILE *f)
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

static const struct qe_params params = {
    .ecut = 190,
    .dual = 4,
    .kgrid = {3, 3, 2},
    .smearing = "mp",
    .sigma = 0.272,
    .conv = 1e-8,
    .max_scf = 100,
};

/* A file of this content; its path is in path[]. */
static void make_file(char path[32], const char *content)
{
    FILE *f;
    int fd;

    strcpy(path, "/tmp/morsel-test-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    f = fdopen(fd, "w");
    ck_assert_ptr_nonnull(f);
    fputs(content, f);
    ck_assert_int_eq(fclose(f), 0);
}

/* Settings with one file for all the elements, which says valence 4. */
static void make_settings(struct qe_settings *s, const struct qe_params *p)
{
    struct qe_params q = *p;
    char path[32], list[200];
    struct err err;

    make_file(path, "<UPF>\n z_valence=\"4.0E0\"\n");
    snprintf(list, sizeof list, "Al=%s,H=%s,Fe=%s", path, path, path);
    q.pseudo = list;
    ck_assert_int_eq(qe_settings_init(s, &q, &err), 0);
    ck_assert_int_eq(unlink(path), 0);
}

static void add_input(struct qe_settings *s, const char *lines)
{
    struct text t = text_of("extra", lines);
    struct err err = {.msg = ""};
    int ret = qe_settings_read(s, &t, &err);

    ck_assert_msg(ret == 0, "%s", err.msg);
    text_close(&t);
}

static char *written(const struct qe_settings *s, const struct frame *f)
{
    FILE *tmp = tmpfile();
    struct outcome out;
    struct qe_types y;

    ck_assert(qe_types_init(&y, s, f, &out));
    qe_write_input(tmp, s, &y, &f->atoms);
    qe_types_release(&y);
    return slurp(tmp);
}

/* The numbers are those of another program, from CODATA's Rydberg. */
START_TEST(input_is_whole)
{
    struct qe_settings s;
    struct frame f;
    char *got;

    make_al2(&f);
    make_settings(&s, &params);
    got = written(&s, &f);
    ck_assert_str_eq(got, "&control\n"
                          "    calculation = 'scf'\n"
                          "    prefix = 'morsel'\n"
                          "    outdir = './'\n"
                          "    pseudo_dir = './'\n"
                          "    disk_io = 'none'\n"
                          "    tprnfor = .true.\n"
                          "    tstress = .true.\n"
                          "/\n"
                          "&system\n"
                          "    ibrav = 0\n"
                          "    ecutwfc = 13.964742426748897\n"
                          "    ecutrho = 55.858969706995588\n"
                          "    occupations = 'smearing'\n"
                          "    smearing = 'mp'\n"
                          "    degauss = 0.019991631263556318\n"
                          "    nat = 2\n"
                          "    ntyp = 1\n"
                          "/\n"
                          "&electrons\n"
                          "    conv_thr = 7.3498644351309988e-10\n"
                          "    electron_maxstep = 100\n"
                          "    mixing_beta = 0.3\n"
                          "/\n"
                          "ATOMIC_SPECIES\n"
                          "Al 26.9815385 Al.upf\n"
                          "CELL_PARAMETERS angstrom\n"
                          "2.8500000000000001 0 0\n"
                          "0 2.8500000000000001 0\n"
                          "0 0 4.0499999999999998\n"
                          "ATOMIC_POSITIONS angstrom\n"
                          "Al 0 0 0\n"
                          "Al 1.5 1.3999999999999999 2.1000000000000001\n"
                          "K_POINTS automatic\n"
                          "3 3 2 0 0 0\n");
    free(got);
    qe_settings_release(&s);
    frame_release(&f);
}
END_TEST

/* No stress of a slab, real wave functions at Gamma, no smearing. */
START_TEST(input_follows_the_frame)
{
    struct qe_params p = params;
    struct qe_settings s;
    struct frame f;
    char *got;

    p.kgrid[0] = p.kgrid[1] = p.kgrid[2] = 1;
    p.smearing = "none";
    make_al2(&f);
    f.atoms.pbc[2] = false;
    f.atoms.z[1] = 1;
    make_settings(&s, &p);
    got = written(&s, &f);
    ck_assert_ptr_null(strstr(got, "tstress"));
    ck_assert_ptr_null(strstr(got, "degauss"));
    ck_assert_ptr_nonnull(strstr(got, "occupations = 'fixed'\n"));
    ck_assert_ptr_nonnull(strstr(got, "K_POINTS gamma\n"));
    ck_assert_ptr_nonnull(strstr(got, "ntyp = 2\n"));
    ck_assert_ptr_nonnull(strstr(got, "Al 0 0 0\nH 1.5 "));
    free(got);
    qe_settings_release(&s);
    frame_release(&f);
}
END_TEST

START_TEST(users_namelists_win)
{
    struct qe_settings s;
    struct frame f;
    char *got;

    make_al2(&f);
    make_settings(&s, &params);
    add_input(&s, "! our slab\n&SYSTEM\n NoSym = .true. , ! all\n"
                  "degauss=0.02\n Hubbard_U( 1 ) = 4.0\n"
                  "input_dft = 'sla, pw ! not'\n/\n\n"
                  "&electrons\nmixing_beta = 0.4\n/\n");
    got = written(&s, &f);
    ck_assert_ptr_nonnull(strstr(got, "    nosym = .true.\n"));
    ck_assert_ptr_nonnull(strstr(got, "    degauss = 0.02\n"));
    ck_assert_ptr_null(strstr(got, "0.01999"));
    ck_assert_ptr_nonnull(strstr(got, "    hubbard_u(1) = 4.0\n"));
    ck_assert_ptr_nonnull(strstr(got, "    input_dft = 'sla, pw ! not'\n"));
    ck_assert_ptr_nonnull(
        strstr(got, "electron_maxstep = 100\n    mixing_beta = 0.4\n/\n"));
    free(got);
    qe_settings_release(&s);
    frame_release(&f);
}
END_TEST

static const struct {
    const char *lines, *message;
} bad_input[] = {
    {"nosym=.true.\n", "extra:1: expected a namelist: &system, say"},
    {"&cards\n", "extra:1: expected &control, &system or &electrons"},
    {"&system\n&electrons\n",
     "extra:2: expected &control, &system or &electrons"},
    {"&system\nnosym\n/\n", "extra:2: expected name = value"},
    {"&system\nnosym =\n/\n", "extra:2: expected name = value"},
    {"&system\n2x = 1\n/\n", "extra:2: expected name = value"},
    {"&system\na-b = 1\n/\n", "extra:2: expected name = value"},
    {"&system\nnspin=2, nosym=.true.\n/\n",
     "extra:2: expected one variable a line"},
    {"&system\ninput_dft='pbe\n/\n", "extra:2: expected one variable a line"},
    {"&system\nnat = 3\n/\n", "extra:2: 'nat' is not for the user to set"},
    {"&system\nCelldm(1) = 3\n/\n",
     "extra:2: 'celldm(1)' is not for the user to set"},
    {"&electrons\nscf_must_converge=.false.\n/\n",
     "extra:2: 'scf_must_converge' is not for the user to set"},
    {"&system\nnspin = 2\n", "extra:2: expected / at the end of the namelist"},
};

START_TEST(bad_namelists_are_refused)
{
    struct text t = text_of("extra", bad_input[_i].lines);
    struct qe_settings s;
    struct err err;

    make_settings(&s, &params);
    ck_assert_int_eq(qe_settings_read(&s, &t, &err), ERR_FORMAT);
    ck_assert_str_eq(err.msg, bad_input[_i].message);
    text_close(&t);
    qe_settings_release(&s);
}
END_TEST

/* Valence 4 (make_settings): a moment of 1 is a quarter, of 5 is all. */
START_TEST(spins_make_types)
{
    double moments[] = {-1, 5};
    struct qe_settings s;
    struct frame f;
    char path[32], *got;
    struct outcome out;
    struct qe_types y;

    make_al2(&f);
    f.atoms.z[0] = f.atoms.z[1] = 26;
    frame_set_column(&f, "initial_magmoms", 1, moments);
    make_settings(&s, &params);
    got = written(&s, &f);
    ck_assert_ptr_nonnull(strstr(got, "ntyp = 1\n"));
    free(got);

    add_input(&s, "&system\nnspin = 2\n/\n");
    make_file(path, "   4.00000000000      Z valence\n");
    free(s.pseudo[26].path);
    s.pseudo[26].path = xstrdup(path);
    got = written(&s, &f);
    unlink(path);
    ck_assert_ptr_nonnull(strstr(got,
                                 "ntyp = 2\n"
                                 "    starting_magnetization(1) = -0.250000\n"
                                 "    starting_magnetization(2) = 1.000000\n"));
    ck_assert_ptr_nonnull(strstr(got, "Fe 55.845 Fe.upf\n"
                                      "Fe1 55.845 Fe.upf\n"));
    ck_assert_ptr_nonnull(strstr(got, "Fe 0 0 0\nFe1 1.5 "));
    free(got);

    /* eleven kinds of one element */
    atoms_release(&f.atoms);
    atoms_init(&f.atoms, 11);
    double many[11];
    for (int i = 0; i < 11; i++) {
        many[i] = i;
        f.atoms.z[i] = 26;
    }
    frame_set_column(&f, "initial_magmoms", 1, many);
    ck_assert(!qe_types_init(&y, &s, &f, &out));
    ck_assert_str_eq(out.reason, "refused");
    qe_settings_release(&s);
    frame_release(&f);
}
END_TEST

static uint64_t hash_with(const struct qe_params *p, const char *lines)
{
    struct qe_settings s;
    uint64_t h;

    make_settings(&s, p);
    if (lines)
        add_input(&s, lines);
    h = qe_settings_hash(&s);
    qe_settings_release(&s);
    return h;
}

START_TEST(hash_is_what_decides_the_numbers)
{
    uint64_t h = hash_with(&params, NULL);
    struct qe_params p = params;
    struct qe_settings s;

    p.timeout = 7;
    p.max_scf = 9;
    p.launch = "mpirun pw.x";
    p.scratch = "/scratch";
    ck_assert_uint_eq(hash_with(&p, NULL), h);
    ck_assert_uint_eq(hash_with(&params, "&electrons\nmixing_beta=.4\n/\n"), h);
    ck_assert_uint_ne(hash_with(&params, "&system\nnosym=.true.\n/\n"), h);
    ck_assert_uint_eq(
        hash_with(&params, "&system\nnbnd=9\nnosym=.true.\n/\n"),
        hash_with(&params, "&system\nnosym = .true.\nnbnd = 9\n/\n"));

#define CK_DECIDES(field, value)                                               \
    do {                                                                       \
        p = params;                                                            \
        p.field = value;                                                       \
        ck_assert_uint_ne(hash_with(&p, NULL), h);                             \
    } while (0)
    CK_DECIDES(ecut, 191);
    CK_DECIDES(dual, 8);
    CK_DECIDES(kgrid[2], 3);
    CK_DECIDES(kshift[0], 1);
    CK_DECIDES(smearing, "mv");
    CK_DECIDES(sigma, 0.273);
    CK_DECIDES(conv, 1e-7);
#undef CK_DECIDES

    make_settings(&s, &params);
    s.pseudo[13].hash++;
    ck_assert_uint_ne(qe_settings_hash(&s), h);
    qe_settings_release(&s);
}
END_TEST

static void touch(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    fprintf(f, "%s", name);
    fclose(f);
    free(path);
}

static void remove_file(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

START_TEST(potentials_are_found_by_name)
{
    static const char *const names[] = {"C.pbe-n-rrkjus_psl.1.0.0.UPF",
                                        "C.pbe-n-rrkjus_psl.1.0.0.in",
                                        "cu_pbe_v1.2.uspp.F.UPF",
                                        "O.upf",
                                        "O-2.upf",
                                        "Xx.upf",
                                        "README"};
    char folder[] = "/tmp/morsel-test-XXXXXX", want[200];
    struct qe_params p = params;
    struct qe_settings s;
    struct err err;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        touch(folder, names[i]);
    p.pseudo_dir = folder;
    ck_assert_int_eq(qe_settings_init(&s, &p, &err), 0);
    ck_assert_int_eq(qe_pseudo_check(&s, 6, &err), 0);
    ck_assert_ptr_nonnull(strstr(s.pseudo[6].path, "/C.pbe-n-rrkjus_psl.1"));
    ck_assert_int_eq(qe_pseudo_check(&s, 29, &err), 0);
    ck_assert_int_eq(qe_pseudo_check(&s, 1, &err), ERR_RANGE);
    snprintf(want, sizeof want, "no potential for H in '%s'", folder);
    ck_assert_str_eq(err.msg, want);
    ck_assert_int_eq(qe_pseudo_check(&s, 8, &err), ERR_RANGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "2 potentials for O in"));
    ck_assert_ptr_nonnull(strstr(err.msg, "O.upf"));
    ck_assert_ptr_nonnull(strstr(err.msg, "O-2.upf"));
    qe_settings_release(&s);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_file(folder, names[i]);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static const struct {
    const char *list, *message;
} bad_list[] = {
    {NULL, "pw.x needs potentials: name files or a folder"},
    {"Cu", "potentials: expected Element=file at 'Cu'"},
    {"Zz=a.upf", "potentials: expected Element=file at 'Zz'"},
    {"Cu=", "potentials: expected Element=file at 'Cu'"},
    {"Cu=/nowhere/Cu.upf",
     "cannot open '/nowhere/Cu.upf': No such file or directory"},
    {"Cu=/dev/null,Cu=/dev/null", "potentials: two files for Cu"},
};

START_TEST(bad_lists_of_potentials_are_refused)
{
    struct qe_params p = params;
    struct qe_settings s;
    struct err err;

    p.pseudo = bad_list[_i].list;
    ck_assert_int_lt(qe_settings_init(&s, &p, &err), 0);
    ck_assert_str_eq(err.msg, bad_list[_i].message);
}
END_TEST

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

/* pw.x would make up a cell from a celldm of 0: it never gets the chance. */
START_TEST(frame_without_cell_is_refused)
{
    struct qe_params p = params;
    struct outcome out;
    struct engine e;
    struct frame f;
    struct err err;

    p.pseudo = "H=/dev/null";
    p.launch = "false";
    make_h2(&f);
    ck_assert_int_eq(engine_qe(&e, &p, &err), 0);
    f.atoms.cell[2][2] = 0;
    ck_assert_int_eq(e.label(&e, &f, &out, &err), 0);
    ck_assert(!out.ok);
    ck_assert_str_eq(out.reason, "refused");
    ck_assert_str_eq(out.detail, "pw.x needs a cell in all three directions");
    e.release(&e);
    frame_release(&f);
}
END_TEST

START_TEST(what_is_kept_has_a_place)
{
    struct qe_params p = params;
    struct engine e;
    struct err err;

    p.pseudo = "H=/dev/null";
    p.keep = true;
    ck_assert_int_eq(engine_qe(&e, &p, &err), ERR_RANGE);
    ck_assert_str_eq(err.msg,
                     "to keep the folders of the runs, say where: scratch");
}
END_TEST

#define COUNT(x) ((int)(sizeof(x) / sizeof *(x)))

Suite *qe_suite(void)
{
    Suite *s = suite_create("qe");
    TCase *in = tcase_create("input"), *out = tcase_create("output");

    tcase_add_test(in, input_is_whole);
    tcase_add_test(in, input_follows_the_frame);
    tcase_add_test(in, users_namelists_win);
    tcase_add_loop_test(in, bad_namelists_are_refused, 0, COUNT(bad_input));
    tcase_add_test(in, spins_make_types);
    tcase_add_test(in, hash_is_what_decides_the_numbers);
    tcase_add_test(in, potentials_are_found_by_name);
    tcase_add_loop_test(in, bad_lists_of_potentials_are_refused, 0,
                        COUNT(bad_list));
    tcase_add_test(in, frame_without_cell_is_refused);
    tcase_add_test(in, what_is_kept_has_a_place);
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
    tcase_set_timeout(out, 60); /* valgrind */
    suite_add_tcase(s, in);
    suite_add_tcase(s, out);
    return s;
}
