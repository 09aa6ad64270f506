//! What messages are made of, to JSON and back. Serde's derive compiles a type anew for each source that it may be read from, which
//! was a tenth of all that a visitor loads: here each is read from, and written as, a tree of values.

use serde_json::{Map, Value};

/// A part of a message.
pub(crate) trait Json: Sized {
    /// What is wrong is said as a sentence's end where the subject is the value (`must be a number`), else as a whole one that begins
    /// with the name of a field (`` `seed` is missing ``).
    fn read(value: &Value) -> Result<Self, String>;

    fn write(&self) -> Value;

    /// What stands for a field that is not there, where it may be missing.
    fn absent() -> Option<Self> {
        None
    }
}

/// A decimal number as people write it, such as `.5`, `1.` or `+2e-3`. JSON's reader reads it, which is there already: the
/// standard library's brings ten kilobytes of tables.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.split_at(digits.find(['e', 'E']).unwrap_or(digits.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // JSON wants digits on both sides, and no zero too many.
    let whole = whole.trim_start_matches('0');
    let [whole, fraction] = [whole, fraction].map(|digits| if digits.is_empty() { "0" } else { digits });
    let read: f64 = serde_json::from_str(&format!("{sign}{whole}.{fraction}{exponent}")).ok()?;
    // Of 16 digits and more it may take a neighbour for the number.
    let digits = significant(mantissa);
    let is_meant = |number: &f64| significant(&format!("{number:e}")) == digits;
    Some([read, read.next_up(), read.next_down()].into_iter().find(is_meant).unwrap_or(read))
}

/// The digits that a number is told by, wherever its point is.
fn significant(text: &str) -> String {
    let digits: String = text.chars().take_while(|letter| *letter != 'e').filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// An object that is being read.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, String> {
        value.as_object().map(Self).ok_or_else(|| "must be an object".into())
    }

    /// The field of this name; without it, `default` or what the type itself has for it.
    pub(crate) fn get<T: Json>(&self, name: &str, default: Option<T>) -> Result<T, String> {
        match self.0.get(name) {
            Some(value) => T::read(value).map_err(|problem| within(name, &problem)),
            None => default.or_else(T::absent).ok_or_else(|| format!("`{name}` is missing")),
        }
    }

    /// Which of its kinds an object is.
    pub(crate) fn tag(&self, name: &str) -> Result<&'a str, String> {
        let tag = self.0.get(name).ok_or_else(|| format!("`{name}` is missing"))?;
        tag.as_str().ok_or_else(|| within(name, "must be text"))
    }

    /// Refuses what has none of these names.
    pub(crate) fn only(&self, tag: &str, names: &[&str]) -> Result<(), String> {
        match self.0.keys().find(|key| *key != tag && !names.contains(&key.as_str())) {
            Some(unknown) => Err(format!("`{unknown}` is not known here; there are {}", listed(names))),
            None => Ok(()),
        }
    }
}

/// Once, and not inlined for each field.
#[inline(never)]
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.into(), value);
}

/// `must be a number`, said of a field; of a field within it, its path.
fn within(name: &str, problem: &str) -> String {
    match problem.strip_prefix('`') {
        Some(inner) => format!("`{name}.{inner}"),
        None => format!("`{name}` {problem}"),
    }
}

pub(crate) fn listed(names: &[&str]) -> String {
    if names.is_empty() { "no fields".into() } else { format!("`{}`", names.join("`, `")) }
}

macro_rules! plain {
    ($($kind:ty: $is:literal, |$value:ident| $read:expr;)*) => { $(
        impl Json for $kind {
            fn read($value: &Value) -> Result<Self, String> {
                $read.ok_or_else(|| $is.into())
            }

            fn write(&self) -> Value {
                self.clone().into()
            }
        }
    )* };
}

plain! {
    bool: "must be true or false", |value| value.as_bool();
    u32: "must be a whole number below 2³²", |value| value.as_u64().and_then(|value| value.try_into().ok());
    u64: "must be a whole number below 2⁶⁴", |value| value.as_u64();
    f32: "must be a number", |value| value.as_f64().map(|value| value as f32);
    f64: "must be a number", |value| value.as_f64();
    String: "must be text", |value| value.as_str().map(str::to_owned);
}

