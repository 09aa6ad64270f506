//! The cases of each operation: random options and shapes, values that suit it.

use super::{Case, Draw};
use crate::Shape;
use crate::op::{Binary, Op, Pool, Resampling, Rule, Span, Unary, Window};

/// Random cases an operation.
const CASES: usize = 10;

/// What fills an operation's inputs.
#[derive(Clone, Copy)]
pub(super) enum Fill {
    /// Standard normal.
    Normal,
    /// Multiples of ½, so that equal numbers meet.
    Steps,
    /// From ½ upwards.
    Positive,
    /// 0 or 1.
    Truth,
    /// Class indices, one of them naming no class.
    Labels(usize),
    /// Whole numbers of 24 bits.
    Words,
}

/// The operation after this one. A new operation does not build until it stands here, and in [`drawn`].
fn next(op: &Op) -> Option<Op> {
    let (shape, window, groups) = (Shape::default(), Window::square(1), 1);
    let pool = Pool::from(window);
    let after = |position: Option<usize>| position.map(|position| position + 1);
    Some(match op {
        Op::Leaf { .. } => Op::Constant { value: 0.0 },
        Op::Constant { .. } => Op::Unary(Unary::ALL[0]),
        Op::Unary(unary) => {
            match after(Unary::ALL.iter().position(|other| other == unary)).and_then(|next| Unary::ALL.get(next)) {
                Some(unary) => Op::Unary(*unary),
                None => Op::Binary(Binary::ALL[0]),
            }
        }
        Op::Binary(binary) => {
            match after(Binary::ALL.iter().position(|other| other == binary)).and_then(|next| Binary::ALL.get(next)) {
                Some(binary) => Op::Binary(*binary),
                None => Op::Where,
            }
        }
        Op::Where => Op::Expand { shape },
        Op::Expand { .. } => Op::Reshape { shape },
        Op::Reshape { .. } => Op::Detach,
        Op::Detach => Op::Permute { axes: vec![] },
        Op::Permute { .. } => Op::Concat { axis: 0 },
        Op::Concat { .. } => Op::Slice { spans: vec![] },
        Op::Slice { .. } => Op::Pad { spans: vec![], shape },
        Op::Pad { .. } => Op::Uniform { stream: 0, shape },
        Op::Uniform { .. } => Op::AllReduce,
        Op::AllReduce => Op::Sum { axes: vec![], keep: false },
        Op::Sum { .. } => Op::MatMul { transpose_a: false, transpose_b: false },
        Op::MatMul { .. } => Op::Conv2d { window, groups },
        Op::Conv2d { .. } => Op::Conv2dInputGradient { window, groups, input: [1, 1] },
        Op::Conv2dInputGradient { .. } => Op::Conv2dWeightGradient { window, groups },
        Op::Conv2dWeightGradient { .. } => Op::MaxPool2d(pool),
        Op::MaxPool2d(_) => Op::MaxPool2dGradient(pool),
        Op::MaxPool2dGradient(_) => Op::AvgPool2d(pool),
        Op::AvgPool2d(_) => Op::AvgPool2dGradient { pool, input: [1, 1] },
        Op::AvgPool2dGradient { .. } => {
            Op::Resample { rows: Resampling::mean(1, 1), columns: Resampling::mean(1, 1), transposed: false }
        }
        Op::Resample { rows, columns, transposed: false } => {
            Op::Resample { rows: *rows, columns: *columns, transposed: true }
        }
        Op::Resample { transposed: true, .. } => Op::LogSoftmax,
        Op::LogSoftmax => Op::Amax,
        Op::Amax => Op::ArgMax,
        Op::ArgMax => Op::Gather,
        Op::Gather => Op::Scatter { rows: 1 },
        Op::Scatter { .. } => Op::CrossEntropy,
        Op::CrossEntropy => Op::CrossEntropyGradient,
        Op::CrossEntropyGradient => return None,
    })
}

/// Every operation, `CASES` times.
pub fn operations() -> Vec<Case> {
    from(Op::Leaf { name: String::new() }, |_| true)
}

