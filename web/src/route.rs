//! The address after `#`: which page, and with which query. A route is read from any text, and written back.

use leptos::prelude::*;

use crate::labs::{self, Lab};

/// A page of the site.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// The labs in the lecture's order.
    Home,
    /// A lab; embedded it goes without the site's header.
    Lab { lab: &'static Lab, is_embedded: bool },
    /// Every component in every state.
    Gallery,
    /// An address that nobody knows.
    Unknown(String),
}

/// A page with its query.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub page: Page,
    pub query: String,
}

impl Route {
    /// Reads `#/path?query`.
    pub fn parse(hash: &str) -> Self {
        let address = hash.trim_start_matches('#').trim_start_matches('/');
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let page = match path.trim_end_matches('/') {
            "" => Page::Home,
            "gallery" => Page::Gallery,
            path => {
                let (name, is_embedded) = path.strip_prefix("embed/").map_or((path, false), |name| (name, true));
                match labs::find(name) {
                    Some(lab) => Page::Lab { lab, is_embedded },
                    None => Page::Unknown(path.into()),
                }
            }
        };
        Self { page, query: query.into() }
    }

    /// The route that the browser shows now.
    pub fn current() -> Self {
        Self::parse(&window().location().hash().unwrap_or_default())
    }

    /// The lab that is shown, if it is one.
    pub fn lab(&self) -> Option<&'static Lab> {
        match self.page {
            Page::Lab { lab, .. } => Some(lab),
            _ => None,
        }
    }

    /// The page as the address has it, such as `/cifar10`.
    pub fn path(&self) -> String {
        match &self.page {
            Page::Home => "/".into(),
            Page::Gallery => "/gallery".into(),
            Page::Lab { lab, is_embedded: false } => format!("/{}", lab.name),
            Page::Lab { lab, is_embedded: true } => format!("/embed/{}", lab.name),
            Page::Unknown(path) => format!("/{path}"),
        }
    }
}

/// Follows the address.
pub fn follow() -> RwSignal<Route> {
    let route = RwSignal::new(Route::current());
    window_event_listener(leptos::ev::hashchange, move |_| route.set(Route::current()));
    route
}

/// Writes the query into the address without a step of history. A sandboxed frame may refuse: then the address just stays.
pub fn replace_query(route: &Route, query: &str) {
    let hash = hash(&route.path(), query);
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&hash));
    }
}

fn hash(path: &str, query: &str) -> String {
    if query.is_empty() { format!("#{path}") } else { format!("#{path}?{query}") }
}

/// The whole address of a path and query on this site.
pub fn address(path: &str, query: &str) -> String {
    let here = window().location().href().unwrap_or_default();
    let page = here.split('#').next().unwrap_or_default();
    format!("{page}{}", hash(path, query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_comes_back_from_its_address() {
        for hash in ["#/", "#/gallery", "#/cifar10", "#/embed/cifar10", "#/nowhere"] {
            let route = Route::parse(hash);
            assert_eq!(format!("#{}", route.path()), hash);
        }
    }

    #[test]
    fn the_query_follows_the_question_mark() {
        let route = Route::parse("#/cifar10?batch=4&net=a?b");
        assert_eq!((route.path().as_str(), route.query.as_str()), ("/cifar10", "batch=4&net=a?b"));
    }

    #[test]
    fn no_text_is_too_strange_to_be_a_route() {
        for hash in ["", "#", "##//", "#/embed/", "#/%00?", "?"] {
            let _ = Route::parse(hash).path();
        }
    }
}
