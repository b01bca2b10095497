#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io_suite.h"
#include "suites.h"

void read_text(struct frame *f, const char *s)
{
    struct text t = text_of("t", s);
    struct err err = {.msg = ""};

    if (frame_read(&t, f, &err) != 1)
        ck_abort_msg("refused: %s", err.msg);
    text_close(&t);
}

void read_keys(struct frame *f, const char *keys)
{
    char s[1024];

    snprintf(s, sizeof s, "1\n" PROPS " %s\nH 0 0 0\n", keys);
    read_text(f, s);
}

START_TEST(a_frame_is_read)
{
    struct frame f;
    const double *forces;
    struct label label;
    double x, m[3][3];

    read_text(&f, "2\n"
                  "Lattice=\"4 0 0 1 5 0 0 0 6\" "
                  "Properties=species:S:1:pos:R:3:move_mask:L:1:forces:R:3 "
                  "energy=-3 free_energy=-3.5D0 config='a b' done "
                  "stress=\"1 2 3 .4 .5 .6\" pbc=\"T T F\"\n"
                  "CU 0 0 0 F 0.5 -0.25 0\n"
                  "H\t1e0 -.5 2. T -0.5 0.25 0\n");
    ck_assert_int_eq(f.atoms.natoms, 2);
    ck_assert_int_eq(f.atoms.z[0], 29);
    ck_assert(f.atoms.pos[1][0] == 1 && f.atoms.pos[1][1] == -0.5);
    ck_assert(f.atoms.cell[1][0] == 1 && f.atoms.cell[2][2] == 6);
    ck_assert(f.atoms.pbc[1] && !f.atoms.pbc[2]);
    ck_assert(!f.atoms.move[0][2] && f.atoms.move[1][2]);
    forces = frame_get_column(&f, "forces", 3);
    ck_assert_ptr_nonnull(forces);
    ck_assert(forces[3] == -0.5);
    ck_assert(frame_get_label(&f, NULL, &label));
    ck_assert(label.energy == -3.5 && label.free_energy);
    ck_assert(label.forces[0][1] == -0.25);
    ck_assert(frame_get_real(&f, "energy", &x) && x == -3);
    ck_assert_str_eq(frame_get_text(&f, "config"), "a b");
    ck_assert(frame_get_matrix(&f, "stress", m));
    ck_assert(m[0][0] == 1 && m[1][2] == .4 && m[0][2] == .5 && m[0][1] == .6);
    ck_assert_int_eq(f.line, 1);
    ck_assert_uint_eq(f.odd, 0);
    frame_release(&f);
}
END_TEST