/// Every operation from `first` on while they are `wanted`.
pub(super) fn from(first: Op, wanted: impl Fn(&Op) -> bool) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut op = Some(first);
    while let Some(current) = op.filter(&wanted) {
        let mut draw = Draw::new(cases.len() as u64);
        for round in 0..CASES {
            let (op, inputs) = drawn(&current, &mut draw, round);
            cases.push(case(op, &inputs, &mut draw));
        }
        op = next(&current);
    }
    cases
}

/// More elements than workgroups fit along one axis of a dispatch.
pub fn large() -> Vec<Case> {
    let shape = Shape::from([65_536 * 256 / 16 + 1, 16]);
    let mut case = Case::new("a map, a copy and a sum of 16 million elements");
    let (x, row) = (case.leaf(&[1, 16].into(), (0..16).map(|i| i as f32).collect()), [1, 16]);
    let x = case.graph.tensor(x).map(|x| x.reshape(row).expand(shape).permute(&[1, 0]));
    let sums = x.map(|x| ((x + 1.0).sum(&[1], false).id(), (x * 2.0).sum(&[0, 1], false).id()));
    case.outputs.extend(sums.into_iter().flat_map(|(rows, all)| [rows, all]));
    vec![case]
}

/// Numbers that are none, and numbers at the edges: they must reach the loss, where the run is stopped, not vanish on the way.
pub fn specials() -> Vec<Case> {
    let numbers = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, -1.0, 30.0, -30.0, 200.0, -200.0, 3e38];
    let of_unary = |unary: &Unary| {
        let mut case = Case::new(format!("{unary:?} of special numbers"));
        let mut numbers = numbers;
        if let Unary::Sin | Unary::Cos = unary {
            // The GPU's kernels promise nothing beyond: a reduction that holds for 3e38 would need 24 words of 2/π.
            numbers.iter_mut().for_each(|number| *number = if *number == 3e38 { 1e5 } else { *number });
        }
        let x = case.leaf(&[numbers.len()].into(), numbers.to_vec());
        let y = case.graph.tensor(x).map(|x| case.graph.apply(Op::Unary(*unary), &[x]).id());
        case.outputs.extend(y);
        case
    };
    let of_binary = |binary: &Binary| {
        let mut case = Case::new(format!("{binary:?} of special numbers"));
        let shape = Shape::from([numbers.len(), numbers.len()]);
        let every =
            |of: fn(usize, usize) -> usize| (0..shape.elements()).map(|i| numbers[of(i, numbers.len())]).collect();
        let leaves = [case.leaf(&shape, every(|i, len| i / len)), case.leaf(&shape, every(|i, len| i % len))];
        let [a, b] = leaves.map(|leaf| crate::Tensor::new(&case.graph, leaf));
        case.outputs = vec![case.graph.apply(Op::Binary(*binary), &[a, b]).id()];
        case
    };
    let mut cases: Vec<Case> = Unary::ALL.iter().map(of_unary).chain(Binary::ALL.iter().map(of_binary)).collect();
    let mut pools = Case::new("max_pool2d and constants of special numbers");
    let x = pools.leaf(&[1, 1, 2, 6].into(), numbers.to_vec());
    let x = crate::Tensor::new(&pools.graph, x);
    let constants = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-40, 0.1].map(|value| (x + value).id());
    let outputs = [1, 2].map(|kernel| x.max_pool2d(Window::square(kernel)).id());
    pools.outputs = outputs.into_iter().chain(constants).collect();
    let mut rows = Case::new("rows of special numbers");
    let logits = rows.leaf(&[4, 3].into(), numbers.to_vec());
    let labels = rows.leaf(&[4].into(), vec![0.0, 1.0, 2.0, 1.0]);
    let [logits, labels] = [logits, labels].map(|leaf| crate::Tensor::new(&rows.graph, leaf));
    let largest = [logits.amax(&[1], false), logits.argmax(&[1], false)];
    let scores = [logits.log_softmax(1), logits.softmax(1), logits.cross_entropy(labels)];
    rows.outputs = largest.iter().chain(&scores).map(|output| output.id()).collect();
    cases.extend([pools, rows]);
    cases
}

