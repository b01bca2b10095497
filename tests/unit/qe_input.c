#include "suites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <morsel/io.h>

#include "engine/qe.h"
#include "qe.h"

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

TCase *qe_input_tests(void)
{
    TCase *in = tcase_create("input");

    tcase_add_test(in, input_is_whole);
    tcase_add_test(in, input_follows_the_frame);
    tcase_add_test(in, users_namelists_win);
    tcase_add_loop_test(in, bad_namelists_are_refused, 0, COUNT(bad_input));
    tcase_add_test(in, spins_make_types);
    tcase_add_test(in, hash_is_what_decides_the_numbers);
    tcase_add_test(in, frame_without_cell_is_refused);
    tcase_add_test(in, what_is_kept_has_a_place);
    return in;
}
