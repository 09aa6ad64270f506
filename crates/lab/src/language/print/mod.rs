//! A tree of modules as PyTorch text that can be run and read again: chains of layers as nested `nn.Sequential`, instances of
//! classes as generated classes, which keep their functions and say in `__init__` what the instance holds.

mod globals;
mod syntax;
mod values;

use std::fmt::Write;
use std::rc::Rc;

use super::syntax::{FunctionKind, Name};
use super::tree::{Tree, modules};
use super::value::{Class, Container, Keeping, Object, ObjectKind, Value};
use globals::{Globals, Used};

const HEAD: &str = "import math\n\nimport torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n";

/// A class without `__init__`, and the instances that it has, each kind once.
struct Family {
    class: Rc<Class>,
    /// The `__init__` of each kind of instance.
    kinds: Vec<String>,
}

struct Printer {
    families: Vec<Family>,
    /// Classes in the order in which they are printed: a family, or one of its kinds of instance.
    order: Vec<(usize, Option<usize>)>,
    globals: Globals,
    used: Used,
}

impl Tree {
    /// The network as text: imports, classes, and `model = …`.
    pub fn print(&self) -> String {
        let mut printer = Printer {
            families: Vec::new(),
            order: Vec::new(),
            globals: Globals::default(),
            used: Used::of(&self.root),
        };
        let network = printer.module(&self.root, 0);
        let mut text = String::new();
        let mut done = 0;
        // What a class's functions see may be classes again.
        while done < printer.families.len() {
            let class = printer.families[done].class.clone();
            printer.globals.of_class(&class, &printer.used);
            while let Some(seen) = printer.globals.next_class() {
                printer.family(&seen);
            }
            done += 1;
        }
        let globals = printer.globals.print();
        if !globals.is_empty() {
            text += &format!("\n{globals}");
        }
        let order = printer.order.iter();
        let classes: Vec<String> = order.filter_map(|&(family, kind)| printer.class(family, kind)).collect();
        classes.iter().for_each(|class| text += &format!("\n\n{class}"));
        if !classes.is_empty() {
            text.push('\n');
        }
        let _ = write!(text, "\nmodel = {network}\n");
        text += &self.sharing();
        text += &self.beginnings();
        let text = printer.named(&text);
        let imports = [
            ("OrderedDict(", "from collections import OrderedDict\n"),
            ("partial(", "from functools import partial\n"),
        ];
        let imports: String =
            imports.iter().filter(|(call, _)| text.contains(call)).map(|(_, import)| *import).collect();
        format!("{imports}{HEAD}{text}")
    }

    /// What has several places in the tree is put there by assignments.
    fn sharing(&self) -> String {
        let mut text = String::new();
        for (path, object) in modules(&self.root) {
            for (name, child) in object.children() {
                let own = if path.is_empty() { name.clone() } else { format!("{path}.{name}").into() };
                let first = child.path.borrow().clone().unwrap_or_default();
                if own != first {
                    let _ = writeln!(text, "{} = {}", self.place(&own), self.place(&first));
                }
            }
            for (name, stored) in object.stored(Keeping::Parameter) {
                let own = if path.is_empty() { name.clone() } else { format!("{path}.{name}").into() };
                let first = stored.path.borrow().clone().unwrap_or_default();
                if own != first {
                    let _ = writeln!(text, "{} = {}", self.place(&own), self.place(&first));
                }
            }
        }
        text
    }

    /// First values that are not the layers' own.
    fn beginnings(&self) -> String {
        let mut text = String::new();
        for (_, object) in modules(&self.root) {
            for (_, stored) in object.stored(Keeping::Parameter) {
                let is_layer = object.layer.get().is_some();
                if let (true, true, Some(path)) = (is_layer, stored.is_chosen.get(), &*stored.path.borrow()) {
                    let call = values::initializer(&stored.init.get(), &self.place(path));
                    let _ = writeln!(text, "nn.init.{call}");
                }
            }
        }
        text
    }

