//! Ten classes of drawn shapes from a seed: a data set that needs no file and no network.
//!
//! Place, size, angle, colours, shading and noise vary, so that a network must look at the form. A picture is a
//! function of (seed, index) by additions, products, quotients and square roots alone: the same bits on every machine.

mod form;

use crate::dataset::Dataset;
use crate::random::{Random, Stream};
use form::Form;

/// Class names, in the order of their labels.
pub const CLASSES: [&str; 10] =
    ["circle", "square", "triangle", "cross", "star", "ring", "stripes", "checkerboard", "crescent", "heart"];
/// Channels, height, width.
pub const SHAPE: [usize; 3] = [3, SIDE, SIDE];

const SIDE: usize = 32;
const PIXELS: usize = SIDE * SIDE;

/// The first `count` pictures of a seed. Of every ten in a row, each class has one.
pub fn generate(seed: u64, count: usize) -> Dataset {
    let mut pixels = vec![0; count * 3 * PIXELS];
    let mut labels = vec![0; count];
    for (index, (picture, label)) in pixels.chunks_exact_mut(3 * PIXELS).zip(&mut labels).enumerate() {
        *label = class(seed, index);
        draw(seed, index, *label, picture);
    }
    Dataset::new(SHAPE, CLASSES.map(str::to_owned).to_vec(), pixels, labels)
        .expect("as many pixels as labels ask for, and labels below ten")
}

/// The class of a picture: each block of ten is a shuffle of the ten classes.
fn class(seed: u64, index: usize) -> u8 {
    let mut classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    Random::new(seed, Stream::ShapeClasses, [(index / 10) as u32, 0]).shuffle(&mut classes);
    classes[index % 10]
}

/// What a picture shows, but for its noise.
struct Scene {
    form: Form,
    centre: [f32; 2],
    radius: f32,
    /// Cosine and sine of the angle.
    angle: [f32; 2],
    shape: Paint,
    background: Paint,
    /// Standard deviation of the noise.
    noise: f32,
}

/// A colour that changes evenly across the picture.
struct Paint {
    /// Red, green, blue in the middle, 0 to 1.
    colour: [f32; 3],
    /// How much each channel gains from one edge to the other.
    gain: [f32; 3],
    direction: [f32; 2],
}

impl Scene {
    fn new(class: u8, random: &mut Random) -> Self {
        let radius = random.between(8.0, 13.5);
        // The shape may touch the edge, but most of it is inside.
        let room = (SIDE as f32 / 2.0 - 0.8 * radius).max(0.0);
        let middle = SIDE as f32 / 2.0;
        let centre = [random.between(-room, room) + middle, random.between(-room, room) + middle];
        let angle = direction(random);
        let (shape, background) = contrasting_colours(random);
        Self {
            form: Form::new(class),
            centre,
            radius,
            angle,
            shape: Paint::new(shape, 0.08, random),
            background: Paint::new(background, 0.12, random),
            noise: random.between(0.01, 0.04),
        }
    }

    /// How much of a pixel the shape covers, 0 to 1: distance to the outline in pixels, cut to one pixel's width.
    fn coverage(&self, x: f32, y: f32) -> f32 {
        let [dx, dy] = [(x - self.centre[0]) / self.radius, (y - self.centre[1]) / self.radius];
        // No form reaches as far as this, with half a pixel of the smallest shape to spare.
        if dx * dx + dy * dy > 1.35 * 1.35 {
            return 0.0;
        }
        let [cosine, sine] = self.angle;
        let distance = self.form.distance([cosine * dx + sine * dy, cosine * dy - sine * dx]) * self.radius;
        (0.5 - distance).clamp(0.0, 1.0)
    }
}

impl Paint {
    fn new(colour: [f32; 3], gain: f32, random: &mut Random) -> Self {
        let brighter = random.between(-gain, gain);
        let gain = [0; 3].map(|_| brighter + random.between(-gain, gain) * 0.5);
        Self { colour, gain, direction: direction(random) }
    }

    /// The channel's value at a pixel.
    fn at(&self, channel: usize, x: f32, y: f32) -> f32 {
        let middle = SIDE as f32 / 2.0;
        let along = ((x - middle) * self.direction[0] + (y - middle) * self.direction[1]) / middle;
        self.colour[channel] + self.gain[channel] * along
    }
}

fn draw(seed: u64, index: usize, class: u8, picture: &mut [u8]) {
    let place = [index as u32, 0];
    let scene = Scene::new(class, &mut Random::new(seed, Stream::ShapeScene, place));
    let mut noise = Random::new(seed, Stream::ShapeNoise, place);
    for pixel in 0..PIXELS {
        let (x, y) = ((pixel % SIDE) as f32 + 0.5, (pixel / SIDE) as f32 + 0.5);
        let coverage = scene.coverage(x, y);
        for channel in 0..3 {
            let (shape, background) = (scene.shape.at(channel, x, y), scene.background.at(channel, x, y));
            let value = background + (shape - background) * coverage + scene.noise * bell(noise.bits());
            // The cast rounds towards zero and stays within a byte.
            picture[channel * PIXELS + pixel] = (value * 255.0 + 0.5) as u8;
        }
    }
}

