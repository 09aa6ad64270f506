//! Convolutions whose taps are written out, for devices to which a loop, a test and a load are dear. A thread keeps a tile of sums
//! in registers. It reads four numbers at once: of pictures that were copied with zeros around them, and of filters that were packed
//! by fours.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use super::kernels::{Maker, words};
use super::pictures::Correlation;
use super::pipeline::{Binding, Dispatch};
use super::source::wgsl;
use crate::op::Window;
use crate::{Pixels, Result};

pub(super) const PADDED: &str = wgsl!("padded.wgsl");
pub(super) const PACKED: &str = wgsl!("packed.wgsl");
const CONV2D: &str = wgsl!("unrolled/conv2d.wgsl");
const CONV2D_WEIGHT_GRADIENT: &str = wgsl!("unrolled/conv2d_weight_gradient.wgsl");

/// Taps that are written out at most: as many sums of a weight's gradient as a thread keeps.
const MOST_TAPS: usize = 25;
/// Rows of a tile of outputs at most.
const ROWS: usize = 4;
/// Fours in a row of one at most.
const QUADS: usize = 2;
/// Components of a vector.
const LANES: [char; 4] = ['x', 'y', 'z', 'w'];

/// The largest stride, and the largest distance between a stretched picture's pixels: as many fours as a tile has at most.
const MOST_APART: usize = QUADS;

/// Along one axis, which pixels an output reads: output `stretch · u + q` reads by tap `k` the pixel `stride · u + (q + k - ahead) /
/// stretch` of the picture with zeros around it, if that is a whole number. Stride or stretch is 1.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub(super) stride: usize,
    pub(super) stretch: usize,
    pub(super) ahead: usize,
}

impl Reach {
    /// Of a correlation with this padding, and how many zeros come before the picture, or, if negative, how much of it is left out.
    fn new(stride: usize, stretch: usize, padding: i64) -> (Self, i64) {
        let ahead = padding.rem_euclid(stretch as i64) as usize;
        (Self { stride, stretch, ahead }, padding.div_euclid(stretch as i64))
    }

    /// The pixel that tap `k` reads for an output of a tile.
    fn read(&self, output: usize, k: usize) -> Option<usize> {
        let stretched = (output % self.stretch + k).checked_sub(self.ahead)?;
        let is_there = stretched.is_multiple_of(self.stretch);
        is_there.then_some(output / self.stretch * self.stride + stretched / self.stretch)
    }

    /// How many pixels are read for so many outputs by a kernel of this length.
    fn pixels(&self, outputs: usize, kernel: usize) -> usize {
        (outputs / self.stretch - 1) * self.stride + (self.stretch + kernel - 2 - self.ahead) / self.stretch + 1
    }
}

/// What a kernel's text depends on.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    /// Height and width.
    pub(super) kernel: [usize; 2],
    /// Along height and width.
    pub(super) reach: [Reach; 2],
    /// Of a tile of outputs, and the fours in each of them. A four's outputs lie a stretch apart.
    pub(super) rows: usize,
    pub(super) quads: usize,
    /// Channels that are read at a time.
    pub(super) channels: usize,
}

