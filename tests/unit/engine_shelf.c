#include <morsel/engine.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine_suite.h"
#include "suites.h"

/* A labelled copper atom at x. */
static void labelled(struct frame *f, const struct engine *e, double x)
{
    double force[1][3] = {{0.1, 0.2, 0.3}};
    struct outcome o = {.ok = true, .energy = x, .forces = force};

    *f = (struct frame){0};
    atoms_init(&f->atoms, 1);
    f->atoms.z[0] = 29;
    f->atoms.pos[0][0] = x;
    label_store(f, e, &o);
}

static uint64_t id_of(double x)
{
    struct engine e = {.name = "emt"};
    struct frame f;
    uint64_t id;

    labelled(&f, &e, x);
    id = atoms_hash(&f.atoms);
    frame_release(&f);
    return id;
}

static void add(struct shelf *s, const struct engine *e, double x)
{
    struct frame f;
    struct err err;

    labelled(&f, e, x);
    ck_assert_int_eq(shelf_add(s, &f, &err), 0);
    frame_release(&f);
}

/* A run that was killed behind the frames at 1, 2 and 3. */
static void killed_run(const struct engine *e)
{
    struct shelf s;
    struct err err;

    ck_assert_int_eq(shelf_open(&s, "out", e, &err), 0);
    for (int x = 1; x <= 3; x++)
        add(&s, e, x);
    shelf_leave(&s);
}

/* Energies of the frames in path, as digits. */
static const char *energies(const char *path)
{
    static char digits[64];
    struct frames s = {0};
    struct err err;

    ck_assert_int_eq(frames_read(&s, path, &err), 0);
    for (int i = 0; i < s.n; i++) {
        double x;

        ck_assert(frame_get_real(&s.frame[i], "energy", &x));
        digits[i] = (char)('0' + (int)x);
    }
    digits[s.n] = '\0';
    frames_release(&s);
    return digits;
}

START_TEST(a_killed_run_goes_on)
{
    struct engine e;
    struct shelf s;
    struct err err;

    engine_emt(&e);
    killed_run(&e);
    ck_assert_int_ne(access("out", F_OK), 0);
    ck_assert_str_eq(energies("out.part"), "123");
    ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
    for (int x = 1; x <= 3; x++)
        ck_assert(shelf_take(&s, id_of(x)));
    ck_assert(!shelf_take(&s, id_of(3))); /* each is given out once */
    ck_assert(!shelf_take(&s, id_of(4)));
    add(&s, &e, 4);
    ck_assert_int_eq(shelf_close(&s, &err), 0);
    ck_assert_str_eq(energies("out"), "1234");
    ck_assert_int_ne(access("out.part", F_OK), 0);
}
END_TEST

/* Wherever the last frame was torn, the whole ones are kept. */
START_TEST(an_unfinished_frame_is_cut_off)
{
    struct engine e;
    struct shelf s;
    struct err err;
    long whole;

    engine_emt(&e);
    killed_run(&e);
    FILE *f = fopen("out.part", "re");
    fseek(f, 0, SEEK_END);
    whole = ftell(f);
    fclose(f);
    for (long size = whole - 1; size > whole * 2 / 3; size -= 7) {
        killed_run(&e);
        ck_assert_int_eq(truncate("out.part", size), 0);
        ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
        ck_assert(shelf_take(&s, id_of(1)) && shelf_take(&s, id_of(2)));
        ck_assert(!shelf_take(&s, id_of(3)));
        add(&s, &e, 3);
        ck_assert_int_eq(shelf_close(&s, &err), 0);
        ck_assert_str_eq(energies("out"), "123");
    }
}
END_TEST

START_TEST(labels_of_other_settings_are_not_kept)
{
    struct engine e;
    struct shelf s;
    struct err err;

    engine_emt(&e);
    killed_run(&e);
    engine_settings(&e, "other");
    ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
    ck_assert(!shelf_take(&s, id_of(1)));
    add(&s, &e, 5);
    ck_assert_int_eq(shelf_close(&s, &err), 0);
    ck_assert_str_eq(energies("out"), "5");
}
END_TEST

START_TEST(frames_that_nobody_asks_for_are_sorted_out)
{
    struct engine e;
    struct shelf s;
    struct err err;

    engine_emt(&e);
    killed_run(&e);
    ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
    ck_assert(shelf_take(&s, id_of(3)));
    add(&s, &e, 7);
    ck_assert_int_eq(shelf_close(&s, &err), 0);
    ck_assert_str_eq(energies("out"), "37");
}
END_TEST

START_TEST(two_writers_do_not_mix)
{
    struct engine e;
    struct shelf s;
    struct err err;
    int status;

    engine_emt(&e);
    ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
    if (fork() == 0) { /* the lock is between processes */
        int ret = shelf_open(&s, "out", &e, &err);

        _exit(ret == ERR_IO &&
              strcmp(err.msg, "'out.part' is being written by another "
                              "process") == 0);
    }
    wait(&status);
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    shelf_leave(&s);
}
END_TEST

