//! Which shapes the operations on pictures take, and which they give.

use super::{Pool, Resampling, Window};
use crate::Shape;
use crate::graph::MAX_ELEMENTS;

type Result<T = Shape> = std::result::Result<T, String>;

/// Lengths of the axes of `[N, C, H, W]`. A batch may be empty, a picture may not.
fn pictures(x: &[usize]) -> Result<[usize; 4]> {
    match *x {
        [n, c, h, w] if ![c, h, w].contains(&0) => Ok([n, c, h, w]),
        [_, _, _, _] => Err("a picture needs at least one channel, one row and one column".into()),
        _ => Err("it takes pictures of shape [N, C, H, W]".into()),
    }
}

/// Lengths of a weight's axes, which must be those of the window's kernel.
fn weights(weight: &[usize], window: &Window, groups: usize) -> Result<[usize; 4]> {
    if groups == 0 {
        return Err("there must be at least one group".into());
    }
    match *weight {
        [_, _, height, width] if [height, width] != window.kernel => {
            let [rows, columns] = window.kernel;
            Err(format!("the weight's kernels are {height}×{width}, the window is {rows}×{columns}"))
        }
        [outer, inner, height, width] if !weight.contains(&0) => {
            if outer % groups != 0 {
                return Err(format!(
                    "the {outer} channels of the weight's first axis do not divide into {groups} groups"
                ));
            }
            Ok([outer, inner, height, width])
        }
        [_, _, _, _] => Err("a weight needs at least one number along each axis".into()),
        _ => Err("the weight must have the shape [out, in / groups, kernel height, kernel width]".into()),
    }
}

/// A backend lays each picture into a field of zeros.
fn fits(channels: usize, [height, width]: [usize; 2], more: [usize; 2]) -> Result<()> {
    let field = Shape::from([channels, height.saturating_add(more[0]), width.saturating_add(more[1])]);
    match field.elements() <= MAX_ELEMENTS {
        true => Ok(()),
        false => Err("with its padding the picture has more numbers than any device holds".into()),
    }
}

pub(super) fn conv2d(window: &Window, groups: usize, x: &[usize], weight: &[usize]) -> Result {
    let [n, c, h, w] = pictures(x)?;
    let [o, i, _, _] = weights(weight, window, groups)?;
    if c % groups != 0 {
        return Err(format!("the pictures' {c} channels do not divide into {groups} groups"));
    }
    if c / groups != i {
        return Err(match groups {
            1 => format!("the pictures have {c} channels, the weight is made for {i}"),
            _ => format!("each of the {groups} groups has {} channels, the weight is made for {i}", c / groups),
        });
    }
    let [height, width] = window.output([h, w])?;
    fits(c, [h, w], window.padding.map(|padding| 2 * padding))?;
    Ok([n, o, height, width].into())
}

/// `input` are the height and width of the pictures whose convolution has this gradient.
pub(super) fn conv2d_input_gradient(
    window: &Window,
    groups: usize,
    input: [usize; 2],
    g: &[usize],
    weight: &[usize],
) -> Result {
    let [n, c, h, w] = pictures(g)?;
    let [o, i, _, _] = weights(weight, window, groups)?;
    if c != o {
        return Err(format!("the pictures have {c} channels, the weight is made for {o}"));
    }
    if window.output(input)? != [h, w] {
        return Err(format!("no convolution with this window makes {h}×{w} of {}×{}", input[0], input[1]));
    }
    fits(c, input, window.extent())?;
    Ok([n, i.saturating_mul(groups), input[0], input[1]].into())
}

pub(super) fn conv2d_weight_gradient(window: &Window, groups: usize, x: &[usize], g: &[usize]) -> Result {
    let ([_, c, h, w], [_, o, height, width]) = (pictures(x)?, pictures(g)?);
    if x[0] != g[0] || groups == 0 || c % groups != 0 || o % groups != 0 || window.output([h, w])? != [height, width] {
        return Err("these are not the pictures and the output gradient of one convolution".into());
    }
    Ok([o, c / groups, window.kernel[0], window.kernel[1]].into())
}

/// Images, and what comes out of a pool.
pub(super) fn pool(pool: &Pool, x: &[usize]) -> Result {
    let [n, c, h, w] = pictures(x)?;
    let [height, width] = pool.output([h, w])?;
    Ok([n, c, height, width].into())
}

/// Images, and the means of their windows.
pub(super) fn avg_pool2d(pool: &Pool, x: &[usize]) -> Result {
    without_gaps(pool)?;
    self::pool(pool, x)
}

fn without_gaps(pool: &Pool) -> Result<()> {
    match pool.window.dilation {
        [1, 1] => Ok(()),
        _ => Err("the dilation of an average must be 1: its windows have no gaps".into()),
    }
}