impl Cut {
    fn new(kernel: [usize; 2], reach: [Reach; 2], group_in: usize, out: [usize; 2], quads: usize) -> Self {
        let taps = kernel[0] * kernel[1];
        // A short kernel takes several channels at a time, or carrying the sums along would cost more than adding to them.
        let channels =
            [8, 4, 2].into_iter().find(|channels| channels * taps <= MOST_TAPS && group_in.is_multiple_of(*channels));
        let [rows_apart, apart] = reach.map(|reach| reach.stretch);
        Self {
            kernel,
            reach,
            rows: out[0].next_multiple_of(rows_apart).min(ROWS),
            quads: out[1].div_ceil(4 * apart).min(quads / apart) * apart,
            channels: channels.unwrap_or(1),
        }
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Tiles along height and width.
    fn tiles(&self, out: [usize; 2]) -> [usize; 2] {
        [out[0].div_ceil(self.rows), out[1].div_ceil(4 * self.quads)]
    }

    /// Height and width of pictures with zeros around them that these tiles read, the width in whole fours.
    fn padded(&self, out: [usize; 2]) -> [usize; 2] {
        let tiles = self.tiles(out);
        let outputs = [tiles[0] * self.rows, tiles[1] * 4 * self.quads];
        let [height, width] = [0, 1].map(|axis| self.reach[axis].pixels(outputs[axis], self.kernel[axis]));
        [height, width.next_multiple_of(4)]
    }

    /// A kernel's text, with these sums and what is written out for them.
    fn source(&self, template: &str, sums: &[String], taps: impl Fn(&mut String) -> fmt::Result) -> String {
        let Self { rows, quads, channels, .. } = *self;
        let mut source = String::new();
        let [of_rows, of_columns] = self.reach;
        for (name, value) in [
            ("ROWS", rows),
            ("QUADS", quads),
            ("CHANNELS", channels),
            ("TAPS", self.taps()),
            ("SUMS", sums.len()),
            ("STRETCH", of_columns.stretch),
            // From a tile to the next.
            ("LINES", rows / of_rows.stretch * of_rows.stride),
            ("FOURS", quads / of_columns.stretch * of_columns.stride),
        ] {
            source.push_str(&format!("const {name} = {value}u;\n"));
        }
        let declared: String = sums.iter().map(|sum| format!("var {sum} = vec4<f32>();\n")).collect();
        let mut written = String::new();
        taps(&mut written).expect("a string takes all that is written to it");
        source + &template.replace("$sums", &declared).replace("$taps", &written).replace("$all", &sums.join(", "))
    }

    /// The pictures' rows that a tile reads, channel by channel: each with the tile's rows that read it and the first of the taps by
    /// which they do.
    fn lines(&self) -> impl Iterator<Item = (String, Vec<(usize, usize)>)> {
        let Self { kernel: [height, width], reach: [reach, _], rows, channels, .. } = *self;
        (0..channels).flat_map(move |c| {
            (0..reach.pixels(rows, height)).filter_map(move |line| {
                let taps = (0..rows).flat_map(|row| (0..height).map(move |k| (row, k)));
                let readers = taps.filter(|&(row, k)| reach.read(row, k) == Some(line));
                let readers: Vec<_> = readers.map(|(row, k)| (row, (c * height + k) * width)).collect();
                (!readers.is_empty()).then(|| (format!("image + {c}u * plane + {line}u * pitch"), readers))
            })
        })
    }

    /// Reads what a tile needs of a row, as `pixels0`, `pixels1`, …
    fn read_row(&self, out: &mut String, at: &str) -> fmt::Result {
        let fours = self.reach[1].pixels(4 * self.quads, self.kernel[1]).div_ceil(4);
        (0..fours).try_for_each(|four| writeln!(out, "let pixels{four} = images[{at} + {four}u];"))
    }

    /// The text of a correlation.
    pub(super) fn conv2d(&self) -> String {
        let Self { kernel: [_, width], reach: [_, Reach { stride, stretch, .. }], rows, quads, channels } = *self;
        let sum = |row: usize, channel: usize, quad: usize| format!("sum_{row}_{channel}_{quad}");
        let by_channel = |row| (0..4).flat_map(move |channel| (0..quads).map(move |quad| sum(row, channel, quad)));
        let sums: Vec<String> = (0..rows).flat_map(by_channel).collect();
        // The first of the pixels that a tap reads for a four of outputs.
        let first = |quad: usize, k| self.reach[1].read(quad / stretch * 4 * stretch + quad % stretch, k);
        let firsts: BTreeSet<usize> =
            (0..quads).flat_map(|quad| (0..width).filter_map(move |k| first(quad, k))).collect();
        self.source(CONV2D, &sums, |out| {
            for tap in 0..channels * self.taps() {
                writeln!(out, "let filter{tap} = filters[filter_at + {tap}u];")?;
            }
            for (line, readers) in self.lines() {
                out.push_str("{\n");
                self.read_row(out, &line)?;
                for first in &firsts {
                    let four = [0, 1, 2, 3].map(|x| pixel(first + x * stride)).join(", ");
                    writeln!(out, "let from{first} = vec4<f32>({four});")?;
                }
                for (row, first_tap) in readers {
                    for x in 0..width {
                        for (channel, lane) in LANES.into_iter().enumerate() {
                            let weight = format!("vec4<f32>(filter{}.{lane})", first_tap + x);
                            for (quad, first) in (0..quads).filter_map(|quad| Some((quad, first(quad, x)?))) {
                                let sum = sum(row, channel, quad);
                                writeln!(out, "{sum} = fma({weight}, from{first}, {sum});")?;
                            }
                        }
                    }
                }
                out.push_str("}\n");
            }
            Ok(())
        })
    }

    /// The text of a weight's gradient.
    pub(super) fn weight_gradient(&self) -> String {
        let Self { kernel: [_, width], reach: [_, Reach { stride, .. }], rows, channels, .. } = *self;
        let sums: Vec<String> = (0..channels * self.taps()).map(|sum| format!("sum{sum}")).collect();
        self.source(CONV2D_WEIGHT_GRADIENT, &sums, |out| {
            for row in 0..rows {
                for (filter, lane) in LANES.into_iter().enumerate() {
                    writeln!(out, "let of{row}_{filter} = gradient[at.{lane} + {row}u * gradient_pitch];")?;
                }
                // Of one pixel, all four filters.
                for (x, lane) in LANES.into_iter().enumerate() {
                    let four = [0, 1, 2, 3].map(|filter| format!("of{row}_{filter}.{lane}")).join(", ");
                    writeln!(out, "let at{row}_{x} = vec4<f32>({four});")?;
                }
            }
            for (line, readers) in self.lines() {
                out.push_str("{\n");
                self.read_row(out, &line)?;
                for (row, first_tap) in readers {
                    for x in 0..4 {
                        for tap in 0..width {
                            let (sum, pixel) = (first_tap + tap, pixel(x * stride + tap));
                            writeln!(out, "sum{sum} = fma(at{row}_{x}, vec4<f32>({pixel}), sum{sum});")?;
                        }
                    }
                }
                out.push_str("}\n");
            }
            Ok(())
        })
    }
}

/// A pixel of the row that was read.
fn pixel(x: usize) -> String {
    format!("pixels{}.{}", x / 4, LANES[x % 4])
}

impl Maker<'_> {
    /// Whether this device's convolutions of such a kernel, stride or stretch, and dilation are written out.
    pub(super) fn writes_out(&self, kernel: [usize; 2], apart: [usize; 2], dilation: [usize; 2]) -> bool {
        let is_near = apart.iter().all(|&apart| apart <= MOST_APART);
        let fits = kernel[0] * kernel[1] <= MOST_TAPS && is_near && dilation == [1, 1];
        fits && self.tiles().pixels == Pixels::Unrolled
    }

