# A band between two minima, as each round left it: energies along the path,
# and the barrier.
#
#   nband[k]                images of the last band of round k, from 0
#   band_e[k, i], band_sigma[k, i], band_path[k, i], band_slope[k, i]
#                           eV, eV, angstrom, eV/angstrom

# Keep the frame that is open, an image: the last band overwrites the others.
function band_frame(k, file,    i, j, c) {
    i = key_text("image") + 0
    frame_atoms(file)
    if (i == 0)
        nband[k] = 0
    nband[k]++
    band_e[k, i] = key_real("ml_energy")
    band_sigma[k, i] = key_real("ml_sigma_e")
    band_path[k, i] = key_real("path")
    band_fmax[k, i] = key_real("ml_fmax")
    for (j = 1; j <= natoms; j++)
        for (c = 0; c < 3; c++) {
            image_pos[i, j, c] = pos[j, c]
            image_force[i, j, c] = moves[j, c] ? ml_force[j, c] : 0
        }
    band_atoms = natoms
    band_barrier[k] = key_real("barrier")
    band_back[k] = key_real("barrier_back")
    band_saddle[k] = key_real("saddle")
    band_done[k] = key_text("converged_band")
    band_steps[k] = key_text("step")
}

# Distances along the path where they are not written, and the slope of the
# energy at each image along the line between its neighbours, as simulate(1)
# has it.
function band_end(k,    i, j, c, u, a, b, length2, along, far) {
    far = 0
    for (i = 0; i < nband[k]; i++) {
        a = i > 0 ? i - 1 : 0
        b = i < nband[k] - 1 ? i + 1 : i
        length2 = along = u = 0
        for (j = 1; j <= band_atoms; j++)
            for (c = 0; c < 3; c++) {
                u = image_pos[b, j, c] - image_pos[a, j, c]
                length2 += u * u
                along += image_force[i, j, c] * u
            }
        band_slope[k, i] = length2 > 0 ? -along / sqrt(length2) : 0
        if (i > 0)
            far += image_distance(i - 1, i)
        if (band_path[k, i] == "")
            band_path[k, i] = far
    }
}

function image_distance(a, b,    j, c, d) {
    d = 0
    for (j = 1; j <= band_atoms; j++)
        for (c = 0; c < 3; c++)
            d += (image_pos[b, j, c] - image_pos[a, j, c]) ^ 2
    return sqrt(d)
}

# Energy by DFT of the first end: as verified, or its last label, or the
# start's.
function first_end(    n, i) {
    for (i = 1; i <= nfinal; i++)
        if (final_image[i] == "0" && final_energy[i] != "")
            return final_energy[i]
    for (n = nasks; n > 0; n--)
        if (ask_image[n] == "0" && ask_energy[n] != "")
            return ask_energy[n]
    return ask_energy[1]
}

# The highest label between the ends that round k asked for, or the result.
function top_label(k,    n, e) {
    e = ""
    for (n = 1; n <= nasks; n++)
        if (ask_round[n] == k && ask_image[n] + 0 > 0 && \
            ask_image[n] + 0 < nband[k] - 1 && ask_energy[n] != "" && \
            (e == "" || ask_energy[n] > e))
            e = ask_energy[n]
    return e
}

# As converged(1) says, or from the labels of the result.
function verified_barrier(    i, e) {
    if (final_barrier != "")
        return final_barrier
    e = ""
    for (i = 1; i <= nfinal; i++)
        if (final_energy[i] != "" && (e == "" || final_energy[i] > e))
            e = final_energy[i]
    return e == "" || first_end() == "" ? "" : e - first_end()
}

function band_words(    i, n, top) {
    for (i = 1; i <= nfinal; i++) {
        n += final_energy[i] != ""
        if (final_energy[i] != "" && (!top || \
            final_energy[i] > final_energy[top]))
            top = i
    }
    para("<code>final.xyz</code>, the band: " n " of its " nfinal \
        " images have the energy and the forces of DFT, the others are " \
        "predicted. The barrier by DFT is " fixed(verified_barrier(), 4) \
        " eV, and on its top the largest force " number(final_fmax[top], 3) \
        " eV/\303\205.")
}

function last_band(    k) {
    for (k = nrounds - 1; k > 0; k--)
        if (nband[k] > 1)
            return k
    return ""
}

function band_tiles(    k) {
    k = last_band()
    if (verified_barrier() != "")
        tile(fixed(verified_barrier(), 3) " <small>eV</small>", \
            "barrier, by DFT at the highest image" (final_back == "" ? "" : \
            "; back " fixed(final_back, 3) " eV"))
    if (k != "")
        tile(fixed(band_barrier[k], 3) " <small>eV</small>", \
            "barrier, by the last model")
}

function band_report(    k) {
    k = last_band()
    section("path", "The path")
    if (k == "") {
        note("No band has been computed yet.")
        return
    }
    print "<div class=\"figures\">"
    profile(k)
    barrier_curve()
    print "</div>"
    profile_table(k)
    barrier_table()
}