/// Batches without examples and products without terms: nothing comes out, or zeros.
pub fn empty() -> Vec<Case> {
    let mut draw = Draw::new(0);
    let mut made = |op: Op, shapes: &[&[usize]]| {
        let inputs: Vec<_> = shapes.iter().map(|&shape| (Shape::from(shape), Fill::Normal)).collect();
        case(op, &inputs, &mut draw)
    };
    let (window, groups, input) = (Window::square(3), 2, [5, 5]);
    let pool = Pool::from(window);
    let product = Op::MatMul { transpose_a: false, transpose_b: true };
    let resample = Op::Resample { rows: Resampling::mean(5, 2), columns: Resampling::mean(5, 7), transposed: false };
    vec![
        made(product.clone(), &[&[0, 3], &[4, 3]]),
        made(product.clone(), &[&[2, 0], &[4, 0]]),
        made(product.clone(), &[&[0, 2, 3], &[0, 4, 3]]),
        made(product, &[&[2, 3, 0], &[2, 4, 0]]),
        made(Op::Conv2d { window, groups }, &[&[0, 4, 5, 5], &[6, 2, 3, 3]]),
        made(Op::Conv2dInputGradient { window, groups, input }, &[&[0, 6, 3, 3], &[6, 2, 3, 3]]),
        made(Op::Conv2dWeightGradient { window, groups }, &[&[0, 4, 5, 5], &[0, 6, 3, 3]]),
        made(Op::Conv2dWeightGradient { window, groups }, &[&[0, 2, 5, 5], &[0, 2, 3, 3]]),
        made(Op::MaxPool2d(pool), &[&[0, 4, 5, 5]]),
        made(Op::MaxPool2dGradient(pool), &[&[0, 4, 5, 5], &[0, 4, 3, 3]]),
        made(Op::AvgPool2d(pool), &[&[0, 4, 5, 5]]),
        made(Op::AvgPool2dGradient { pool, input }, &[&[0, 4, 3, 3]]),
        made(resample, &[&[0, 4, 5, 5]]),
        made(Op::Concat { axis: 1 }, &[&[2, 0], &[2, 3], &[2, 0]]),
        made(Op::Concat { axis: 0 }, &[&[0, 3], &[0, 3]]),
        made(Op::Slice { spans: vec![Span { start: 4, step: -1, len: 0 }] }, &[&[5]]),
        made(Op::Pad { spans: vec![Span { start: 0, step: 1, len: 0 }], shape: [4].into() }, &[&[0]]),
        made(Op::Amax, &[&[0, 3]]),
        made(Op::Gather, &[&[2, 0, 3], &[2, 4]]),
        made(Op::Gather, &[&[2, 3, 3], &[2, 0]]),
        made(Op::Scatter { rows: 4 }, &[&[2, 0, 3], &[2, 0]]),
    ]
}

