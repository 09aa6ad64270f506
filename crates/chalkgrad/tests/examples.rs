//! Every example runs to its end.

macro_rules! examples {
    ($($(#[$attribute:meta])* $name:ident $path:literal),*) => { $(
        $(#[$attribute])*
        #[path = $path]
        #[allow(unreachable_pub, reason = "an example's `main` is public for this test")]
        mod $name;

        $(#[$attribute])*
        #[test]
        fn $name() {
            $name::main().unwrap();
        }
    )* };
}

examples! {
    cifar10 "../examples/cifar10.rs",
    custom_module "../examples/custom_module.rs",
    custom_operation "../examples/custom_operation.rs",
    mlp "../examples/mlp.rs",
    #[cfg(feature = "safetensors")]
    read_pytorch "../examples/read_pytorch.rs",
    regression "../examples/regression.rs",
    #[cfg(feature = "safetensors")]
    save_and_load "../examples/save_and_load.rs"
}