    /// A path as Python writes it: `model.layers[0].weight`.
    fn place(&self, path: &str) -> String {
        let mut text = "model".to_owned();
        let mut object = Some(self.root.clone());
        for name in path.split('.') {
            let container = object.as_ref().map(|object| object.container());
            match container {
                Some(Container::Dict) => text += &format!("[{}]", values::quoted(name)),
                _ if name.starts_with(|first: char| first.is_ascii_digit()) => text += &format!("[{name}]"),
                _ => text += &format!(".{name}"),
            }
            object = object.and_then(|object| match object.get(name) {
                Some(Value::Object(child)) => Some(child),
                _ => None,
            });
        }
        text
    }
}

impl Printer {
    /// An expression that makes this module.
    fn module(&mut self, object: &Rc<Object>, indent: usize) -> String {
        match &object.kind {
            ObjectKind::Container(Container::Layer(layer)) => {
                let arguments = object.layer.get().map(|layer| layer.arguments.as_slice()).unwrap_or_default();
                format!("nn.{}({})", layer.name, values::arguments(layer.signature, arguments))
            }
            ObjectKind::Container(container) => self.container(*container, object, indent),
            ObjectKind::Class(class) => {
                let body = self.init(class, object);
                let family = self.family(class);
                let kinds = &mut self.families[family].kinds;
                let kind = kinds.iter().position(|known| *known == body).unwrap_or_else(|| {
                    kinds.push(body);
                    self.order.push((family, Some(kinds.len() - 1)));
                    kinds.len() - 1
                });
                // Which name it gets is known when all instances are: until then it has one that no text has.
                format!("\u{1}{family}.{kind}\u{2}()")
            }
        }
    }

    fn container(&mut self, container: Container, object: &Object, indent: usize) -> String {
        let children = object.children();
        let (inner, outer) = ("    ".repeat(indent + 1), "    ".repeat(indent));
        let is_numbered = children.iter().enumerate().all(|(index, (name, _))| index.to_string() == **name);
        let mut lines = String::new();
        for (name, child) in &children {
            let child = self.module(child, indent + 1);
            let _ = match (container, is_numbered) {
                (Container::Dict, _) | (Container::Sequential, false) => {
                    writeln!(lines, "{inner}({}, {child}),", values::quoted(name))
                }
                _ => writeln!(lines, "{inner}{child},"),
            };
        }
        let name = container.name();
        if children.is_empty() {
            return format!("nn.{name}()");
        }
        match (container, is_numbered) {
            (Container::Sequential, true) => format!("nn.{name}(\n{lines}{outer})"),
            (Container::Sequential, false) => format!("nn.{name}(OrderedDict([\n{lines}{outer}]))"),
            _ => format!("nn.{name}([\n{lines}{outer}])"),
        }
    }

    /// The statements of `__init__`.
    fn init(&mut self, class: &Rc<Class>, object: &Rc<Object>) -> String {
        let mut text = String::new();
        let indent = "        ";
        match (class.root, object.layer.get()) {
            (Container::Layer(layer), Some(own)) => {
                let _ =
                    writeln!(text, "{indent}super().__init__({})", values::arguments(layer.signature, &own.arguments));
            }
            (Container::Plain, _) => {}
            _ => {
                let _ = writeln!(text, "{indent}super().__init__()");
            }
        }
        let own = object.layer.get().map(|_| object.stored(Keeping::Parameter)).unwrap_or_default();
        for (name, value) in object.attributes.borrow().iter() {
            if own.iter().any(|(known, _)| known == name) {
                continue;
            }
            if let Some(statement) = self.attribute(name, value) {
                let _ = writeln!(text, "{indent}{statement}");
            }
        }
        if text.is_empty() {
            text = format!("{indent}pass\n");
        }
        text
    }

    /// What gives an attribute its value, unless nothing of the network can need it.
    fn attribute(&mut self, name: &Name, value: &Value) -> Option<String> {
        let value = match value {
            Value::Object(child) => {
                let child = self.module(child, 2);
                // A name like `0`, or `conv-1`, is none of Python's.
                let is_plain = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
                    && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
                return Some(match is_plain {
                    true => format!("self.{name} = {child}"),
                    false => format!("self.add_module({}, {child})", values::quoted(name)),
                });
            }
            Value::Stored(stored) if stored.keeping == Keeping::Parameter => {
                format!("nn.Parameter({})", values::stored(stored))
            }
            Value::Stored(stored) if stored.keeping == Keeping::Buffer => {
                return Some(format!("self.register_buffer({}, {})", values::quoted(name), values::stored(stored)));
            }
            value => self.globals.value(value)?,
        };
        Some(format!("self.{name} = {value}"))
    }