/// An operation like `op` with random options, and its inputs. The first round is as small as can be.
fn drawn(op: &Op, draw: &mut Draw, round: usize) -> (Op, Vec<(Shape, Fill)>) {
    use Fill::{Labels, Normal, Positive, Steps, Truth, Words};
    let most = if round == 0 { 1 } else { 3 + 3 * round };
    match op {
        // A leaf or a constant alone is an output too.
        Op::Leaf { .. } => (op.clone(), vec![(any(draw, most), Normal)]),
        Op::Constant { .. } => (Op::Constant { value: f64::from(draw.normal()) }, vec![]),
        Op::Unary(Unary::Log | Unary::Log1p | Unary::Sqrt) => (op.clone(), vec![(any(draw, most), Positive)]),
        Op::Unary(_) => (op.clone(), vec![(any(draw, most), Normal)]),
        Op::Binary(binary) => {
            let shape = any(draw, most);
            let fill = match binary {
                Binary::Add | Binary::Sub | Binary::Mul => [Normal, Normal],
                Binary::Div => [Normal, Positive],
                Binary::Pow => [Positive, Normal],
                Binary::Maximum | Binary::Minimum | Binary::Greater | Binary::GreaterEqual | Binary::Equal => {
                    [Steps, Steps]
                }
            };
            (op.clone(), vec![(shape.clone(), fill[0]), (shape, fill[1])])
        }
        Op::Where => {
            let shape = any(draw, most);
            (Op::Where, vec![(shape.clone(), Truth), (shape.clone(), Normal), (shape, Normal)])
        }
        Op::Expand { .. } => {
            let shape = any(draw, most);
            let from: Vec<usize> = shape.dims().iter().map(|&dim| draw.pick(&[1, dim])).collect();
            let from =
                from[draw.between(0, from.len()).min(from.iter().take_while(|&&dim| dim == 1).count())..].to_vec();
            (Op::Expand { shape }, vec![(from.into(), Normal)])
        }
        Op::Reshape { .. } => {
            let shape = any(draw, most);
            (Op::Reshape { shape: [shape.elements()].into() }, vec![(shape, Normal)])
        }
        Op::Detach => (Op::Detach, vec![(any(draw, most), Normal)]),
        Op::Permute { .. } => {
            let shape = any(draw, most);
            let mut axes: Vec<usize> = (0..shape.rank()).collect();
            for axis in (1..axes.len()).rev() {
                axes.swap(axis, draw.between(0, axis));
            }
            (Op::Permute { axes }, vec![(shape, Normal)])
        }
        Op::Concat { .. } => {
            let (shape, axis) = (any(draw, most).dims().to_vec(), draw.between(0, 3));
            let shape = if shape.is_empty() { vec![3] } else { shape };
            let axis = axis % shape.len();
            let part = |draw: &mut Draw| {
                let mut part = shape.clone();
                part[axis] = draw.between(0, most);
                (Shape::from(part), Normal)
            };
            // More than the storage buffers of a dispatch, in some.
            let parts = (0..draw.between(1, 2 + 2 * round)).map(|_| part(draw)).collect();
            (Op::Concat { axis }, parts)
        }
        Op::Slice { .. } => {
            let shape = any(draw, most);
            (Op::Slice { spans: spans(draw, &shape) }, vec![(shape, Normal)])
        }
        Op::Pad { .. } => {
            let shape = any(draw, most);
            let spans = spans(draw, &shape);
            let inner: Vec<usize> = spans.iter().map(|span| span.len).collect();
            (Op::Pad { spans, shape }, vec![(inner.into(), Normal)])
        }
        Op::Uniform { .. } => {
            (Op::Uniform { stream: draw.between(0, 1_000) as u32, shape: any(draw, most) }, vec![([5].into(), Words)])
        }
        Op::AllReduce => (Op::AllReduce, vec![(any(draw, most), Normal)]),
        Op::Sum { .. } => {
            let long = 1 + 700 * (round / 5);
            let shape: Shape = [
                draw.between(1, most.min(9)),
                draw.between(1, most),
                draw.between(1, most.min(7)),
                draw.between(1, long),
            ]
            .into();
            let axes = (0..4).filter(|_| draw.uniform() < 0.6).collect();
            (Op::Sum { axes, keep: draw.uniform() < 0.5 }, vec![(shape, Positive)])
        }
        Op::MatMul { .. } => {
            let [m, n, k] = [draw.between(1, most), draw.between(1, most), draw.between(1, most * most)];
            let (transpose_a, transpose_b) = (draw.uniform() < 0.5, draw.uniform() < 0.5);
            let a = if transpose_a { [k, m] } else { [m, k] };
            let b = if transpose_b { [n, k] } else { [k, n] };
            // Every other one a stack.
            let stack = if round % 2 == 1 { vec![draw.between(1, 7)] } else { vec![] };
            let inputs = [a, b].map(|matrix| (Shape::from([&stack[..], &matrix].concat()), Normal));
            (Op::MatMul { transpose_a, transpose_b }, inputs.into())
        }
        Op::Conv2d { .. } => {
            let (window, groups, [images, weight, _]) = convolution(draw, round);
            (Op::Conv2d { window, groups }, vec![(images, Normal), (weight, Normal)])
        }
        Op::Conv2dInputGradient { .. } => {
            let (window, groups, [images, weight, gradient]) = convolution(draw, round);
            let input = [images.dims()[2], images.dims()[3]];
            (Op::Conv2dInputGradient { window, groups, input }, vec![(gradient, Normal), (weight, Normal)])
        }
        Op::Conv2dWeightGradient { .. } => {
            let (window, groups, [images, _, gradient]) = convolution(draw, round);
            (Op::Conv2dWeightGradient { window, groups }, vec![(images, Normal), (gradient, Normal)])
        }
        Op::MaxPool2d(_) => {
            let (pool, images, _) = pooling(draw, round, 3);
            (Op::MaxPool2d(pool), vec![(images, Steps)])
        }
        Op::MaxPool2dGradient(_) => {
            let (pool, images, pooled) = pooling(draw, round, 3);
            (Op::MaxPool2dGradient(pool), vec![(images, Steps), (pooled, Normal)])
        }
        Op::AvgPool2d(_) => {
            let (pool, images, _) = pooling(draw, round, 1);
            (Op::AvgPool2d(pool), vec![(images, Normal)])
        }
        Op::AvgPool2dGradient { .. } => {
            let (pool, images, pooled) = pooling(draw, round, 1);
            let input = [images.dims()[2], images.dims()[3]];
            (Op::AvgPool2dGradient { pool, input }, vec![(pooled, Normal)])
        }
        Op::Resample { transposed, .. } => {
            let [rows, columns] = [0, 1].map(|_| resampling(draw, most));
            let [height, width] = [rows, columns].map(|axis| if *transposed { axis.output } else { axis.input });
            let images = [draw.between(1, 3), draw.between(1, 4), height, width];
            (Op::Resample { rows, columns, transposed: *transposed }, vec![(images.into(), Normal)])
        }
        Op::LogSoftmax => (Op::LogSoftmax, vec![(scores(draw, most).0, Normal)]),
        Op::Amax => (Op::Amax, vec![(scores(draw, most).0, Steps)]),
        Op::ArgMax => (Op::ArgMax, vec![(scores(draw, most).0, Steps)]),
        Op::Gather => {
            let [batch, rows, picked, width] = [0; 4].map(|_| draw.between(1, most.min(9)));
            (Op::Gather, vec![([batch, rows, width].into(), Normal), ([batch, picked].into(), Labels(rows))])
        }
        Op::Scatter { .. } => {
            let [batch, rows, picked, width] = [0; 4].map(|_| draw.between(1, most.min(9)));
            let inputs = vec![([batch, picked, width].into(), Normal), ([batch, picked].into(), Labels(rows))];
            (Op::Scatter { rows }, inputs)
        }
        Op::CrossEntropy => {
            let (shape, [rows, classes]) = scores(draw, most);
            (Op::CrossEntropy, vec![(shape, Normal), ([rows].into(), Labels(classes))])
        }
        Op::CrossEntropyGradient => {
            let (shape, [rows, classes]) = scores(draw, most);
            let inputs = vec![(shape, Normal), ([rows].into(), Labels(classes)), ([rows].into(), Normal)];
            (Op::CrossEntropyGradient, inputs)
        }
    }
}