/// Mean 0, deviation 1 and nearly normal: the sum of four uniform bytes.
fn bell(bits: u32) -> f32 {
    let sum: i32 = bits.to_le_bytes().map(i32::from).iter().sum();
    // The mean of the sum is 4 × 127.5, its variance 4 × (256² − 1)/12.
    (sum - 510) as f32 * (1.0 / 147.8)
}

/// A unit vector, every direction equally likely: a point of the disc, pushed to its edge.
fn direction(random: &mut Random) -> [f32; 2] {
    loop {
        let [x, y] = [random.between(-1.0, 1.0), random.between(-1.0, 1.0)];
        let square = x * x + y * y;
        if (0.01..=1.0).contains(&square) {
            let length = square.sqrt();
            return [x / length, y / length];
        }
    }
}

/// Two colours whose brightness differs enough for the shape to be seen in grey.
fn contrasting_colours(random: &mut Random) -> ([f32; 3], [f32; 3]) {
    let brightness = |[red, green, blue]: [f32; 3]| 0.299 * red + 0.587 * green + 0.114 * blue;
    loop {
        let (shape, background) = (colour(random), colour(random));
        if (brightness(shape) - brightness(background)).abs() > 0.4 {
            return (shape, background);
        }
    }
}

/// Any hue, from pale to full and from dark to bright.
fn colour(random: &mut Random) -> [f32; 3] {
    let hue = random.between(0.0, 6.0);
    let (saturation, value) = (random.between(0.2, 0.9), random.between(0.15, 0.95));
    // The usual way from hue, saturation and value: each channel is a trapezium over the hue circle.
    [5.0, 3.0, 1.0].map(|shift: f32| {
        let place = (shift + hue) % 6.0;
        value - value * saturation * place.min(4.0 - place).clamp(0.0, 1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Examples;

    #[test]
    fn a_picture_depends_on_seed_and_index_alone() {
        let (few, many) = (generate(3, 15), generate(3, 40));
        assert_eq!(few.pixels(), &many.pixels()[..few.pixels().len()]);
        assert_eq!(few.labels(), &many.labels()[..15]);
        assert_ne!(few.pixels(), generate(4, 15).pixels());
    }

    #[test]
    fn the_bits_are_the_same_on_every_machine() {
        // Taken natively, and seen to be the same in WebAssembly; any change to what is drawn changes it.
        assert_eq!(crate::shard::CRC_32.checksum(generate(1, 200).pixels()), 0xb873_af5f);
    }

    #[test]
    fn of_every_ten_in_a_row_each_class_has_one() {
        let shapes = generate(5, 100);
        for block in shapes.labels().chunks(10) {
            let mut classes = block.to_vec();
            classes.sort_unstable();
            assert_eq!(classes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
        assert!(generate(5, 0).is_empty());
    }

    #[test]
    fn colour_does_not_give_the_class_away() {
        // Guessing gets 100 of 1,000 right, give or take 9.5; a class's own colours may add little to that.
        let mean_colour = |shapes: &Dataset, index: usize| {
            let pixels = shapes.example(index).unwrap().pixels;
            [0, 1, 2].map(|channel| {
                pixels[channel * PIXELS..(channel + 1) * PIXELS].iter().map(|&pixel| f32::from(pixel)).sum::<f32>()
            })
        };
        let training = generate(1, 2_000);
        let mut means = [[0.0; 3]; 10];
        for index in 0..training.len() {
            let class = usize::from(training.labels()[index]);
            for (mean, value) in means[class].iter_mut().zip(mean_colour(&training, index)) {
                *mean += value / 200.0;
            }
        }
        let test = generate(2, 1_000);
        let distance = |a: [f32; 3], b: [f32; 3]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
        let right = (0..test.len()).filter(|&index| {
            let colour = mean_colour(&test, index);
            let guess = (0..10).min_by(|&a, &b| distance(means[a], colour).total_cmp(&distance(means[b], colour)));
            guess == Some(usize::from(test.labels()[index]))
        });
        let right = right.count();
        assert!(right < 150, "{right} of 1,000 by colour alone");
    }

    #[test]
    fn every_form_is_seen_against_its_background() {
        for index in 0..300 {
            let class = class(9, index);
            let scene = Scene::new(class, &mut Random::new(9, Stream::ShapeScene, [index as u32, 0]));
            let covered: f32 =
                (0..PIXELS).map(|pixel| scene.coverage((pixel % SIDE) as f32 + 0.5, (pixel / SIDE) as f32 + 0.5)).sum();
            assert!(
                (30.0..600.0).contains(&covered),
                "{} {index} covers {covered} pixels",
                CLASSES[usize::from(class)]
            );
        }
    }
}