impl<T: Json> Json for Option<T> {
    fn read(value: &Value) -> Result<Self, String> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Json> Json for Vec<T> {
    fn read(value: &Value) -> Result<Self, String> {
        value.as_array().ok_or("must be a list")?.iter().map(T::read).collect()
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: Json, const N: usize> Json for [T; N] {
    fn read(value: &Value) -> Result<Self, String> {
        Vec::read(value)?.try_into().map_err(|_| format!("must be a list of {N}"))
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }
}

impl<T: Json> Json for Box<T> {
    fn read(value: &Value) -> Result<Self, String> {
        T::read(value).map(Box::new)
    }

    fn write(&self) -> Value {
        T::write(self)
    }
}

/// What is read and written as a tree is so by everything that speaks serde.
macro_rules! serde_by_tree {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::Json::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let tree = serde_json::Value::deserialize(deserializer)?;
                $crate::json::Json::read(&tree).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Structs, field by field with what stands for one that is missing. A `strict` one refuses fields that it does not know; one
/// of `defaults` does so too, needs none, and has `Default`.
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $mode:ident struct $name:ident { $($(#[$doc:meta])* $field:ident: $kind:ty $(= $default:expr)?,)* }
    )*) => { $(
        $(#[$meta])*
        pub struct $name { $($(#[$doc])* pub $field: $kind,)* }

        impl $crate::json::Json for $name {
            fn read(value: &serde_json::Value) -> Result<Self, String> {
                let fields = $crate::json::Fields::of(value)?;
                only!($mode fields "" $($field)*);
                Ok(Self { $($field: fields.get(stringify!($field), maybe!($($default)?))?,)* })
            }

            fn write(&self) -> serde_json::Value {
                let mut object = serde_json::Map::new();
                $($crate::json::put(&mut object, stringify!($field), self.$field.write());)*
                object.into()
            }
        }

        serde_by_tree!($name);
        default!($mode $name $($field $(= $default)?,)*);
    )* };
}

/// Enums whose variants are objects, told apart by the field `by` names.
macro_rules! choices {
    ($(
        $(#[$meta:meta])*
        $mode:ident enum $name:ident by $tag:literal {
            $($(#[$variant_doc:meta])* $word:literal => $variant:ident $({
                $($(#[$doc:meta])* $field:ident: $kind:ty $(= $default:expr)?,)*
            })?,)*
        }
    )*) => { $(
        $(#[$meta])*
        pub enum $name { $($(#[$variant_doc])* $variant $({ $($(#[$doc])* $field: $kind,)* })?,)* }

        impl $crate::json::Json for $name {
            fn read(value: &serde_json::Value) -> Result<Self, String> {
                let fields = $crate::json::Fields::of(value)?;
                match fields.tag($tag)? {
                    $($word => {
                        only!($mode fields $tag $($($field)*)?);
                        Ok(Self::$variant $({ $($field: fields.get(stringify!($field), maybe!($($default)?))?,)* })?)
                    })*
                    other => Err(format!("`{}` must be one of {}, not `{other}`", $tag, $crate::json::listed(&[$($word),*]))),
                }
            }

            fn write(&self) -> serde_json::Value {
                let mut object = serde_json::Map::new();
                match self {
                    $(Self::$variant $({ $($field,)* })? => {
                        $crate::json::put(&mut object, $tag, $word.into());
                        $($($crate::json::put(&mut object, stringify!($field), $field.write());)*)?
                    })*
                }
                object.into()
            }
        }

        serde_by_tree!($name);
    )* };
}

/// Enums that are one word each.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        enum $name:ident { $($(#[$doc:meta])* $word:literal => $variant:ident,)* }
    )*) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $crate::json::Json for $name {
            fn read(value: &serde_json::Value) -> Result<Self, String> {
                match value.as_str() {
                    $(Some($word) => Ok(Self::$variant),)*
                    _ => Err(format!("must be one of {}", $crate::json::listed(&[$($word),*]))),
                }
            }

            fn write(&self) -> serde_json::Value {
                match self { $(Self::$variant => $word.into(),)* }
            }
        }

        serde_by_tree!($name);
    )* };
}

macro_rules! only {
    (open $($rest:tt)*) => {};
    ($mode:ident $fields:ident $tag:literal $($field:ident)*) => { $fields.only($tag, &[$(stringify!($field)),*])? };
}

macro_rules! maybe {
    () => {
        None
    };
    ($default:expr) => {
        Some($default)
    };
}

macro_rules! default {
    (defaults $name:ident $($field:ident = $default:expr,)*) => {
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    };
    ($($other:tt)*) => {};
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::number;
    use crate::{BenchRequest, Command, Envelope, Event, EventBody, Settings};

    #[test]
    fn a_message_comes_back_as_it_went() {
        let body = EventBody::Progressed {
            first_step: 1 << 60,
            losses: vec![2.25, 0.1],
            accuracies: vec![0.25],
            examples: 128,
            epoch: 0.5,
            images_per_second: None,
            learning_rate: 1e-3,
        };
        let event = Event { run: 7, reply_to: Some(3), body };
        assert_eq!(from_value::<Event>(json!(event)).unwrap(), event);
        let command =
            Command::Configure { run: 2, settings: Box::new(Settings { workers: Some(2), ..Settings::convnetjs() }) };
        let envelope = Envelope { id: 9, command };
        assert_eq!(serde_json::from_str::<Envelope>(&json!(envelope).to_string()).unwrap(), envelope);
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in [
            "0",
            "-0.5",
            "1e-3",
            "6E-3",
            "123456789.125",
            "0.30000000000000004",
            "1.4142135623730951",
            "-1.7320508075688772e-7",
            "1e22",
            "007.50",
        ] {
            assert_eq!(number(text), text.parse().ok(), "{text}");
        }
        assert_eq!([".5", "1.", " +2e-3 ", "-.5e1"].map(number), [0.5, 1.0, 0.002, -5.0].map(Some));
        for text in ["", ".", "-", "e3", "1e", "1.2.3", "--1", "- 1", "inf", "nan", "1e999", "0x10", "1_000", "1 2"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn who_asked_is_named_in_answers_only() {
        let event = Event { run: 1, reply_to: None, body: EventBody::Trained };
        assert_eq!(json!(event), json!({ "type": "trained", "run": 1 }));
        assert_eq!(from_value::<Event>(json!({ "type": "trained", "run": 1 })).unwrap(), event);
    }

    #[test]
    fn what_is_missing_has_its_default() {
        assert_eq!(from_value::<Settings>(json!({})).unwrap(), Settings::default());
        let request: BenchRequest = from_value(json!({ "network": "", "steps": null })).unwrap();
        assert_eq!((request.batch, request.workers, request.steps), (64, 1, None));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let refused = |command| from_value::<Command>(command).unwrap_err().to_string();
        let configure = |settings| json!({ "type": "configure", "run": 1, "settings": settings });
        assert_eq!(refused(json!([])), "must be an object");
        assert_eq!(refused(json!({})), "`type` is missing");
        assert_eq!(refused(json!({ "type": "step" })), "`steps` is missing");
        assert_eq!(refused(json!({ "type": "step", "steps": 0.5 })), "`steps` must be a whole number below 2³²");
        assert_eq!(
            refused(configure(json!({ "optimizer": { "kind": "sgd", "momentum": "much" } }))),
            "`settings.optimizer.momentum` must be a number"
        );
        assert_eq!(
            refused(configure(json!({ "device": "tpu" }))),
            "`settings.device` must be one of `auto`, `cpu`, `webgpu`"
        );
        assert_eq!(
            refused(configure(json!({ "augmentation": { "turn": 3 } }))),
            "`settings.augmentation.turn` is not known here; there are `flip`, `shift`"
        );
        assert!(refused(json!({ "type": "fly" })).starts_with("`type` must be one of `open`, `configure`"));
    }
}