pub(super) fn case(op: Op, inputs: &[(Shape, Fill)], draw: &mut Draw) -> Case {
    let shapes: Vec<&Shape> = inputs.iter().map(|(shape, _)| shape).collect();
    let mut case = Case::new(format!("{op:?} of {shapes:?}"));
    let leaves: Vec<_> = inputs.iter().map(|(shape, fill)| case.leaf(shape, values(shape, *fill, draw))).collect();
    let tensors: Vec<_> = leaves.iter().filter_map(|&leaf| case.graph.tensor(leaf)).collect();
    let output = match op {
        Op::Leaf { .. } => leaves[0],
        op => case.graph.apply(op, &tensors).id(),
    };
    case.outputs.push(output);
    case
}

fn values(shape: &Shape, fill: Fill, draw: &mut Draw) -> Vec<f32> {
    let mut value = |index: usize| match fill {
        Fill::Normal => 2.0 * draw.normal(),
        Fill::Steps => (2.0 * draw.normal()).round() / 2.0,
        Fill::Positive => 0.5 + draw.normal().abs(),
        Fill::Truth => draw.pick(&[0.0, 1.0]),
        Fill::Labels(classes) if index == 3 => classes as f32,
        Fill::Labels(classes) => draw.between(0, classes - 1) as f32,
        Fill::Words => draw.between(0, 0xFF_FFFF) as f32,
    };
    (0..shape.elements()).map(&mut value).collect()
}

