"use strict";
// Charts of a results page, from the data in it: sweeps by menus, trials of a fit, its response surface by sliders.
(() => {
  const data = (id) => {
    const element = document.getElementById(`data-${id}`);
    return element ? JSON.parse(element.textContent) : null;
  };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#8a6d00"];
  const SCALE = "Viridis";
  const TURN = [[0, "#2f1436"], [0.25, "#6276ba"], [0.5, "#e2d9e2"], [0.75, "#b25652"], [1, "#2f1436"]]; // of angles
  const four = (value) => (value === null || value === undefined ? "undefined" : Number(Number(value).toPrecision(4)).toString());

  const layout = (more) => {
    const axis = { gridcolor: css("--line"), zerolinecolor: css("--line"), linecolor: css("--soft"), automargin: true };
    const base = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: css("--text"), size: 13 },
      margin: { l: 60, r: 20, t: 20, b: 50 }, hovermode: "closest",
      hoverlabel: { bgcolor: css("--text"), font: { color: css("--ground") }, align: "left" },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom" }, autosize: true,
    };
    const merged = { ...base, ...more };
    merged.xaxis = { ...axis, ...(more.xaxis || {}) };
    merged.yaxis = { ...axis, ...(more.yaxis || {}) };
    return merged;
  };
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };
  const drawers = [];
  const drawn = (draw) => { drawers.push(draw); draw(); };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawers.forEach((draw) => draw()));

  const control = (box, label, options, chosen, changed) => {
    const wrap = document.createElement("label");
    wrap.append(label);
    const menu = document.createElement("select");
    for (const [value, text] of options) menu.add(new Option(text, value, false, value === chosen));
    menu.addEventListener("change", changed);
    wrap.append(menu);
    box.append(wrap);
    return menu;
  };
  const parts = (box) => {
    const controls = document.createElement("div");
    controls.className = "controls";
    const chart = document.createElement("div");
    chart.className = "chart";
    const said = document.createElement("p");
    said.className = "soft";
    box.append(controls, chart, said);
    return { controls, chart, said };
  };

  // ---- sweeps: rows are points; a place has the mean over its networks and over all knobs that are not shown
  const placesOf = (sweep, keep, keys, feature) => {
    const found = new Map();
    for (let i = 0; i < sweep.point.length; i += 1) {
      if (!keep(i)) continue;
      const at = keys.map((name) => sweep.values[name][i]);
      const key = at.join("|");
      if (!found.has(key)) found.set(key, { at, known: [], points: [], lost: 0, odd: 0 });
      const place = found.get(key);
      place.points.push(sweep.point[i]);
      if (sweep.state[i] === 2) { place.lost += 1; continue; }
      if (sweep.state[i] === 1) place.odd += 1;
      const value = sweep.features[feature][i];
      if (value !== null) place.known.push(value);
    }
    const angle = sweep.angles.includes(feature);
    const turned = (value) => Math.atan2(Math.sin(value), Math.cos(value));
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    return [...found.values()].map((place) => {
      const n = place.known.length;
      let known = place.known;
      if (angle) { // each within half a turn of their mean direction
        const around = Math.atan2(sum(known.map(Math.sin)), sum(known.map(Math.cos)));
        known = known.map((value) => around + turned(value - around));
      }
      const line = n ? sum(known) / n : null;
      const sd = n > 1 ? Math.sqrt(sum(known.map((value) => (value - line) ** 2)) / (n - 1)) : null;
      const mean = angle && n ? turned(line) : line;
      return { ...place, n, mean, sem: n > 1 ? sd / Math.sqrt(n) : null };
    });
  };
  const told = (sweep, names, place, feature) => {
    const where = names.map((name, k) => `${name} = ${four(place.at[k])} ${sweep.units[name] || ""}`).join("<br>");
    const value = place.mean === null ? "undefined" : four(place.mean) + (place.sem === null ? "" : ` ± ${four(place.sem)}`);
    const shown = place.points.slice(0, 6).join(", ") + (place.points.length > 6 ? ", …" : "");
    return `${where}<br><b>${feature} ${value} ${sweep.featureUnits[feature] || ""}</b><br>point ${shown}`
      + (place.lost ? `<br>${place.lost} diverged` : "") + (place.odd ? `<br>${place.odd} ran away or the like` : "");
  };
  const axisOf = (sweep, name) => {
    const title = { text: sweep.labels[name] };
    if (!(name in sweep.ticks)) return { title, type: "linear" };
    const tickvals = sweep.ticks[name];
    return { title, type: "log", tickvals, ticktext: tickvals.map(four), minor: { ticks: "outside", dtick: "D1" } };
  };

  const exploreSweep = (box, sweep) => {
    const { controls, chart, said } = parts(box);
    const names = sweep.axes;
    const options = names.map((name) => [name, name]);
    const update = () => draw();
    const left = sweep.every > 1 ? ` Here is one of ${sweep.every} values of the knobs; the table has all.` : "";
    const feature = control(controls, "show", Object.keys(sweep.features).map((n) => [n, n]), sweep.first, update);
    const across = control(controls, "along", options, names[0], update);
    const against = names.length > 1
      ? control(controls, "against", [["", "its value (curves)"], ...options], names.length > 1 ? names[1] : "", update) : { value: "" };
    const lines = names.length > 1 ? control(controls, "a line for each", [["", "—"], ...options], names[1], update) : { value: "" };
    const protocol = sweep.protocols.length > 1
      ? control(controls, "protocol", sweep.protocols.map((n, k) => [String(k), n]), "0", update) : { value: "0" };
    const draw = () => {
      const keep = (i) => sweep.protocol[i] === Number(protocol.value);
      const x = across.value, y = against.value, f = feature.value;
      if (lines.parentElement) lines.parentElement.hidden = lines.parentElement.style.display === "none";
      if (lines.parentElement) lines.parentElement.style.display = y ? "none" : "";
      const label = sweep.featureLabels[f];
      if (y && y !== x) {
        const places = placesOf(sweep, keep, [x, y], f);
        const xs = [...new Set(places.map((p) => p.at[0]))].sort((a, b) => a - b);
        const ys = [...new Set(places.map((p) => p.at[1]))].sort((a, b) => a - b);
        const text = (place) => told(sweep, [x, y], place, f);
        const usual = places.filter((p) => p.mean !== null && !p.odd).map((p) => p.mean).sort((a, b) => a - b);
        const end = (q) => (usual.length ? usual[Math.min(usual.length - 1, Math.floor(q * usual.length))] : null);
        const angle = sweep.angles.includes(f);
        const limits = angle ? { zmin: -Math.PI, zmax: Math.PI } : usual.length ? { zmin: end(0.02), zmax: end(0.98) } : {};
        const colorscale = angle ? TURN : SCALE;
        const bar = { title: { text: label, side: "right" }, thickness: 14, outlinewidth: 0 };
        let trace;
        if (places.length === xs.length * ys.length && xs.length > 1 && ys.length > 1) {
          const grid = (value) => ys.map(() => xs.map(() => null)).map((row, j) => row.map((_, i) => value.get(`${xs[i]}|${ys[j]}`)));
          const by = new Map(places.map((p) => [p.at.join("|"), p]));
          const cells = grid(by);
          trace = {
            type: "heatmap", x: xs, y: ys, z: cells.map((row) => row.map((p) => p.mean)),
            text: cells.map((row) => row.map(text)), hoverinfo: "text", colorscale, colorbar: bar, ...limits,
          };
        } else {
          trace = {
            type: "scatter", mode: "markers", x: places.map((p) => p.at[0]), y: places.map((p) => p.at[1]),
            text: places.map(text), hoverinfo: "text",
            marker: {
              color: places.map((p) => p.mean), colorscale, colorbar: bar, showscale: true, size: 9,
              cmin: limits.zmin, cmax: limits.zmax, line: { width: 0.5, color: css("--text") },
              symbol: places.map((p) => (p.mean === null ? "x-thin-open" : "circle")),
            },
          };
        }
        Plotly.react(chart, [trace], layout({ xaxis: axisOf(sweep, x), yaxis: axisOf(sweep, y) }), config);
        said.textContent = `Means over networks${names.length > 2 ? " and over the other knobs" : ""}`
          + (angle ? ", of angles on the circle." : "; the few lowest and highest values, and points that ran away, are beyond the ends of the colours.")
          + left;
        return;
      }
      const by = lines.value && lines.value !== x ? lines.value : "";
      const keys = by ? [x, by] : [x];
      const places = placesOf(sweep, keep, keys, f);
      const steps = by ? [...new Set(places.map((p) => p.at[1]))].sort((a, b) => a - b) : [null];
      const shown = steps.length > 12 ? steps.filter((_, k) => k % Math.ceil(steps.length / 12) === 0) : steps;
      const colour = (k) => (by ? undefined : sweep.featureColours[f]) || COLOURS[k % COLOURS.length];
      const traces = shown.map((step, k) => {
        const here = places.filter((p) => !by || p.at[1] === step).sort((a, b) => a.at[0] - b.at[0]);
        return {
          type: "scatter", mode: here.length > 60 ? "markers" : "lines+markers", name: by ? `${by} = ${four(step)}` : f, x: here.map((p) => p.at[0]),
          y: here.map((p) => p.mean), text: here.map((p) => told(sweep, keys, p, f)), hoverinfo: "text",
          error_y: { array: here.map((p) => p.sem || 0), thickness: 1, width: 2 },
          marker: { color: colour(k) }, line: { color: colour(k) },
        };
      });
      Plotly.react(chart, traces, layout({ xaxis: axisOf(sweep, x), yaxis: { title: { text: label } }, showlegend: Boolean(by) }), config);
      said.textContent = "Means and standard errors over networks" + (names.length > keys.length ? " and over the other knobs." : ".") + left;
    };
    drawn(draw);
  };
  for (const sweep of data("sweeps") || []) {
    const box = document.getElementById(`explore-${sweep.name}`);
    if (box && sweep.point.length) exploreSweep(box, sweep);
  }

  // ---- the fit: trials as lines over their knobs
  const exploreTrials = (box, fit) => {
    const { controls, chart, said } = parts(box);
    const scores = fit.trials.map((trial) => trial.score);
    const sorted = [...scores].sort((a, b) => a - b);
    const wrap = document.createElement("label");
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 1, max: sorted.length, value: sorted.length });
    const most = document.createElement("span");
    wrap.append(most, slider);
    controls.append(wrap);
    const place = (knob, value) => (knob.log
      ? Math.log(value / knob.low) / Math.log(knob.high / knob.low) : (value - knob.low) / (knob.high - knob.low));
    const shade = (score) => {
      const low = Math.log(Math.max(sorted[0], 1e-3)), high = Math.log(Math.max(sorted[sorted.length - 1], 1e-3));
      const t = high > low ? (Math.log(Math.max(score, 1e-3)) - low) / (high - low) : 0;
      return `hsl(${20 + 190 * Math.min(1, t)}, 75%, ${window.matchMedia("(prefers-color-scheme: dark)").matches ? 62 : 42}%)`;
    };
    const draw = () => {
      const limit = sorted[Number(slider.value) - 1];
      most.textContent = `trials with a score of at most ${four(limit)}: ${slider.value} of ${sorted.length}`;
      const kept = fit.trials.filter((trial) => trial.score <= limit).sort((a, b) => b.score - a.score);
      const traces = kept.map((trial) => ({
        type: "scatter", mode: "lines+markers", x: fit.knobs.map((knob) => knob.name),
        y: fit.knobs.map((knob) => place(knob, trial.values[knob.name])), showlegend: false,
        line: { color: shade(trial.score), width: trial.best ? 4 : 1 }, marker: { size: trial.best ? 7 : 4, color: shade(trial.score) },
        text: fit.knobs.map((knob) => `trial ${trial.number}${trial.best ? " (best)" : ""}, score ${four(trial.score)}<br>`
          + `${knob.name} = ${four(trial.values[knob.name])} ${knob.unit}`), hoverinfo: "text",
      }));
      const ends = fit.knobs.flatMap((knob) => [
        { x: knob.name, y: -0.07, text: four(knob.low), showarrow: false, font: { size: 11 } },
        { x: knob.name, y: 1.07, text: four(knob.high), showarrow: false, font: { size: 11 } },
      ]);
      Plotly.react(chart, traces, layout({
        xaxis: { type: "category", showgrid: true }, yaxis: { range: [-0.12, 1.12], showticklabels: false, showgrid: false, zeroline: false, title: { text: "from the low to the high end" } },
        annotations: ends,
      }), config);
      said.textContent = "Each line is a trial over its knobs, from the low to the high end of their ranges (logarithmic where "
        + "the fit's are): orange fits best, blue worst; the thick one is the best. Move the slider to keep the best alone."
        + (fit.swept ? ` ${fit.swept} of these trials are points of a sweep, with which the fit began.` : "");
    };
    slider.addEventListener("input", draw);
    drawn(draw);
  };

  // ---- the fit: what its response surface says at any setting, in sd of the targets
  const exploreSurface = (box, surface) => {
    const { controls, chart, said } = parts(box);
    const state = surface.knobs.map((knob) => knob.best);
    const value = (knob, u) => (knob.log ? knob.low * (knob.high / knob.low) ** u : knob.low + u * (knob.high - knob.low));
    const basis = (at) => {
      const c = at.map((u) => u - 0.5);
      const terms = [1, ...c];
      for (let i = 0; i < c.length; i += 1) for (let j = i; j < c.length; j += 1) terms.push(c[i] * c[j]);
      return terms;
    };
    const dot = (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0);
    const predicted = (target, coefficients, terms) => {
      const raw = dot(coefficients, terms);
      const level = target.zero + target.bend * Math.sinh(Math.max(-50, Math.min(raw, 50)));
      return Math.max(-surface.far, Math.min(surface.far, (level - target.mean) / target.sd));
    };
    const labels = surface.knobs.map((knob, k) => {
      const wrap = document.createElement("label");
      const text = document.createElement("span");
      const slider = document.createElement("input");
      Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.005, value: knob.best });
      slider.addEventListener("input", () => { state[k] = Number(slider.value); draw(); });
      wrap.append(text, slider);
      controls.append(wrap);
      return { text, slider };
    });
    const back = document.createElement("button");
    back.type = "button";
    back.textContent = "back to the best trial";
    back.addEventListener("click", () => {
      surface.knobs.forEach((knob, k) => { state[k] = knob.best; labels[k].slider.value = knob.best; });
      draw();
    });
    controls.append(back);
    chart.style.height = `${Math.max(18, 5 + 1.5 * surface.targets.length)}rem`;
    const draw = () => {
      surface.knobs.forEach((knob, k) => {
        labels[k].text.textContent = `${knob.name} = ${four(value(knob, state[k]))} ${knob.unit}`;
      });
      const terms = basis(state);
      const off = surface.targets.map((target) => (target.error === null ? null : predicted(target, target.surfaces[0], terms)));
      const errors = surface.targets.map((target, k) => {
        if (target.error === null) return null;
        const others = target.surfaces.slice(1).map((c) => predicted(target, c, terms));
        const mean = others.reduce((a, b) => a + b, 0) / others.length;
        return Math.sqrt(others.reduce((a, b) => a + (b - mean) ** 2, 0) / others.length + target.error ** 2);
      });
      const known = off.filter((d) => d !== null);
      const score = Math.sqrt(known.reduce((a, b) => a + b * b, 0) / known.length);
      Plotly.react(chart, [{
        type: "scatter", mode: "markers", x: off, y: surface.targets.map((t) => t.name),
        error_x: { array: errors, thickness: 1.5, width: 3, color: css("--soft") },
        marker: { size: 9, color: off.map((d) => (Math.abs(d) > 3 ? css("--bad") : css("--link"))) },
        text: surface.targets.map((t, k) => off[k] === null ? "" : `${t.name}<br>predicted ${four(t.mean + off[k] * t.sd)} ${t.unit}, target ${four(t.mean)} ± ${four(t.sd)}<br>`
          + `${four(off[k])} ± ${four(errors[k])} sd`), hoverinfo: "text",
      }], layout({
        xaxis: { title: { text: "deviation (sd)" }, zeroline: true, zerolinewidth: 2,
          range: [-1, 1].map((side) => side * Math.max(3.5, ...off.map((d, k) => Math.abs(d || 0) + Math.min(errors[k] || 0, 10)))) },
        yaxis: { autorange: "reversed", type: "category" },
        shapes: [{ type: "rect", xref: "x", yref: "paper", x0: -1, x1: 1, y0: 0, y1: 1, fillcolor: css("--soft"), opacity: 0.15, line: { width: 0 } }],
      }), config);
      said.textContent = `Predicted score here: ${four(score)}. These are predictions; what the best trial gives when it is simulated stands in the table above. Bars: how far the surface itself may be off, from trials that it `
        + "has not seen and from resampled trials; grey: within one sd of the target."
        + (known.length < off.length ? " Without a point: targets that most trials lack, of which nothing is predicted." : "");
    };
    drawn(draw);
  };
  const fit = data("fit");
  const trialsBox = document.getElementById("explore-trials");
  if (fit && trialsBox && fit.trials.length) exploreTrials(trialsBox, fit);
  const surface = data("surface");
  const surfaceBox = document.getElementById("explore-surface");
  if (surface && surfaceBox) exploreSurface(surfaceBox, surface);
})();
