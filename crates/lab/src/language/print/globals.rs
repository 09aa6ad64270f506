//! What the functions of classes see outside of them: constants, functions, other classes.

use std::collections::VecDeque;
use std::rc::Rc;

use super::super::functions::shown;
use super::super::syntax::{Expression, ExpressionKind, Function, Name, Statement, StatementKind};
use super::super::tree::modules;
use super::super::value::{self, Class, Object, ObjectKind, Value};
use super::{syntax, values};

#[derive(Default)]
pub(super) struct Globals {
    /// Each with what gives it its value.
    lines: Vec<(Name, String)>,
    functions: Vec<Rc<value::Function>>,
    /// Classes that were met and not yet printed.
    classes: VecDeque<Rc<Class>>,
    met: Vec<Rc<Class>>,
}

/// The functions of classes that a forward pass can come to, by their names.
pub(super) struct Used {
    names: Vec<Name>,
}

impl Used {
    /// `forward`, whatever it names behind a dot, and so on.
    pub(super) fn of(root: &Rc<Object>) -> Self {
        let mut classes: Vec<Rc<Class>> = Vec::new();
        for (_, object) in modules(root) {
            let mut class = if let ObjectKind::Class(class) = &object.kind { Some(class) } else { None };
            while let Some(known) = class.filter(|class| !classes.iter().any(|known| Rc::ptr_eq(known, class))) {
                classes.push(known.clone());
                class = known.base.as_ref();
            }
        }
        let mut used = Self { names: vec!["forward".into(), "__call__".into()] };
        let mut done = 0;
        while let Some(name) = used.names.get(done).cloned() {
            done += 1;
            for value in classes.iter().flat_map(|class| &class.members).filter(|(known, _)| *known == name) {
                if let Value::Function(function) = &value.1 {
                    let mut names = Vec::new();
                    of_definition(&function.definition, &mut Vec::new(), &mut names);
                    names.retain(|name| !used.has(name) && &**name != "__init__");
                    used.names.extend(names);
                }
            }
        }
        used
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| **known == *name)
    }
}

/// Always there.
const KNOWN: &[&str] = &["torch", "nn", "F", "math", "OrderedDict", "partial"];

impl Globals {
    /// Takes in what a class's functions name.
    pub(super) fn of_class(&mut self, class: &Rc<Class>, used: &Used) {
        for (name, value) in &class.members {
            match value {
                Value::Function(function) if used.has(name) => self.of_function(function),
                _ => {}
            }
        }
    }

    fn of_function(&mut self, function: &value::Function) {
        let mut names = Vec::new();
        of_definition(&function.definition, &mut names, &mut Vec::new());
        for name in names {
            let is_known = KNOWN.contains(&&*name) || self.lines.iter().any(|(known, _)| *known == name);
            if let (Some(value), false) = (function.environment.get(&name), is_known) {
                self.take(&name, &value);
            }
        }
    }

    fn take(&mut self, name: &Name, value: &Value) {
        match value {
            Value::Function(function) if function.definition.name == *name => self.function(function),
            Value::Class(class) if class.name == *name => self.class(class),
            value => {
                if let Some(value) = self.value(value).filter(|value| **value != **name) {
                    self.lines.push((name.clone(), value));
                }
            }
        }
    }

    fn function(&mut self, function: &Rc<value::Function>) {
        if !self.functions.iter().any(|known| known.definition.name == function.definition.name) {
            self.functions.push(function.clone());
            self.of_function(function);
        }
    }

    fn class(&mut self, class: &Rc<Class>) {
        if !self.met.iter().any(|known| Rc::ptr_eq(known, class)) {
            self.met.push(class.clone());
            self.classes.push_back(class.clone());
        }
    }

    pub(super) fn next_class(&mut self) -> Option<Rc<Class>> {
        self.classes.pop_front()
    }

    /// A value of a class's own, which needs nothing around it.
    pub(super) fn constant(&self, value: &Value) -> Option<String> {
        values::plain(value)
    }