/// Any number of axes up to four, each of any length up to `most`.
fn any(draw: &mut Draw, most: usize) -> Shape {
    let rank = draw.between(0, 4);
    (0..rank).map(|_| draw.between(1, most.min(12))).collect::<Vec<_>>().into()
}

/// Spans of each axis, some of them backwards, some of nothing.
fn spans(draw: &mut Draw, shape: &Shape) -> Vec<Span> {
    let span = |&axis: &usize| {
        let (start, step) = (draw.between(0, axis - 1), draw.between(1, 3));
        let (step, room) = match draw.uniform() < 0.5 {
            true => (step as isize, (axis - 1 - start) / step),
            false => (-(step as isize), start / step),
        };
        let least = draw.pick(&[0, 1, 1, 1]);
        Span { start, step, len: draw.between(least, room + 1) }
    };
    shape.dims().iter().map(span).collect()
}

fn scores(draw: &mut Draw, most: usize) -> (Shape, [usize; 2]) {
    let dims = [draw.between(1, 3 * most), draw.between(1, most)];
    (dims.into(), dims)
}

fn window(draw: &mut Draw, round: usize, padding: impl Fn(usize) -> usize) -> Window {
    if round == 0 {
        return Window::square(1);
    }
    let kernel = [draw.between(1, 5), if round == 9 { 9 } else { draw.between(1, 5) }];
    let padding = kernel.map(padding).map(|most| draw.between(0, most));
    // Half of them slide by one, as most convolutions do.
    let stride = if round.is_multiple_of(2) { [1, 1] } else { [draw.between(1, 3), draw.between(1, 3)] };
    Window { kernel, stride, padding, dilation: [1; 2] }
}

/// A convolution's window and groups, and the shapes of images, weight and output gradient.
fn convolution(draw: &mut Draw, round: usize) -> (Window, usize, [Shape; 3]) {
    let mut window = window(draw, round, |_| 2);
    if round % 3 == 2 {
        window.dilation = [draw.between(1, 3), draw.between(1, 3)];
    }
    // Plain, grouped and depthwise ones.
    let (groups, [c, o]) = match round % 4 {
        0 | 1 => (1, [draw.between(1, 6), draw.between(1, 9)]),
        2 => (draw.between(2, 3), [draw.between(1, 3), draw.between(1, 6)]),
        _ => (draw.between(2, 9), [1, draw.pick(&[1, 1, 2])]),
    };
    let n = draw.between(1, 3);
    let [height, width] = window.extent().map(|extent| extent + draw.between(0, 9));
    let output = window.output([height, width]).unwrap_or_default();
    let images = [n, groups * c, height, width];
    let weight = [groups * o, c, window.kernel[0], window.kernel[1]];
    let gradient = [n, groups * o, output[0], output[1]];
    (window, groups, [images, weight, gradient].map(Shape::from))
}

/// A pool, in every third round with gaps of up to `most` places, images, and what comes out.
fn pooling(draw: &mut Draw, round: usize, most: usize) -> (Pool, Shape, Shape) {
    let mut window = window(draw, round, |kernel| kernel / 2);
    if round % 3 == 2 {
        window.dilation = [draw.between(1, most), draw.between(1, most)];
    }
    let pool = Pool::from(window).ceil_mode(draw.uniform() < 0.5).count_include_pad(draw.uniform() < 0.5);
    let [n, c] = [draw.between(1, 3), draw.between(1, 6)];
    let [height, width] = window.extent().map(|extent| extent + draw.between(0, 9));
    let output = pool.output([height, width]).unwrap_or_default();
    (pool, [n, c, height, width].into(), [n, c, output[0], output[1]].into())
}

fn resampling(draw: &mut Draw, most: usize) -> Resampling {
    let [input, output] = [draw.between(1, most), draw.between(1, most)];
    let scale = input as f64 / output as f64;
    let [nearest, linear] = [Rule::Nearest { scale }, Rule::Linear { scale }];
    let rules = [nearest, linear, Rule::LinearCorners, Rule::Mean].map(|rule| Resampling { input, output, rule });
    draw.pick(&[&rules[..], &[Resampling::regions(input, output)]].concat())
}
