//! The functions that go element by element. Each list is written once: the enums, their names and, in `cpu/map.rs`, one
//! loop a function are made of it. Definitions stand in `interpreter/elementwise.rs`, derivatives in `grad.rs`.

/// Gives `$then!`, after what else it wants, the functions of one number: documentation, variant, PyTorch's name.
macro_rules! unaries {
    ($then:ident $($first:tt)*) => {
        $then! {
            $($first)*
            /// `−x`
            Neg "neg",
            /// `|x|`
            Abs "abs",
            /// `eˣ`
            Exp "exp",
            /// `eˣ − 1`, exact for small x too
            Expm1 "expm1",
            /// Natural logarithm
            Log "log",
            /// `log(1 + x)`, exact for small x too
            Log1p "log1p",
            /// Square root
            Sqrt "sqrt",
            /// Sine
            Sin "sin",
            /// Cosine
            Cos "cos",
            /// Error function, `2/√π ∫₀ˣ e^(−t²) dt`
            Erf "erf",
            /// `max(0, x)`
            Relu "relu",
            /// `1 / (1 + e⁻ˣ)`
            Sigmoid "sigmoid",
            /// Hyperbolic tangent
            Tanh "tanh",
            /// `x tanh(softplus(x))`
            Mish "mish",
        }
    };
}

/// Gives `$then!` the functions of two numbers likewise.
macro_rules! binaries {
    ($then:ident $($first:tt)*) => {
        $then! {
            $($first)*
            /// `a + b`
            Add "add",
            /// `a − b`
            Sub "sub",
            /// `a b`
            Mul "mul",
            /// `a / b`
            Div "div",
            /// `aᵇ`
            Pow "pow",
            /// The larger; not a number where either is none
            Maximum "maximum",
            /// The smaller; not a number where either is none
            Minimum "minimum",
            /// `a > b`
            Greater "gt",
            /// `a ≥ b`
            GreaterEqual "ge",
            /// `a = b`
            Equal "eq",
        }
    };
}

pub(crate) use {binaries, unaries};

macro_rules! enumerate {
    ($(#[$about:meta])* $enum:ident; $($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $enum {
            $($(#[$doc])* $variant,)*
        }

        impl $enum {
            /// Every variant, for tests that hold each to its twin.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

unaries! {
    enumerate
    /// Elementwise functions of one number.
    ///
    /// ```
    /// use chalkgrad::Graph;
    /// use chalkgrad::op::{Op, Unary};
    ///
    /// let graph = Graph::new();
    /// let y = graph.leaf("x", [3]).sin();
    /// assert_eq!(graph.node(y.id()).op, Op::Unary(Unary::Sin));
    /// ```
    Unary;
}
binaries! {
    enumerate
    /// Elementwise functions of two numbers. Comparisons give 1 or 0.
    ///
    /// ```
    /// use chalkgrad::Graph;
    /// use chalkgrad::op::{Binary, Op};
    ///
    /// let graph = Graph::new();
    /// let y = graph.leaf("a", [3]).maximum(graph.leaf("b", [3]));
    /// assert_eq!(graph.node(y.id()).op, Op::Binary(Binary::Maximum));
    /// ```
    Binary;
}