START_TEST(stale_labels_go_and_the_rest_stays)
{
    struct engine e;
    struct frame f;
    double x, stress[3][3] = {{1}};

    engine_emt(&e);
    labelled(&f, &e, 1);
    frame_set_matrix(&f, "stress", stress);
    frame_set_column(&f, "magmoms", 1, &x);
    frame_set_real(&f, "ml_energy", 2);
    frame_set_column(&f, "ml_forces", 3, f.atoms.pos[0]);
    frame_set_text(&f, "query", "last");
    label_strip(&f);
    ck_assert(!frame_get_real(&f, "energy", &x));
    ck_assert_int_eq(f.nkey, 2);
    ck_assert_int_eq(f.ncolumn, 1);
    ck_assert(frame_get_real(&f, "ml_energy", &x));
    ck_assert_str_eq(frame_get_text(&f, "query"), "last");
    ck_assert_ptr_nonnull(frame_get_column(&f, "ml_forces", 3));
    frame_release(&f);
}
END_TEST

/* Four processes write 25 lines each into one new ledger. */
START_TEST(a_ledger_can_be_shared)
{
    struct outcome o = {.reason = "scf", .detail = "a\tb\nc", .seconds = 1.5};
    struct engine e;
    struct frame f;
    struct err err;
    char line[256];
    int lines = 0;

    engine_emt(&e);
    labelled(&f, &e, 1);
    for (int p = 0; p < 4; p++)
        if (fork() == 0) {
            struct ledger l;
            int ret = ledger_open(&l, "ledger", &err);

            for (int i = 0; i < 25 && ret == 0; i++)
                ret = ledger_add(&l, &e, &f, &o, &err);
            _exit(ret != 0);
        }
    for (int p = 0, status; p < 4; p++) {
        wait(&status);
        ck_assert_int_eq(status, 0);
    }
    FILE *in = fopen("ledger", "re");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, in));
    ck_assert_str_eq(line, "# morsel-ledger 1: date\tid\tengine\tsettings\t"
                           "result\tscf\tseconds\tenergy\tfmax\tdetail\n");
    while (fgets(line, sizeof line, in)) {
        char *end = strstr(line, "\tscf\t0\t1.500\t-\t-\ta b c\n");

        ck_assert_ptr_nonnull(end);
        ck_assert_int_eq(end - line, 20 + 1 + 16 + 1 + 3 + 1 + 16);
        lines++;
    }
    ck_assert_int_eq(lines, 100);
    fclose(in);
    frame_release(&f);
}
END_TEST

/* Lines of the ledger that hold text. */
static int lines_with(const char *text)
{
    FILE *in = fopen("ledger", "re");
    char line[256];
    int n = 0;

    while (fgets(line, sizeof line, in))
        n += strstr(line, text) != NULL;
    fclose(in);
    return n;
}

/* A run was killed behind a label, before its line: the next one writes it. */
START_TEST(a_ledger_is_mended)
{
    struct outcome failed = {.reason = "scf", .detail = "too hard"};
    struct engine e;
    struct shelf s;
    struct ledger l;
    struct frame f;
    struct err err;

    engine_emt(&e);
    killed_run(&e);
    ck_assert_int_eq(shelf_open(&s, "out", &e, &err), 0);
    ck_assert_int_eq(ledger_open(&l, "ledger", &err), 0);
    for (int time = 0; time < 2; time++) {
        ck_assert_int_eq(ledger_mend(&l, &e, &s.last, &err), 0);
        ck_assert_int_eq(lines_with("\tok\t0\t0.000\t3.0000000000\t0.374166\t"
                                    "killed before this line"),
                         1);
        ck_assert_int_eq(lines_with(""), 2);
    }
    labelled(&f, &e, 3);
    label_strip(&f);
    label_store(&f, &e, &failed);
    for (int time = 0; time < 2; time++) {
        ck_assert_int_eq(ledger_mend(&l, &e, &f, &err), 0);
        ck_assert_int_eq(lines_with("\tscf\t0\t0.000\t-\t-\t"), 1);
    }
    ck_assert_int_eq(lines_with(""), 3);
    frame_release(&f);
    ledger_close(&l);
    shelf_leave(&s);
}
END_TEST

TCase *shelf_tests(void)
{
    TCase *t = tcase_create("shelf");

    tcase_add_checked_fixture(t, enter_folder, leave_folder);
    tcase_add_test(t, a_killed_run_goes_on);
    tcase_add_test(t, an_unfinished_frame_is_cut_off);
    tcase_add_test(t, labels_of_other_settings_are_not_kept);
    tcase_add_test(t, frames_that_nobody_asks_for_are_sorted_out);
    tcase_add_test(t, two_writers_do_not_mix);
    tcase_add_test(t, stale_labels_go_and_the_rest_stays);
    tcase_add_test(t, a_ledger_can_be_shared);
    tcase_add_test(t, a_ledger_is_mended);
    return t;
}