    /// The number of a class's family.
    fn family(&mut self, class: &Rc<Class>) -> usize {
        if let Some(known) = self.families.iter().position(|family| Rc::ptr_eq(&family.class, class)) {
            return known;
        }
        if let Some(base) = &class.base {
            self.family(base);
        }
        self.families.push(Family { class: class.clone(), kinds: Vec::new() });
        self.order.push((self.families.len() - 1, None));
        self.families.len() - 1
    }

    /// The text with the names of classes in the places where instances are made.
    fn named(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        for (index, part) in text.split('\u{1}').enumerate() {
            let (mark, rest) = if index == 0 { ("", part) } else { part.split_once('\u{2}').unwrap_or(("", part)) };
            if let Some((family, kind)) = mark.split_once('.') {
                result += &self.name(family.parse().unwrap_or(0), kind.parse().unwrap_or(0));
            }
            result += rest;
        }
        result
    }

    /// A family's name for one of its kinds of instance.
    fn name(&self, family: usize, kind: usize) -> String {
        let name = &self.families[family].class.name;
        let same = self.families.iter().take(family).filter(|other| other.class.name == *name).count();
        let name = if same > 0 { format!("{name}_{}", "x".repeat(same)) } else { name.to_string() };
        if self.is_alone(family) { name } else { format!("{name}_{}", kind + 1) }
    }

    /// Whether a class has one kind of instance and no class below it, so that both can be one class.
    fn is_alone(&self, family: usize) -> bool {
        let class = &self.families[family].class;
        let is_base = |other: &Family| other.class.base.as_ref().is_some_and(|base| Rc::ptr_eq(base, class));
        self.families[family].kinds.len() == 1 && !self.families.iter().any(is_base)
    }

    /// A class with its functions; or the one below it that makes one kind of instance, unless both are one.
    fn class(&self, family: usize, kind: Option<usize>) -> Option<String> {
        let Family { class, kinds } = &self.families[family];
        if let Some(kind) = kind {
            let (own, base) = (self.name(family, kind), self.base_name(family));
            let text = || format!("class {own}({base}):\n    def __init__(self):\n{}", kinds[kind]);
            return (!self.is_alone(family)).then(text);
        }
        let name = if self.is_alone(family) { self.name(family, 0) } else { self.base_name(family) };
        let base = match &class.base {
            Some(base) => {
                self.families.iter().position(|other| Rc::ptr_eq(&other.class, base)).map(|at| self.base_name(at))
            }
            None if class.root == Container::Plain => None,
            None => Some(format!("nn.{}", class.root.name())),
        };
        let base = base.map_or(String::new(), |base| format!("({base})"));
        let mut text = format!("class {name}{base}:\n");
        for (name, value) in &class.members {
            if let Some(value) = self.globals.constant(value) {
                let _ = writeln!(text, "    {name} = {value}");
            }
        }
        if self.is_alone(family) {
            let _ = write!(text, "    def __init__(self):\n{}", kinds[0]);
        }
        let functions = class.members.iter().filter_map(|(name, value)| match value {
            Value::Function(function) if self.used.has(name) => Some(function),
            _ => None,
        });
        let mut is_empty = !self.is_alone(family);
        for function in functions {
            if function.definition.kind != FunctionKind::Decorated {
                text += &format!("{}{}", if is_empty { "" } else { "\n" }, syntax::function(&function.definition, 1));
                is_empty = false;
            }
        }
        if is_empty {
            text += "    pass\n";
        }
        Some(text)
    }

    fn base_name(&self, family: usize) -> String {
        let name = self.name(family, 0);
        if self.is_alone(family) { name } else { name.trim_end_matches("_1").to_owned() }
    }
}
