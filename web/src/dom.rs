//! Small helpers between the document and signals: the size of an element, a timer, an animation frame.

use leptos::{html::ElementType, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

/// The content size of an element in CSS pixels, followed as it changes.
pub fn follow_size<E>(node: NodeRef<E>) -> RwSignal<(f64, f64)>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<web_sys::Element> + 'static,
{
    let size = RwSignal::new((0.0, 0.0));
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let element: &web_sys::Element = element.as_ref();
        let element = element.clone();
        let observed = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            let now = (f64::from(observed.client_width()), f64::from(observed.client_height()));
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        });
        let Ok(observer) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let kept = StoredValue::new_local((observer, measure));
        on_cleanup(move || {
            let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    });
    size
}

/// Runs once, before the next picture is drawn. Does not run while the tab is hidden.
pub fn next_frame(run: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(run);
    let _ = window().request_animation_frame(callback.unchecked_ref());
}

/// Milliseconds since the page began, never going back.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

pub fn is_hidden() -> bool {
    document().hidden()
}

/// Pixels to one rem: the size of the root's text.
pub fn rem() -> f64 {
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|text| protocol::number(text.trim_end_matches("px"))).unwrap_or(16.0)
}
