//! Windows that slide over pictures: what convolutions and pools have in common, and how many places a window has.
//! Sizes round as PyTorch's do.

/// Nobody's picture is larger along an axis; kernels count places in 32 bits.
const MOST: usize = 1 << 30;

/// A window that slides over a picture: kernel, stride, padding and dilation, each as [height, width].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    pub kernel: [usize; 2],
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
