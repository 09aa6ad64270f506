//! Parts of the page that are loaded when somebody sees them. In a site that is split (`build.rs`), what only they need lies in files of
//! its own; else it is all one.

use leptos::prelude::*;

use crate::components::Waiting;

/// A file of the page that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("A part of the page did not arrive. Reload the page to ask for it again.")
    }
}

#[cfg(split)]
impl From<leptos::wasm_split::SplitLoaderError> for Missing {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// Declares functions that load a part, named by its file, and give one function of it.
macro_rules! parts {
    ($($(#[$doc:meta])* $load:ident from $file:ident: $kind:ty = $function:expr;)*) => {$(
        $(#[$doc])*
        #[cfg(split)]
        #[leptos::wasm_split::wasm_split($file, wasm_split_path = ::leptos::wasm_split, fallible)]
        pub fn $load() -> Result<$kind, $crate::lazily::Missing> {
            Ok($function)
        }

        $(#[$doc])*
        #[cfg(not(split))]
        pub async fn $load() -> Result<$kind, $crate::lazily::Missing> {
            Ok($function)
        }
    )*};
}
pub(crate) use parts;

/// What shows a part; embedded it has no header above it.
pub type Show = fn(is_embedded: bool) -> AnyView;

/// A part, once it is loaded.
#[component]
pub fn Lazily<F>(
    /// Loads it.
    load: F,
    #[prop(optional)] is_embedded: bool,
    /// Where it will stand, for what stands there until then.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView
where
    F: Future<Output = Result<Show, Missing>> + 'static,
{
    shown(load, class, move |show: Show| show(is_embedded))
}

/// What `view` makes of a part, once it is loaded.
pub fn shown<P: Copy + Send + Sync + 'static>(
    load: impl Future<Output = Result<P, Missing>> + 'static,
    class: &'static str,
    view: impl Fn(P) -> AnyView + Send + 'static,
) -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<P, Missing>>);
    wasm_bindgen_futures::spawn_local(async move {
        let part = load.await;
        // Who has left by then does not see it.
        let _ = loaded.try_set(Some(part));
    });
    move || match loaded.get() {
        Some(Ok(part)) => view(part),
        Some(Err(Missing)) => {
            view! { <div class=class><Waiting message=Missing.to_string() failed=true /></div> }.into_any()
        }
        None => view! { <div class=class><Waiting message="This part of the page is on its way." /></div> }.into_any(),
    }
}
