# Atoms as inline SVG: seen from above, and from the side.
#
#   atoms_draw("title", "caption")     of the frame that is open
#
# Circles by covalent radius, in the colours of Jmol; a cross on what is held;
# neighbours across periodic boundaries pale; the cell dashed.

function atoms_init(    i, element_word) {
    # symbol, covalent radius (angstrom; Cordero et al. 2008, as in the tools),
    # colour (Jmol)
    split( \
        "H 0.31 ffffff He 0.28 d9ffff Li 1.28 cc80ff Be 0.96 c2ff00 " \
        "B 0.84 ffb5b5 C 0.76 909090 N 0.71 3050f8 O 0.66 ff0d0d " \
        "F 0.57 90e050 Ne 0.58 b3e3f5 Na 1.66 ab5cf2 Mg 1.41 8aff00 " \
        "Al 1.21 bfa6a6 Si 1.11 f0c8a0 P 1.07 ff8000 S 1.05 ffff30 " \
        "Cl 1.02 1ff01f Ar 1.06 80d1e3 K 2.03 8f40d4 Ca 1.76 3dff00 " \
        "Sc 1.70 e6e6e6 Ti 1.60 bfc2c7 V 1.53 a6a6ab Cr 1.39 8a99c7 " \
        "Mn 1.39 9c7ac7 Fe 1.32 e06633 Co 1.26 f090a0 Ni 1.24 50d050 " \
        "Cu 1.32 c88033 Zn 1.22 7d80b0 Ga 1.22 c28f8f Ge 1.20 668f8f " \
        "As 1.19 bd80e3 Se 1.20 ffa100 Br 1.20 a62929 Kr 1.16 5cb8d1 " \
        "Rb 2.20 702eb0 Sr 1.95 00ff00 Y 1.90 94ffff Zr 1.75 94e0e0 " \
        "Nb 1.64 73c2c9 Mo 1.54 54b5b5 Tc 1.47 3b9e9e Ru 1.46 248f8f " \
        "Rh 1.42 0a7d8c Pd 1.39 006985 Ag 1.45 c0c0c0 Cd 1.44 ffd98f " \
        "In 1.42 a67573 Sn 1.39 668080 Sb 1.39 9e63b5 Te 1.38 d47a00 " \
        "I 1.39 940094 Xe 1.40 429eb0 Cs 2.44 57178f Ba 2.15 00c900 " \
        "La 2.07 70d4ff Ce 2.04 ffffc7 Pr 2.03 d9ffc7 Nd 2.01 c7ffc7 " \
        "Pm 1.99 a3ffc7 Sm 1.98 8fffc7 Eu 1.98 61ffc7 Gd 1.96 45ffc7 " \
        "Tb 1.94 30ffc7 Dy 1.92 1fffc7 Ho 1.92 00ff9c Er 1.89 00e675 " \
        "Tm 1.90 00d452 Yb 1.87 00bf38 Lu 1.87 00ab24 Hf 1.75 4dc2ff " \
        "Ta 1.70 4da6ff W 1.62 2194d6 Re 1.51 267dab Os 1.44 266696 " \
        "Ir 1.41 175487 Pt 1.36 d0d0e0 Au 1.36 ffd123 Hg 1.32 b8b8d0 " \
        "Tl 1.45 a6544d Pb 1.46 575961 Bi 1.48 9e4fb5 Po 1.40 ab5c00 " \
        "At 1.50 754f45 Rn 1.50 428296 Fr 2.60 420066 Ra 2.21 007d00 " \
        "Ac 2.15 70abfa Th 2.06 00baff Pa 2.00 00a1ff U 1.96 008fff " \
        "Np 1.90 0080ff Pu 1.87 006bff Am 1.80 545cf2 Cm 1.69 785ce3 " \
        "Bk 1.68 8a4fe3 Cf 1.68 a136d4 Es 1.65 b31fd4 Fm 1.67 b31fba " \
        "Md 1.73 b30da6 No 1.76 bd0d87 Lr 1.61 c70066 Rf 1.57 cc0059 " \
        "Db 1.49 d1004f Sg 1.43 d90045 Bh 1.41 e00038 Hs 1.34 e6002e " \
        "Mt 1.29 eb0026 Ds 1.28 eb0026 Rg 1.21 eb0026 Cn 1.22 eb0026 " \
        "Nh 1.36 eb0026 Fl 1.43 eb0026 Mc 1.62 eb0026 Lv 1.75 eb0026 " \
        "Ts 1.65 eb0026 Og 1.57 eb0026", element_word, " ")
    for (i = 1; i in element_word; i += 3) {
        radius[element_word[i]] = element_word[i + 1] * 0.8
        paint[element_word[i]] = element_word[i + 2]
    }
    paint["X"] = "b0b8c0"
}