    /// A value as an expression; `None` for what no text can make.
    pub(super) fn value(&mut self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Layer(layer) => format!("nn.{}", layer.name),
            Value::Container(container) => format!("nn.{}", container.name()),
            Value::Operation(operation) => operation.shown(),
            Value::LayerFunction(layer) => shown(layer.function, layer.spaces),
            Value::Namespace("torch.nn.functional") => "F".into(),
            Value::Namespace("torch.nn") => "nn".into(),
            Value::Namespace(path) => (*path).into(),
            Value::Known(name) => (*name).into(),
            Value::Function(function) if &*function.definition.name == "<lambda>" => {
                self.of_function(function);
                syntax::lambda(&function.definition)
            }
            Value::Function(function) => {
                self.function(function);
                function.definition.name.to_string()
            }
            Value::Class(class) => {
                self.class(class);
                class.name.to_string()
            }
            Value::Partial(partial) => {
                let mut parts = vec![self.value(&partial.callee)?];
                for value in &partial.positional {
                    parts.push(self.value(value)?);
                }
                for (name, value) in &partial.keywords {
                    parts.push(format!("{name}={}", self.value(value)?));
                }
                format!("partial({})", parts.join(", "))
            }
            Value::Stored(stored) => values::stored(stored),
            Value::List(items) => {
                let items: Option<Vec<String>> = items.borrow().iter().map(|item| self.value(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            value => values::plain(value)?,
        })
    }

    pub(super) fn print(&self) -> String {
        let lines = self.lines.iter().map(|(name, value)| format!("{name} = {value}\n"));
        let functions =
            self.functions.iter().map(|function| format!("\n\n{}", syntax::function(&function.definition, 0)));
        lines.chain(functions).collect()
    }
}

/// Every name that a function mentions, and every name behind a dot.
fn of_definition(function: &Function, names: &mut Vec<Name>, members: &mut Vec<Name>) {
    function
        .parameters
        .iter()
        .filter_map(|parameter| parameter.default.as_ref())
        .for_each(|value| of(value, names, members));
    function.body.iter().for_each(|statement| of_statement(statement, names, members));
}

fn of_statement(statement: &Statement, names: &mut Vec<Name>, members: &mut Vec<Name>) {
    let mut all = |values: &[&Expression]| values.iter().for_each(|value| of(value, names, members));
    match &statement.kind {
        StatementKind::Expression(value) | StatementKind::Return(Some(value)) => all(&[value]),
        StatementKind::Assign(targets, value) => {
            all(&[value]);
            targets.iter().for_each(|target| all(&[target]));
        }
        StatementKind::Augment(target, _, value) => all(&[target, value]),
        StatementKind::Assert(condition, message) => {
            all(&[condition]);
            message.iter().for_each(|message| all(&[message]));
        }
        StatementKind::Delete(targets) => targets.iter().for_each(|target| all(&[target])),
        StatementKind::If(branches, otherwise) => {
            for (condition, block) in branches {
                of(condition, names, members);
                block.iter().for_each(|statement| of_statement(statement, names, members));
            }
            otherwise.iter().for_each(|statement| of_statement(statement, names, members));
        }
        StatementKind::For(target, items, body) => {
            all(&[target, items]);
            body.iter().for_each(|statement| of_statement(statement, names, members));
        }
        StatementKind::Function(function) => of_definition(function, names, members),
        _ => {}
    }
}

fn of(value: &Expression, names: &mut Vec<Name>, members: &mut Vec<Name>) {
    if let ExpressionKind::Name(name) = &value.kind {
        if !names.contains(name) {
            names.push(name.clone());
        }
        return;
    }
    let mut each = |values: &[Expression]| values.iter().for_each(|value| of(value, names, members));
    match &value.kind {
        ExpressionKind::Format(items) | ExpressionKind::Tuple(items) | ExpressionKind::List(items) => each(items),
        ExpressionKind::Dict(items) => {
            for (key, value) in items {
                key.iter().for_each(|key| of(key, names, members));
                of(value, names, members);
            }
        }
        ExpressionKind::Attribute(inner, name) => {
            members.push(name.clone());
            of(inner, names, members);
        }
        ExpressionKind::Unary(_, inner) | ExpressionKind::Star(inner) => {
            of(inner, names, members);
        }
        ExpressionKind::Index(left, right)
        | ExpressionKind::Binary(_, left, right)
        | ExpressionKind::Logical(_, left, right) => {
            of(left, names, members);
            of(right, names, members);
        }
        ExpressionKind::Slice(parts) => parts.iter().flatten().for_each(|part| of(part, names, members)),
        ExpressionKind::Call(callee, arguments) => {
            of(callee, names, members);
            arguments.iter().for_each(|argument| of(&argument.value, names, members));
        }
        ExpressionKind::Compare(first, rest) => {
            of(first, names, members);
            rest.iter().for_each(|(_, value)| of(value, names, members));
        }
        ExpressionKind::Conditional(parts) => each(&**parts),
        ExpressionKind::Lambda(function) => of_definition(function, names, members),
        ExpressionKind::Comprehension(comprehension) => {
            comprehension.key.iter().for_each(|key| of(key, names, members));
            of(&comprehension.element, names, members);
            for (target, items, conditions) in &comprehension.loops {
                of(target, names, members);
                of(items, names, members);
                conditions.iter().for_each(|condition| of(condition, names, members));
            }
        }
        _ => {}
    }
}