# The last band with its labels, the ones before it thin.  A band so high that
# the last would be flat beside it is left to the table.
function profile(last,    k, s, i, span_last, shown) {
    plot("Energy along the path", "along the path, \303\205", \
        "energy above the first end, eV", "")
    span_last = band_span(last)
    for (k = last - 3 > 1 ? last - 3 : 1; k < last; k++)
        if (nband[k] > 1 && band_span(k) < 4 * span_last) {
            s = series(shown++ ? "" : "bands of rounds before", \
                "line thin dash", 3)
            hermite(s, k)
        }
    s = series("&#963; of the model", "area", 1)
    hermite(s, last, 1)
    s = series("model of round " last, "line", 1)
    hermite(s, last)
    s = series("", "points", 1)
    for (i = 0; i < nband[last]; i++)
        point(s, band_path[last, i], rise(last, i), "image " i)
    s = series("by DFT", "points open", 2)
    band_labels(s, last)
    plot_end("Cubics through the energies and forces of the images. Each " \
        "curve is above its own first end.")
}

# Labels of the result, or of the last round.
function band_labels(s, last,    i, n) {
    for (i = 1; i <= nfinal; i++)
        if (final_energy[i] != "" && final_image[i] != "")
            point(s, final_path[i] != "" ? final_path[i] : \
                band_path[last, final_image[i] + 0], \
                final_energy[i] - first_end(), "image " final_image[i] + 0)
    if (nfinal || first_end() == "")
        return
    for (n = 1; n <= nasks; n++)
        if (ask_round[n] == last && ask_energy[n] != "" && ask_path[n] != "")
            point(s, ask_path[n], ask_energy[n] - first_end())
}

function rise(k, i) {
    return band_e[k, i] == "" || band_e[k, 0] == "" ? "" : \
        band_e[k, i] - band_e[k, 0]
}

function band_span(k,    i, most, e) {
    most = 0.01
    for (i = 0; i < nband[k]; i++) {
        e = rise(k, i) < 0 ? -rise(k, i) : rise(k, i)
        most = e > most ? e : most
    }
    return most
}

# Between two images the cubic with their energies and slopes; or an area of
# their sigmas, which change evenly, around it.
function hermite(s, k, area,    i, j, t, h, a, b, e, sigma_e) {
    for (i = 0; i < nband[k] - 1; i++) {
        a = rise(k, i)
        b = rise(k, i + 1)
        h = band_path[k, i + 1] - band_path[k, i]
        if (a == "" || b == "")
            continue
        for (j = i > 0; j <= 12; j++) {
            t = j / 12
            e = a * (1 + 2 * t) * (1 - t) ^ 2 + b * t * t * (3 - 2 * t) + \
                h * (band_slope[k, i] * t * (1 - t) ^ 2 - \
                band_slope[k, i + 1] * t * t * (1 - t))
            sigma_e = (1 - t) * band_sigma[k, i] + t * band_sigma[k, i + 1]
            if (!area)
                point(s, band_path[k, i] + t * h, e)
            else if (band_sigma[k, i] != "" && band_sigma[k, i + 1] != "")
                span(s, band_path[k, i] + t * h, e - sigma_e, e + sigma_e)
        }
    }
}

function barrier_curve(    s, k, n, e, high) {
    high = 4 * band_span(last_band())
    plot("Barrier over the number of labels", "labels", "barrier, eV", "whole")
    s = series("predicted", "line points thin dash open", 3)
    n = 0
    for (k = 0; k < nrounds; k++) {
        if (band_barrier[k] != "" && band_barrier[k] < high)
            point(s, n, band_barrier[k], "round " k)
        n += round_asks[k]
    }
    s = series("by DFT at the highest image asked for", "line points", 1)
    n = 0
    for (k = 0; k < nrounds; k++) {
        n += round_asks[k]
        e = top_label(k)
        if (e != "" && first_end() != "" && e - first_end() < high)
            point(s, n, e - first_end(), "round " k)
    }
    plot_end("The barrier that a model foretold, over the labels it had " \
        "learned from, and what DFT said of its highest image. What is far " \
        "above the last band is left to the table.")
}

function profile_table(k,    i, j, e) {
    table(">Image\t>Path<small>\303\205</small>\t>Energy<small>model, eV" \
        "</small>\t>&#963;<small>eV</small>\t>Energy<small>DFT, eV</small>\t" \
        ">Force<small>model</small>")
    for (i = 0; i < nband[k]; i++) {
        e = ""
        for (j = 1; j <= nfinal; j++)
            if (final_image[j] != "" && final_image[j] + 0 == i)
                e = final_energy[j]
        row(i "\t" fixed(band_path[k, i], 3) "\t" fixed(rise(k, i), 4) "\t" \
            fixed(band_sigma[k, i], 4) "\t" \
            (e == "" || first_end() == "" ? "" : fixed(e - first_end(), 4)) \
            "\t" fixed(band_fmax[k, i], 4))
    }
    table_end()
    note("The band of round " k "; forces are across the path for the images " \
        "between the ends, in eV/\303\205.")
}

function barrier_table(    k, e) {
    details("The bands of all rounds")
    table(">Round\t>Steps\tConverged\t>Barrier<small>eV</small>\t" \
        ">Back<small>eV</small>\t>Saddle at<small>\303\205</small>\t" \
        ">Highest label<small>eV</small>")
    for (k = 1; k < nrounds; k++) {
        e = top_label(k)
        if (nband[k])
            row(k "\t" text(band_steps[k]) "\t" \
                (band_done[k] == "" ? "" : band_done[k] ~ /^[Tt]/ ? "yes" : \
                "no") "\t" fixed(band_barrier[k], 4) "\t" \
                fixed(band_back[k], 4) "\t" fixed(band_saddle[k], 3) "\t" \
                (e == "" || first_end() == "" ? "" : \
                fixed(e - first_end(), 4)))
    }
    table_end()
    details_end()
}