    pub(super) fn correlate_unrolled(
        self,
        x: &[usize],
        y: &[usize],
        correlation: &Correlation,
    ) -> Result<Vec<Dispatch>> {
        let Correlation { kernel, stride, stretch, padding, groups, weight_strides, turned, .. } = *correlation;
        let (group_in, group_out, out) = (x[1] / groups, y[1] / groups, [y[2], y[3]]);
        let reach = [0, 1].map(|axis| Reach::new(stride[axis], stretch[axis], padding[axis]));
        let cut = Cut::new(kernel, reach.map(|(reach, _)| reach), group_in, out, QUADS);
        let (tiles, padded, blocks) = (cut.tiles(out), cut.padded(out), group_out.div_ceil(4));
        let mut dispatches = Vec::new();
        let images = self.padded(&mut dispatches, &self.inputs[0], x, reach.map(|(_, zeros)| zeros), padded)?;

        let fours = groups * blocks * group_in * cut.taps();
        let filters = self.scratch(4 * fours, "the filters of a convolution")?;
        let group_weight = group_in * group_out * cut.taps();
        let sizes = [groups, blocks, group_out, group_in, cut.taps(), group_weight];
        let uniform = words(&[&sizes, &weight_strides, &[usize::from(turned)]]);
        dispatches.push(self.dispatch(PACKED, uniform, vec![self.inputs[1].clone(), filters.clone()], fours));

        let pitch = padded[1] / 4;
        let uniform = words(&[&[y[0], groups, group_in, group_out], &out, &[pitch, padded[0] * pitch]]);
        let threads = y[0] * groups * blocks * tiles[0] * tiles[1];
        let bindings = vec![images, filters, self.output.clone()];
        dispatches.push(self.dispatch(&cut.conv2d(), uniform, bindings, threads));
        Ok(dispatches)
    }

