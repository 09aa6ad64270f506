//! Windows that slide over pictures: what convolutions and pools have in common, and how many places a window has.
//! Sizes round as PyTorch's do.

/// Nobody's picture is larger along an axis; kernels count places in 32 bits.
const MOST: usize = 1 << 30;

/// A window that slides over a picture: kernel, stride, padding and dilation, each as [height, width].
///
/// ```
/// use chalkgrad::op::Window;
///
/// let window = Window::square(3).stride(2).padding(1);
/// assert_eq!(window.output([32, 32]), Ok([16, 16]));
/// let oblong = Window { kernel: [3, 7], ..Window::square(1) };
/// assert_eq!(oblong.output([32, 32]), Ok([30, 26]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Its height and width.
    pub kernel: [usize; 2],
    /// How far it moves down and to the right.
    pub stride: [usize; 2],
    /// Rows above and below, and columns left and right, that are added to the picture.
    pub padding: [usize; 2],
    /// How far apart a kernel's neighbours lie in the picture; 1 leaves no gaps.
    pub dilation: [usize; 2],
}

impl Window {
    /// A square kernel with stride 1, no padding and no gaps.
    pub const fn square(kernel: usize) -> Self {
        Self { kernel: [kernel; 2], stride: [1; 2], padding: [0; 2], dilation: [1; 2] }
    }

    /// The same with this stride along both axes.
    pub const fn stride(self, stride: usize) -> Self {
        Self { stride: [stride; 2], ..self }
    }

    /// The same with this padding on all four sides.
    pub const fn padding(self, padding: usize) -> Self {
        Self { padding: [padding; 2], ..self }
    }

    /// The same with this dilation along both axes.
    pub const fn dilation(self, dilation: usize) -> Self {
        Self { dilation: [dilation; 2], ..self }
    }

    /// Height and width that the kernel covers, its gaps included. Only for windows that `output` took.
    pub(crate) fn extent(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.dilation[axis] * (self.kernel[axis] - 1) + 1)
    }

    /// Height and width of what comes out, or the rule that is broken.
    pub fn output(&self, input: [usize; 2]) -> Result<[usize; 2], String> {
        let padded = self.padded(input)?;
        let extent = self.extent();
        if (0..2).any(|axis| extent[axis] > padded[axis]) {
            return Err(self.too_large(input));
        }
        Ok([0, 1].map(|axis| (padded[axis] - extent[axis]) / self.stride[axis] + 1))
    }

    /// Height and width of what a transposed convolution makes of pictures of this size: the smallest pictures that the
    /// convolution turns into these, and `output_padding` more.
    pub(crate) fn transposed_output(
        &self,
        input: [usize; 2],
        output_padding: [usize; 2],
    ) -> Result<[usize; 2], String> {
        let extent = self.checked_extent()?;
        let mut output = [0; 2];
        for axis in 0..2 {
            if output_padding[axis] >= self.stride[axis].max(self.dilation[axis]) {
                return Err("the output padding must be smaller than the stride or the dilation".into());
            }
            let spread = input[axis].saturating_sub(1).saturating_mul(self.stride[axis]);
            let whole = spread.saturating_add(extent[axis]).saturating_add(output_padding[axis]);
            output[axis] = whole.checked_sub(2 * self.padding[axis]).filter(|&length| length > 0).ok_or_else(|| {
                let padding = self.padding[axis];
                format!("the padding {padding} on either side leaves nothing of a result of {whole} pixels")
            })?;
        }
        Ok(output)
    }

    /// Height and width of the picture with its padding.
    fn padded(&self, input: [usize; 2]) -> Result<[usize; 2], String> {
        self.checked_extent()?;
        let padded = [0, 1].map(|axis| input[axis].saturating_add(2 * self.padding[axis]));
        match padded.iter().all(|&length| length <= MOST) {
            true => Ok(padded),
            false => Err("with its padding the picture is larger than any device holds".into()),
        }
    }

    fn checked_extent(&self) -> Result<[usize; 2], String> {
        let numbers = [self.kernel, self.stride, self.dilation];
        if numbers.as_flattened().contains(&0) {
            return Err("kernel, stride and dilation must be at least 1".into());
        }
        let all = [numbers.as_flattened(), &self.padding].concat();
        if all.iter().any(|&number| number > MOST)
            || (0..2).any(|axis| self.dilation[axis].saturating_mul(self.kernel[axis]) > MOST)
        {
            return Err("kernel, stride, padding and dilation must be numbers that a picture can have".into());
        }
        Ok(self.extent())
    }

    fn too_large(&self, input: [usize; 2]) -> String {
        let gaps = if self.dilation == [1; 2] { "" } else { ", its gaps included," };
        let ([rows, columns], [height, width]) = (self.extent(), input);
        format!("the kernel {rows}×{columns}{gaps} is larger than the picture {height}×{width} with its padding")
    }
}