BEGIN {
    atoms_init()
}

# Where the frame's atom i is drawn: right, up, and how near to the eye.
function project(view, x, y, z) {
    eye_x = x
    eye_y = view == "top" ? y : z
    eye_z = view == "top" ? z : -y
}

function atoms_draw(title, caption) {
    frame_cell()
    print "<div class=\"figures\">"
    view_draw("top", title ", seen from above", "From above. " caption)
    view_draw("side", title ", seen from the side", "From the side.")
    print "</div>"
}

function view_draw(view, title, caption,    k, i) {
    view_box(view)
    nballs = 0
    view_images(view)
    sort_balls()
    print "<figure class=\"atoms\">\n<svg " \
        "xmlns=\"http://www.w3.org/2000/svg\" " \
        "viewBox=\"0 0 " fixed_point((right - left) * scale) " " \
        fixed_point((top - bottom) * scale) "\" role=\"img\" aria-label=\"" \
        title "\" style=\"max-height:30rem\">\n<title>" title "</title>"
    gradients(view)
    cell_draw(view)
    print "<g class=\"ghost\">"
    for (k = 1; k <= nballs; k++)
        if (ball_ghost[order[k]])
            ball_draw(view, order[k])
    print "</g>"
    for (k = 1; k <= nballs; k++)
        if (!ball_ghost[order[k]])
            ball_draw(view, order[k])
    print "</svg>\n<figcaption>" caption "</figcaption>\n</figure>"
}

function fixed_point(x) {
    return sprintf("%.1f", x)
}

# Atoms and a margin; the cell too, where it is not mostly vacuum.
function view_box(view,    i, r, a, b, c, cl, cr, cb, ct) {
    left = bottom = 1e300
    right = top = -1e300
    for (i = 1; i <= natoms; i++) {
        project(view, pos[i, 0], pos[i, 1], pos[i, 2])
        r = ball_radius(species[i])
        left = eye_x - r < left ? eye_x - r : left
        right = eye_x + r > right ? eye_x + r : right
        bottom = eye_y - r < bottom ? eye_y - r : bottom
        top = eye_y + r > top ? eye_y + r : top
    }
    cl = cb = 1e300
    cr = ct = -1e300
    for (a = 0; a < 2 * has_cell; a++)
        for (b = 0; b < 2; b++)
            for (c = 0; c < 2; c++) {
                corner(view, a, b, c)
                cl = eye_x < cl ? eye_x : cl
                cr = eye_x > cr ? eye_x : cr
                cb = eye_y < cb ? eye_y : cb
                ct = eye_y > ct ? eye_y : ct
            }
    if (has_cell && cr - cl < 1.4 * (right - left) + 2) {
        left = cl < left ? cl : left
        right = cr > right ? cr : right
    }
    if (has_cell && ct - cb < 1.4 * (top - bottom) + 2) {
        bottom = cb < bottom ? cb : bottom
        top = ct > top ? ct : top
    }
    left -= 0.6
    right += 0.6
    bottom -= 0.6
    top += 0.6
    scale = 440 / (right - left > top - bottom ? right - left : top - bottom)
}

function ball_radius(name) {
    return name in radius ? radius[name] : 1.2
}

function corner(view, a, b, c) {
    project(view, a * lattice[0, 0] + b * lattice[1, 0] + c * lattice[2, 0],
        a * lattice[0, 1] + b * lattice[1, 1] + c * lattice[2, 1],
        a * lattice[0, 2] + b * lattice[1, 2] + c * lattice[2, 2])
}

# Is a repeat along this vector beside the picture's atoms, not behind them?
function beside(view, k,    x, y, z) {
    project(view, lattice[k, 0], lattice[k, 1], lattice[k, 2])
    return periodic[k] && natoms <= 300 &&
        eye_x ^ 2 + eye_y ^ 2 > 0.5 * (lattice[k, 0] ^ 2 + \
        lattice[k, 1] ^ 2 + lattice[k, 2] ^ 2)
}

