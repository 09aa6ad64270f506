//! Pooling, and pictures in other sizes.

use std::fmt;

use super::{number, one_or_pair, truth};
use crate::Tensor;
use crate::nn::{Module, Scope};
use crate::op::{Interpolation, Pool, Size, Window};

macro_rules! pools {
    ($($(#[$doc:meta])* $name:ident $method:ident $print:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// Its windows, and how their places are counted.
            pub pool: Pool,
        }

        impl $name {
            /// A square window that moves by its own size.
            pub fn new(kernel: usize) -> Self {
                Self { pool: Window::square(kernel).stride(kernel).into() }
            }

            /// The same with this stride.
            pub fn stride(self, stride: usize) -> Self {
                Self { pool: Pool { window: self.pool.window.stride(stride), ..self.pool } }
            }

            /// The same with padding on all four sides, at most half the kernel.
            pub fn padding(self, padding: usize) -> Self {
                Self { pool: Pool { window: self.pool.window.padding(padding), ..self.pool } }
            }

            /// The same with the number of windows rounded up, or down.
            pub fn ceil_mode(self, ceil_mode: bool) -> Self {
                Self { pool: self.pool.ceil_mode(ceil_mode) }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method(self.pool)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Window { kernel, stride, padding, .. } = self.pool.window;
                let [kernel, stride, padding] = [kernel, stride, padding].map(one_or_pair);
                write!(f, "{}(kernel_size={kernel}, stride={stride}, padding={padding}", stringify!($name))?;
                self.$print(f)
            }
        }
    )* };
}

pools! {
    /// `torch.nn.MaxPool2d`: the largest of each window; padding never wins.
    ///
    /// ```
    /// use chalkgrad::nn::{Conv2d, MaxPool2d, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Conv2d::new(3, 8, 1)).with(MaxPool2d::new(3).stride(2).padding(1));
    /// assert_eq!(Network::new(layers, [3, 32, 32])?.output().dims(), [8, 16, 16]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    MaxPool2d max_pool2d print_rest,
    /// `torch.nn.AvgPool2d`: the mean of each window; padding counts as zeros unless the pool says otherwise.
    ///
    /// ```
    /// use chalkgrad::nn::{AvgPool2d, Conv2d, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Conv2d::new(3, 8, 1)).with(AvgPool2d::new(2).ceil_mode(true));
    /// assert_eq!(Network::new(layers, [3, 7, 7])?.output().dims(), [8, 4, 4]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    AvgPool2d avg_pool2d print_rest,
}

impl MaxPool2d {
    /// The same with the places of a window so far apart.
    pub fn dilation(self, dilation: usize) -> Self {
        Self { pool: Pool { window: self.pool.window.dilation(dilation), ..self.pool } }
    }

    fn print_rest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dilation = one_or_pair(self.pool.window.dilation);
        write!(f, ", dilation={dilation}, ceil_mode={})", truth(self.pool.ceil_mode))
    }
}

impl AvgPool2d {
    /// The same with padding counted as zeros, or not.
    pub fn count_include_pad(self, count_include_pad: bool) -> Self {
        Self { pool: self.pool.count_include_pad(count_include_pad) }
    }

    /// PyTorch keeps the rest to itself.
    fn print_rest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(")")
    }
}

macro_rules! adaptive_pools {
    ($($(#[$doc:meta])* $name:ident $method:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// [height, width]
            pub output_size: [usize; 2],
        }

        impl $name {
            /// A square of this many regions a side; 1 makes one number of each channel.
            pub fn new(output_size: usize) -> Self {
                Self { output_size: [output_size; 2] }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method(self.output_size)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(output_size={})", stringify!($name), one_or_pair(self.output_size))
            }
        }
    )* };
}

adaptive_pools! {
    /// `torch.nn.AdaptiveAvgPool2d`: means of as many regions as are asked for, whatever the picture's size.
    ///
    /// ```
    /// use chalkgrad::nn::{AdaptiveAvgPool2d, Conv2d, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Conv2d::new(3, 8, 1)).with(AdaptiveAvgPool2d::new(1));
    /// assert_eq!(Network::new(layers, [3, 13, 9])?.output().dims(), [8, 1, 1]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    AdaptiveAvgPool2d adaptive_avg_pool2d,
    /// `torch.nn.AdaptiveMaxPool2d`: the largest of each of these regions.
    ///
    /// ```
    /// use chalkgrad::nn::{AdaptiveMaxPool2d, Conv2d, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Conv2d::new(3, 8, 1)).with(AdaptiveMaxPool2d { output_size: [2, 3] });
    /// assert_eq!(Network::new(layers, [3, 13, 9])?.output().dims(), [8, 2, 3]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    AdaptiveMaxPool2d adaptive_max_pool2d,
}

/// `torch.nn.Upsample`: the pictures in another size.
///
/// ```
/// use chalkgrad::nn::{Conv2d, Network, Sequential, Upsample};
///
/// let layers = Sequential::new().with(Conv2d::new(3, 8, 1)).with(Upsample::new(2.0));
/// assert_eq!(Network::new(layers, [3, 7, 5])?.output().dims(), [8, 14, 10]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Upsample {
    /// How large the picture becomes.
    pub size: Size,
    /// How a pixel is made of those around it.
    pub mode: Interpolation,
}

impl Upsample {
    /// So many times as high and as wide, each pixel repeated.
    pub fn new(scale_factor: f64) -> Self {
        Self { size: Size::ScaleFactor([scale_factor; 2]), mode: Interpolation::Nearest }
    }
}

impl Module for Upsample {
    fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        input.interpolate(self.size, self.mode)
    }
}

impl fmt::Display for Upsample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self.size {
            Size::Pixels(pixels) => format!("size={}", one_or_pair(pixels)),
            Size::ScaleFactor([rows, columns]) if rows == columns => format!("scale_factor={}", number(rows)),
            Size::ScaleFactor(factors) => format!("scale_factor=({}, {})", number(factors[0]), number(factors[1])),
        };
        let mode = match self.mode {
            Interpolation::Nearest => "nearest",
            Interpolation::Bilinear { .. } => "bilinear",
        };
        write!(f, "Upsample({size}, mode='{mode}')")
    }
}