/// How the windows of a pool lie. A [`Window`] alone is one with PyTorch's defaults.
///
/// ```
/// use chalkgrad::op::{Pool, Window};
///
/// let pool = Pool::from(Window::square(2).stride(2));
/// assert_eq!(pool.output([5, 5]), Ok([2, 2]));
/// assert_eq!(pool.ceil_mode(true).output([5, 5]), Ok([3, 3]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool {
    /// Its padding is at most half its kernel. Only the windows of a max pool have gaps.
    pub window: Window,
    /// Whether the number of windows is rounded up: the last may reach over the edge, but starts inside the picture or the
    /// padding before it.
    pub ceil_mode: bool,
    /// Whether an average counts padding as zeros. What a window of `ceil_mode` covers beyond the padding never counts.
    pub count_include_pad: bool,
}

impl From<Window> for Pool {
    fn from(window: Window) -> Self {
        Self { window, ceil_mode: false, count_include_pad: true }
    }
}

impl Pool {
    /// The same with the number of windows rounded up, or down.
    pub const fn ceil_mode(self, ceil_mode: bool) -> Self {
        Self { ceil_mode, ..self }
    }

    /// The same with padding counted in averages, or not.
    pub const fn count_include_pad(self, count_include_pad: bool) -> Self {
        Self { count_include_pad, ..self }
    }

    /// Height and width of what comes out, or the rule that is broken.
    pub fn output(&self, input: [usize; 2]) -> Result<[usize; 2], String> {
        let window = &self.window;
        let (padded, extent) = (window.padded(input)?, window.extent());
        if (0..2).any(|axis| window.padding[axis] > window.kernel[axis] / 2) {
            return Err("the padding of a pool may be at most half its kernel".into());
        }
        let mut output = [0; 2];
        for axis in 0..2 {
            let stride = window.stride[axis];
            let room = padded[axis] + if self.ceil_mode { stride - 1 } else { 0 };
            let steps = room.checked_sub(extent[axis]).ok_or_else(|| window.too_large(input))? / stride;
            if window.padding[axis] > 0 && input[axis] < window.dilation[axis] {
                return Err("the gaps of the first window are larger than the picture: it would hold nothing".into());
            }
            let starts_outside = self.ceil_mode && steps * stride >= input[axis] + window.padding[axis];
            output[axis] = if starts_outside { steps } else { steps + 1 };
        }
        Ok(output)
    }