/* Every form of value, and how it is told in JSON. */
START_TEST(values_have_the_type_they_look_like)
{
    static const struct {
        const char *key, *json;
    } cases[] = {
        {"a=1", "1"},
        {"a=+1", "1"},
        {"a=9223372036854775807", "9223372036854775807"},
        {"a=-9223372036854775808", "-9223372036854775808"},
        {"a=9223372036854775808", "\"9223372036854775808\""},
        {"a=007", "\"007\""},
        {"a=-1.5D+01", "-15.0"},
        {"a=.5", "0.5"},
        {"a=1e5", "100000.0"},
        {"a=1e-300", "1e-300"},
        {"a=-0.0", "-0.0"},
        {"a=nan", "\"nan\""},
        {"a=0x10", "\"0x10\""},
        {"a=1_0", "\"1_0\""},
        {"a=.", "\".\""},
        {"a=True", "true"},
        {"a=FALSE", "false"},
        {"a=TRue", "\"TRue\""},
        {"a", "true"},
        {"a  =  T", "true"},
        {"a=x/y:z-1", "\"x/y:z-1\""},
        {"a=\"1 2 3\"", "[1, 2, 3]"},
        {"a='1, 2.5, 3'", "[1.0, 2.5, 3.0]"},
        {"a={T F}", "[true, false]"},
        {"a={1 two}", "\"1 two\""},
        {"a=\" 2.5 \"", "2.5"},
        {"a=\"1 T\"", "\"1 T\""},
        {"a=\"\"", "\"\""},
        {"a=\"say \\\"hi\\\" \\\\ \\n\"", "\"say \\\"hi\\\" \\\\ \\u000a\""},
        {"a=\"1 2 3 4 5 6 7 8 9\"", "[1, 2, 3, 4, 5, 6, 7, 8, 9]"},
        {"a=[1]", "[1]"},
        {"a=[1, 2.5]", "[1.0, 2.5]"},
        {"a=[[1,2],[3,4],[5,6]]", "[[1, 2], [3, 4], [5, 6]]"},
        {"a=[ [ T , F ] ]", "[[true, false]]"},
        {"a=[\"a b\", c, '1']", "[\"a b\", \"c\", \"1\"]"},
        {"a=\"_JSON -70.5\"", "-70.5"},
        {"a=\"_JSON [[0.0, 0.5]]\"", "[[0.0, 0.5]]"},
        {"a=\"_JSON [true, false]\"", "[true, false]"},
        {"a=\"_JSON \\\"12\\\"\"", "\"12\""},
        {"a=\"_JSON \\\"\\\\u00e9\\\\ud83d\\\\ude00\\\"\"",
         "\"\xc3\xa9\xf0\x9f\x98\x80\""},
        {"a=\"_JSON {\\\"b\\\": [1, null]}\"", "{\"b\": [1, null]}"},
        {"a=\"_JSON [1, \\\"b\\\"]\"", "[1, \"b\"]"},
        {"a=\"_JSON [[1], [2, 3]]\"", "[[1], [2, 3]]"},
        {"a=\"_JSON []\"", "[]"},
        {"\"a b\"=1", "1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct frame f;
        char *s = NULL, *info;
        size_t n = 0;
        FILE *out = open_memstream(&s, &n);

        read_keys(&f, cases[i].key);
        frame_print_json(&f, out);
        fclose(out);
        info = strstr(strstr(s, "\"info\": {"), "\": ") + 3;
        info = strstr(info, "\": ") + 3;
        *strstr(info, "}, \"arrays\"") = '\0';
        ck_assert_str_eq(info, cases[i].json);
        free(s);
        frame_release(&f);
    }
}
END_TEST

START_TEST(remarks_are_kept_and_keys_are_parsed)
{
    struct frame f;

    read_text(&f, "1\nwater, made by hand\nH 0 0 0 7\n");
    ck_assert_int_eq(f.nkey, 1);
    ck_assert_str_eq(frame_get_text(&f, "comment"), "water, made by hand");
    ck_assert_uint_eq(f.odd, ODD_EXTRA_COLUMNS);
    frame_release(&f);
    read_text(&f, "1\n i = 1, time = 0.5, E = -17.1\nH 0 0 0");
    ck_assert_str_eq(frame_get_text(&f, "comment"),
                     " i = 1, time = 0.5, E = -17.1");
    ck_assert_uint_eq(f.odd, ODD_NO_NEWLINE);
    frame_release(&f);
    read_text(&f, "1\nstep=3 T=300.5\nH 0 0 0\n");
    ck_assert_int_eq(f.nkey, 2);
    frame_release(&f);
    read_text(&f, "1\r\n\r\nH 0 0 0\r\n\n \n");
    ck_assert_int_eq(f.nkey, 0);
    ck_assert(!f.atoms.pbc[0]);
    frame_release(&f);
}
END_TEST

START_TEST(cells_take_all_forms)
{
    static const char *const cells[] = {
        "Lattice=\"4 0 0 1 5 0 0 0 6\"",
        "Lattice='4.0, 0, 0, 1, 5, 0, 0, 0, 6'",
        "Lattice={4 0 0 1 5 0 0 0 6} pbc=[T, T, T]",
        "Lattice=[4, 0, 0, 1, 5, 0, 0, 0, 6] pbc=\"1 1 1\"",
        "Lattice=[[4, 0, 0], [1, 5, 0], [0, 0, 6]] pbc={True T TRUE}",
    };
    struct frame f;

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        read_keys(&f, cells[i]);
        ck_assert(f.atoms.cell[0][0] == 4 && f.atoms.cell[1][0] == 1 &&
                  f.atoms.cell[0][1] == 0 && f.atoms.cell[2][2] == 6);
        ck_assert(f.atoms.pbc[0] && f.atoms.pbc[1] && f.atoms.pbc[2]);
        frame_release(&f);
    }
    read_keys(&f, "Lattice=\"0 0 0 0 0 0 0 0 0\" pbc=\"F F F\"");
    ck_assert(!f.atoms.pbc[0]);
    frame_release(&f);
}
START_TEST(keys_and_columns_are_found_by_name)
{
    struct frame f;
    double x = 0, q[3] = {1, 2, 3};
    bool b = false;
    int i = 0;

    read_keys(&f, "i=3 x=2.5 b=T t=abc v=\"1 2 3\" w=4294967296");
    ck_assert(frame_get_int(&f, "i", &i) && i == 3);
    ck_assert(frame_get_real(&f, "i", &x) && x == 3);
    ck_assert(frame_get_real(&f, "x", &x) && x == 2.5);
    ck_assert(!frame_get_int(&f, "x", &i) && !frame_get_int(&f, "w", &i));
    ck_assert(frame_get_bool(&f, "b", &b) && b);
    ck_assert(!frame_get_real(&f, "v", &x) && !frame_get_real(&f, "no", &x));
    ck_assert_ptr_null(frame_get_text(&f, "i"));
    frame_set_text(&f, "t", frame_get_text(&f, "t"));
    ck_assert_str_eq(frame_get_text(&f, "t"), "abc");
    frame_set_int(&f, "t", 7);
    frame_set_bool(&f, "new", false);
    ck_assert(frame_get_int(&f, "t", &i) && i == 7);
    ck_assert_int_eq(f.nkey, 7);
    frame_set_column(&f, "q", 3, q);
    frame_set_column(&f, "q", 1, frame_get_column(&f, "q", 3));
    ck_assert_ptr_null(frame_get_column(&f, "q", 3));
    ck_assert(frame_get_column(&f, "q", 1)[0] == 1);
    frame_drop(&f, "q");
    frame_drop(&f, "i");
    frame_drop(&f, "none");
    ck_assert_int_eq(f.ncolumn, 0);
    ck_assert_int_eq(f.nkey, 6);
    ck_assert_str_eq(f.key[0].name, "x");
    frame_release(&f);
}
END_TEST

Suite *io_suite(void)
{
    Suite *s = suite_create("io");
    TCase *tc = tcase_create("read");

    tcase_add_test(tc, a_frame_is_read);
    tcase_add_test(tc, values_have_the_type_they_look_like);
    tcase_add_test(tc, remarks_are_kept_and_keys_are_parsed);
    tcase_add_test(tc, cells_take_all_forms);
    tcase_add_test(tc, keys_and_columns_are_found_by_name);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, io_number_tests());
    suite_add_tcase(s, io_refusal_tests());
    suite_add_tcase(s, io_write_tests());
    suite_add_tcase(s, io_merge_tests());
    return s;
}