/// Images, whose shape the gradient has, and the gradient of what came out.
pub(super) fn max_pool2d_gradient(pool: &Pool, x: &[usize], g: &[usize]) -> Result {
    match self::pool(pool, x)?.dims() == g {
        true => Ok(x.into()),
        false => Err("these are not the pictures and the output gradient of one pool".into()),
    }
}

/// `input` are the height and width of the pictures that were pooled.
pub(super) fn avg_pool2d_gradient(pool: &Pool, input: [usize; 2], g: &[usize]) -> Result {
    let [n, c, h, w] = pictures(g)?;
    without_gaps(pool)?;
    match pool.output(input)? == [h, w] {
        true => Ok([n, c, input[0], input[1]].into()),
        false => Err(format!("no pool of this window makes {h}×{w} of {}×{}", input[0], input[1])),
    }
}

pub(super) fn resample(rows: &Resampling, columns: &Resampling, transposed: bool, x: &[usize]) -> Result {
    let [n, c, h, w] = pictures(x)?;
    let (mut from, mut to) = ([rows.input, columns.input], [rows.output, columns.output]);
    rows.check()?;
    columns.check()?;
    if transposed {
        std::mem::swap(&mut from, &mut to);
    }
    match [h, w] == from {
        true => Ok([n, c, to[0], to[1]].into()),
        false => Err(format!("it is made for pictures of {}×{}, these are {h}×{w}", from[0], from[1])),
    }
}

#[cfg(test)]
mod tests {
    use crate::op::Window;
    use crate::{Graph, Tensor};

    fn error(build: impl for<'g> Fn(Tensor<'g>, Tensor<'g>) -> Tensor<'g>, x: &[usize], weight: &[usize]) -> String {
        let graph = Graph::new();
        build(graph.leaf("x", x), graph.leaf("weight", weight));
        graph.check().unwrap_err().to_string()
    }

    #[test]
    fn channels_that_do_not_fit_the_groups_are_refused_with_both_shapes() {
        let grouped = |groups| {
            move |x: &[usize], weight: &[usize]| {
                error(move |x, weight| x.conv2d_grouped(weight, None, Window::square(3), groups), x, weight)
            }
        };
        assert_eq!(
            grouped(4)(&[2, 6, 9, 9], &[8, 1, 3, 3]),
            "conv2d cannot take [2, 6, 9, 9] and [8, 1, 3, 3]: the pictures' 6 channels do not divide into 4 groups"
        );
        assert!(
            grouped(2)(&[2, 6, 9, 9], &[7, 3, 3, 3]).contains("7 channels of the weight's first axis do not divide")
        );
        assert!(grouped(2)(&[2, 6, 9, 9], &[8, 6, 3, 3]).contains("each of the 2 groups has 3 channels"));
        assert!(grouped(1)(&[2, 6, 9, 9], &[8, 3, 3, 3]).contains("have 6 channels, the weight is made for 3"));
        assert!(grouped(0)(&[2, 6, 9, 9], &[8, 6, 3, 3]).contains("at least one group"));
        assert!(grouped(1)(&[2, 6, 9, 9], &[8, 6, 5, 5]).contains("5×5, the window is 3×3"));
        assert!(grouped(1)(&[6, 9, 9], &[8, 6, 3, 3]).contains("[N, C, H, W]"));
        assert!(grouped(1)(&[2, 0, 9, 9], &[8, 0, 3, 3]).contains("at least one channel"));
    }

    #[test]
    fn windows_of_any_size_give_an_error_and_never_a_panic() {
        for number in [0, 2, 99, 1 << 29, 1 << 31, usize::MAX / 2, usize::MAX] {
            let window = Window::square(3);
            let windows =
                [Window::square(number), window.stride(number), window.padding(number), window.dilation(number)];
            for window in windows {
                let graph = Graph::new();
                let [height, width] = window.kernel;
                let (x, weight) = (graph.leaf("x", [1, 2, 9, 9]), graph.leaf("weight", [2, 2, height, width]));
                let y = x.conv2d(weight, None, window);
                y.conv_transpose2d(weight, None, window, [0, 0], 1);
            }
        }
    }

    #[test]
    fn transposed_convolutions_name_themselves() {
        let message = error(
            |x, weight| x.conv_transpose2d(weight, None, Window::square(3).stride(2), [2, 0], 1),
            &[1, 4, 5, 5],
            &[4, 2, 3, 3],
        );
        assert_eq!(
            message,
            "conv_transpose2d cannot take [1, 4, 5, 5] and [4, 2, 3, 3]: \
             the output padding must be smaller than the stride or the dilation"
        );
        let wrong =
            |x, weight| error(|x, weight| x.conv_transpose2d(weight, None, Window::square(3), [0; 2], 1), x, weight);
        assert!(wrong(&[1, 3, 5, 5], &[4, 2, 3, 3]).contains("have 3 channels, the weight is made for 4"));
        assert!(wrong(&[3, 5, 5], &[4, 2, 3, 3]).contains("[N, C, H, W]"));
    }
}