    pub(super) fn weight_gradient_unrolled(
        self,
        x: &[usize],
        gradient: &[usize],
        window: Window,
        groups: usize,
    ) -> Result<Vec<Dispatch>> {
        let (group_in, group_out, out) = (x[1] / groups, gradient[1] / groups, [gradient[2], gradient[3]]);
        let reach = [0, 1].map(|axis| Reach::new(window.stride[axis], 1, window.padding[axis] as i64));
        let cut = Cut::new(window.kernel, reach.map(|(reach, _)| reach), group_in, out, 1);
        let (tiles, padded) = (cut.tiles(out), cut.padded(out));
        let mut dispatches = Vec::new();
        let images = self.padded(&mut dispatches, &self.inputs[0], x, reach.map(|(_, zeros)| zeros), padded)?;
        let rounded = [tiles[0] * cut.rows, tiles[1] * 4];
        let gradients = self.padded(&mut dispatches, &self.inputs[1], gradient, [0, 0], rounded)?;

        let threads = groups * group_out.div_ceil(4) * group_in / cut.channels;
        let all_tiles = x[0] * tiles[0] * tiles[1];
        let slices = self.slices(threads, all_tiles * cut.rows * 4).min(all_tiles).max(1);
        let pitches = [padded, rounded].map(|[height, width]| [width / 4, height * width / 4]);
        let uniform = words(&[&[x[0], groups, group_in, group_out], &tiles, &pitches[0], &pitches[1], &[slices]]);
        let first = |this: &Self, sums| {
            this.dispatch(&cut.weight_gradient(), uniform, vec![images, gradients, sums], threads * slices)
        };
        dispatches.extend(self.summed(first, slices, gradient[1] * group_in * cut.taps())?);
        Ok(dispatches)
    }

    /// Pictures of this height and width, with zeros over and left of those that are there and where they end: themselves where that
    /// makes no difference.
    fn padded(
        &self,
        dispatches: &mut Vec<Dispatch>,
        images: &Binding,
        x: &[usize],
        [top, left]: [i64; 2],
        [height, width]: [usize; 2],
    ) -> Result<Binding> {
        if [top, left] == [0, 0] && x[2..] == [height, width] {
            return Ok(images.clone());
        }
        let planes = x[0] * x[1];
        let pitch = width / 4;
        let copies = self.scratch(planes * height * width, "pictures with zeros around them")?;
        let mut uniform = words(&[&[planes], &x[2..]]);
        uniform.extend([top as i32 as u32, left as i32 as u32, height as u32, pitch as u32]);
        dispatches.push(self.dispatch(PADDED, uniform, vec![images.clone(), copies.clone()], planes * height * pitch));
        Ok(copies)
    }
}