function view_images(view,    i, a, b, c, na, nb, nc, r) {
    na = beside(view, 0)
    nb = beside(view, 1)
    nc = beside(view, 2)
    for (a = -na; a <= na; a++)
        for (b = -nb; b <= nb; b++)
            for (c = -nc; c <= nc; c++)
                for (i = 1; i <= natoms; i++) {
                    corner(view, a, b, c)
                    shift_x = eye_x
                    shift_y = eye_y
                    shift_z = eye_z
                    project(view, pos[i, 0], pos[i, 1], pos[i, 2])
                    r = ball_radius(species[i])
                    if (eye_x + shift_x + r > left &&
                        eye_x + shift_x - r < right &&
                        eye_y + shift_y + r > bottom &&
                        eye_y + shift_y - r < top)
                        ball_add(i, a || b || c)
                }
}

function ball_add(i, ghost) {
    nballs++
    ball_x[nballs] = eye_x + shift_x
    ball_y[nballs] = eye_y + shift_y
    ball_z[nballs] = eye_z + shift_z
    ball_atom[nballs] = i
    ball_ghost[nballs] = ghost
    order[nballs] = nballs
}

# Far ones first: a heap sort, for there may be thousands.
function sort_balls(    n, k, t) {
    for (k = int(nballs / 2); k > 0; k--)
        sift(k, nballs)
    for (n = nballs; n > 1; n--) {
        t = order[1]
        order[1] = order[n]
        order[n] = t
        sift(1, n - 1)
    }
}

function sift(k, n,    t, child) {
    t = order[k]
    while ((child = 2 * k) <= n) {
        if (child < n && nearer(order[child + 1], order[child]))
            child++
        if (!nearer(order[child], t))
            break
        order[k] = order[child]
        k = child
    }
    order[k] = t
}

function nearer(a, b) {
    if (ball_z[a] - ball_z[b] > 1e-6 || ball_z[b] - ball_z[a] > 1e-6)
        return ball_z[a] > ball_z[b]
    return a > b
}

function gradients(view,    i, done, name) {
    print "<defs>"
    for (i = 1; i <= natoms; i++)
        if (!((name = known(species[i])) in done)) {
            done[name] = 1
            print "<radialGradient id=\"" drawing view name \
                "\" cx=\"35%\" cy=\"32%\" r=\"75%\"><stop offset=\"0\" " \
                "stop-color=\"#fff\"/><stop offset=\".35\" stop-color=\"#" \
                paint[name] "\"/><stop offset=\"1\" stop-color=\"#" \
                paint[name] "\"/></radialGradient>"
        }
    print "</defs>"
}

# A name that may stand in an attribute: that of an element, or X.
function known(name) {
    return name in radius && name != "X" ? name : "X"
}

function cell_draw(view,    a, b, c, k, d) {
    if (!has_cell)
        return
    for (k = 0; k < 3; k++)
        for (a = 0; a < 2; a++)
            for (b = 0; b < 2; b++) {
                corner(view, k ? a : 0, k == 1 ? 0 : k ? b : a, k == 2 ? 0 : b)
                d = "M" ball_at(eye_x, eye_y)
                corner(view, k ? a : 1, k == 1 ? 1 : k ? b : a, k == 2 ? 1 : b)
                print "<path class=\"cell\" d=\"" d "L" \
                    ball_at(eye_x, eye_y) "\"/>"
            }
}

function ball_at(x, y) {
    return sprintf("%.1f %.1f", (x - left) * scale, (top - y) * scale)
}

function ball_draw(view, k,    i, r, xy, c, tip) {
    i = ball_atom[k]
    r = ball_radius(species[i]) * scale
    split(ball_at(ball_x[k], ball_y[k]), xy, " ")
    c = r * 0.42
    print "<g><title>" text(species[i]) " " i - 1 \
        (is_free(i) ? "" : ", held") "</title><circle class=\"atom\" cx=\"" \
        xy[1] "\" cy=\"" xy[2] "\" r=\"" fixed_point(r) "\" fill=\"url(#" \
        drawing view known(species[i]) ")\"/>" \
        (is_free(i) ? "" : "<path class=\"held\" d=\"M" \
        fixed_point(xy[1] - c) " " fixed_point(xy[2] - c) "l" \
        fixed_point(2 * c) " " fixed_point(2 * c) "m0 " fixed_point(-2 * c) \
        "l" fixed_point(-2 * c) " " fixed_point(2 * c) "\"/>") "</g>"
}