    /// Along one axis of `input` places: those that window `out` covers, every `dilation`th from the first of which it holds,
    /// and how many it counts for an average.
    pub(crate) fn span(&self, axis: usize, out: usize, input: usize) -> (std::ops::Range<usize>, usize) {
        let Window { stride, padding, dilation, .. } = self.window;
        let start = out * stride[axis];
        let end = (start + self.window.extent()[axis]).min(input + 2 * padding[axis]);
        let before = padding[axis].saturating_sub(start).next_multiple_of(dilation[axis]);
        let covered = start + before - padding[axis]..end.saturating_sub(padding[axis]).min(input);
        let count = if self.count_include_pad { end - start } else { covered.len() };
        (covered, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every start that `fits`, one by one.
    fn count(stride: usize, fits: impl Fn(usize) -> bool) -> usize {
        (0..).step_by(stride).take_while(|&start| fits(start)).count()
    }

    #[test]
    fn there_are_as_many_windows_as_fit_one_by_one() {
        for settings in 0..7 * 4 * 3 * 3 * 3 {
            let mut rest = settings;
            let [input, kernel, stride, dilation, padding] = [7, 4, 3, 3, 3].map(|choices| {
                let choice = rest % choices;
                rest /= choices;
                choice
            });
            let [input, kernel, stride, dilation] = [input, kernel, stride, dilation].map(|number| number + 1);
            let window = Window::square(kernel).stride(stride).padding(padding).dilation(dilation);
            let padded = input + 2 * padding;
            let found = window.output([input; 2]).map_or(0, |[height, _]| height);
            assert_eq!(found, count(stride, |start| start + dilation * (kernel - 1) < padded), "{window:?} of {input}");
            let pool = Pool::from(window).ceil_mode(true);
            if padding <= kernel / 2 && (padding == 0 || dilation <= input) {
                // The next window would start past the left padding and the picture, or its end too far past the right one.
                let fits = |start| start < input + padding && start + dilation * (kernel - 1) + 1 < padded + stride;
                let found = pool.output([input; 2]).map_or(0, |[height, _]| height);
                assert_eq!(found, count(stride, fits), "{pool:?} of {input}");
                for out in 0..found {
                    let held = (0..kernel).map(|tap| out * stride + tap * dilation);
                    let held: Vec<usize> =
                        held.filter_map(|at| at.checked_sub(padding)).filter(|&at| at < input).collect();
                    let span = pool.span(0, out, input).0.step_by(dilation);
                    assert!(!held.is_empty() && span.eq(held), "{pool:?} of {input}, window {out}");
                }
            }
        }
    }

    #[test]
    fn the_last_window_of_ceil_mode_starts_inside_the_picture_or_the_padding_before_it() {
        let output = |kernel, stride, padding, input| {
            let pool = Pool::from(Window::square(kernel).stride(stride).padding(padding));
            [false, true].map(|ceil| pool.ceil_mode(ceil).output([input; 2]).map(|[height, _]| height))
        };
        assert_eq!(output(2, 2, 0, 5), [Ok(2), Ok(3)]);
        assert_eq!(output(3, 2, 0, 6), [Ok(2), Ok(3)]);
        assert_eq!(output(2, 3, 1, 5), [Ok(2), Ok(2)]); // a third would start at 6 of 1 + 5 + 1, in the padding behind
        assert_eq!(output(3, 2, 1, 7), [Ok(4), Ok(4)]);
        assert_eq!(output(3, 2, 0, 2)[1], Ok(1));
        assert!(output(3, 2, 0, 2)[0].as_ref().unwrap_err().contains("3×3 is larger than the picture 2×2"));
        assert!(output(3, 2, 2, 9)[0].as_ref().unwrap_err().contains("at most half"));
    }

    #[test]
    fn an_average_counts_padding_if_it_is_told_to_and_never_what_lies_beyond() {
        let pool = Pool::from(Window::square(4).stride(3).padding(1)).ceil_mode(true);
        let counts = |pool: Pool| [0, 1, 2].map(|out| pool.span(0, out, 7));
        assert_eq!(pool.output([7, 7]), Ok([3, 3]));
        assert_eq!(counts(pool), [(0..3, 4), (2..6, 4), (5..7, 3)]);
        assert_eq!(counts(pool.count_include_pad(false)), [(0..3, 3), (2..6, 4), (5..7, 2)]);
    }
}
