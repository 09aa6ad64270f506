//! The functions of classes as Python text, from their trees.

use super::super::syntax::{
    Argument, Block, Comprehension, Expression, ExpressionKind, Function, FunctionKind, ParameterKind, Stars,
    Statement, StatementKind,
};
use super::values::{number, quoted};

/// A whole function with its decorator, indented so many levels.
pub(super) fn function(function: &Function, indent: usize) -> String {
    let space = "    ".repeat(indent);
    let decorator = match function.kind {
        FunctionKind::Property => format!("{space}@property\n"),
        FunctionKind::Static => format!("{space}@staticmethod\n"),
        _ => String::new(),
    };
    let (name, parameters) = (&function.name, parameters(function));
    format!("{decorator}{space}def {name}({parameters}):\n{}", block(&function.body, indent + 1))
}

fn parameters(function: &Function) -> String {
    let mut texts = Vec::new();
    let mut is_open = true;
    for parameter in &function.parameters {
        let stars = match parameter.kind {
            ParameterKind::Rest => "*",
            ParameterKind::Keywords => "**",
            _ => "",
        };
        if parameter.kind == ParameterKind::Keyword && is_open {
            texts.push("*".to_owned());
        }
        is_open &= parameter.kind == ParameterKind::Positional;
        let default = parameter.default.as_ref().map_or(String::new(), |default| format!("={}", expression(default)));
        texts.push(format!("{stars}{}{default}", parameter.name));
    }
    texts.join(", ")
}

fn block(block: &Block, indent: usize) -> String {
    let text: String = block.iter().map(|inner| statement(inner, indent)).collect();
    if text.is_empty() { format!("{}pass\n", "    ".repeat(indent)) } else { text }
}

fn statement(statement: &Statement, indent: usize) -> String {
    let space = "    ".repeat(indent);
    let line = match &statement.kind {
        // A docstring says what it says to people.
        StatementKind::Expression(value) if matches!(value.kind, ExpressionKind::Text(_)) => return String::new(),
        StatementKind::Expression(value) => expression(value),
        StatementKind::Assign(targets, value) => {
            let targets: String = targets.iter().map(|target| format!("{} = ", expression(target))).collect();
            targets + &expression(value)
        }
        StatementKind::Augment(target, operator, value) => {
            format!("{} {operator}= {}", expression(target), expression(value))
        }
        StatementKind::Return(None) => "return".into(),
        StatementKind::Return(Some(value)) => format!("return {}", expression(value)),
        StatementKind::If(branches, otherwise) => {
            let mut text = String::new();
            for (index, (condition, then)) in branches.iter().enumerate() {
                let word = if index == 0 { "if" } else { "elif" };
                text += &format!("{space}{word} {}:\n{}", expression(condition), block(then, indent + 1));
            }
            if !otherwise.is_empty() {
                text += &format!("{space}else:\n{}", block(otherwise, indent + 1));
            }
            return text;
        }
        StatementKind::For(target, items, body) => {
            let (target, items) = (expression(target), expression(items));
            return format!("{space}for {target} in {items}:\n{}", block(body, indent + 1));
        }
        StatementKind::Function(inner) => return function(inner, indent),
        StatementKind::Assert(condition, message) => {
            let message = message.as_ref().map_or(String::new(), |message| format!(", {}", expression(message)));
            format!("assert {}{message}", expression(condition))
        }
        StatementKind::Delete(targets) => format!("del {}", list(targets)),
        StatementKind::Raise => "raise ValueError".into(),
        StatementKind::Break => "break".into(),
        StatementKind::Continue => "continue".into(),
        // What no forward pass has come to.
        StatementKind::Class(_) | StatementKind::Import(_) | StatementKind::Unsupported(_) | StatementKind::Pass => {
            "pass".into()
        }
    };
    format!("{space}{line}\n")
}

/// How tightly an expression holds together.
fn strength(kind: &ExpressionKind) -> u8 {
    match kind {
        ExpressionKind::Lambda(_) => 0,
        ExpressionKind::Conditional(_) => 1,
        ExpressionKind::Logical("or", ..) => 2,
        ExpressionKind::Logical(..) => 3,
        ExpressionKind::Unary("not", _) => 4,
        ExpressionKind::Compare(..) => 5,
        ExpressionKind::Binary("|", ..) => 6,
        ExpressionKind::Binary("^", ..) => 7,
        ExpressionKind::Binary("&", ..) => 8,
        ExpressionKind::Binary("<<" | ">>", ..) => 9,
        ExpressionKind::Binary("+" | "-", ..) | ExpressionKind::Format(_) => 10,
        ExpressionKind::Binary("**", ..) => 13,
        ExpressionKind::Binary(..) => 11,
        ExpressionKind::Unary(..) => 12,
        // Their own brackets are part of them.
        _ => 14,
    }
}

/// In brackets where it holds together less than that.
fn held(value: &Expression, least: u8) -> String {
    let text = expression(value);
    if strength(&value.kind) < least { format!("({text})") } else { text }
}

fn list(values: &[Expression]) -> String {
    values.iter().map(expression).collect::<Vec<_>>().join(", ")
}

pub(super) fn expression(value: &Expression) -> String {
    let own = strength(&value.kind);
    match &value.kind {
        ExpressionKind::None => "None".into(),
        ExpressionKind::Ellipsis => "...".into(),
        ExpressionKind::Bool(value) => if *value { "True" } else { "False" }.into(),
        ExpressionKind::Int(value) => value.to_string(),
        ExpressionKind::Float(value) => number(*value),
        ExpressionKind::Text(text) => quoted(text),
        ExpressionKind::Format(pieces) => {
            let is_empty = |piece: &&Expression| matches!(&piece.kind, ExpressionKind::Text(text) if text.is_empty());
            let pieces = pieces.iter().filter(|piece| !is_empty(piece)).map(|piece| match &piece.kind {
                ExpressionKind::Text(text) => quoted(text),
                _ => format!("str({})", expression(piece)),
            });
            let pieces: Vec<String> = pieces.collect();
            if pieces.is_empty() { quoted("") } else { pieces.join(" + ") }
        }
        ExpressionKind::Name(name) => name.to_string(),
        ExpressionKind::Tuple(items) => match items.as_slice() {
            [only] => format!("({},)", expression(only)),
            items => format!("({})", list(items)),
        },
        ExpressionKind::List(items) => format!("[{}]", list(items)),
        ExpressionKind::Dict(items) => {
            let item = |(key, value): &(Option<Expression>, Expression)| match key {
                Some(key) => format!("{}: {}", expression(key), expression(value)),
                None => format!("**{}", expression(value)),
            };
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        ExpressionKind::Attribute(of, name) => match of.kind {
            ExpressionKind::Int(_) => format!("({}).{name}", expression(of)),
            _ => format!("{}.{name}", held(of, 14)),
        },
        ExpressionKind::Index(of, index) => format!("{}[{}]", held(of, 14), place(index)),
        ExpressionKind::Slice(_) => place(value),
        ExpressionKind::Call(callee, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(argument).collect();
            format!("{}({})", held(callee, 14), arguments.join(", "))
        }
        ExpressionKind::Unary("not", value) => format!("not {}", held(value, own)),
        ExpressionKind::Unary(sign, value) => format!("{sign}{}", held(value, own)),
        ExpressionKind::Binary("**", left, right) => format!("{} ** {}", held(left, own + 1), held(right, 12)),
        ExpressionKind::Binary(operator, left, right) => {
            format!("{} {operator} {}", held(left, own), held(right, own + 1))
        }
        ExpressionKind::Logical(word, left, right) => format!("{} {word} {}", held(left, own), held(right, own + 1)),
        ExpressionKind::Compare(first, rest) => {
            let rest: String = rest.iter().map(|(operator, value)| format!(" {operator} {}", held(value, 6))).collect();
            held(first, 6) + &rest
        }
        ExpressionKind::Conditional(parts) => {
            let [then, condition, otherwise] = &**parts;
            format!("{} if {} else {}", held(then, 2), held(condition, 2), held(otherwise, 1))
        }
        ExpressionKind::Lambda(function) => lambda(function),
        ExpressionKind::Comprehension(comprehension) => self::comprehension(comprehension),
        ExpressionKind::Star(value) => format!("*{}", held(value, 6)),
    }
}

/// What stands in square brackets behind a value, without a tuple's own brackets.
fn place(index: &Expression) -> String {
    let part = |part: &Option<Box<Expression>>| part.as_deref().map_or(String::new(), expression);
    match &index.kind {
        ExpressionKind::Slice([start, stop, None]) => format!("{}:{}", part(start), part(stop)),
        ExpressionKind::Slice([start, stop, step]) => format!("{}:{}:{}", part(start), part(stop), part(step)),
        ExpressionKind::Tuple(items) if items.len() > 1 => items.iter().map(place).collect::<Vec<_>>().join(", "),
        _ => expression(index),
    }
}

fn argument(argument: &Argument) -> String {
    let value = expression(&argument.value);
    match (&argument.name, argument.stars) {
        (Some(name), _) => format!("{name}={value}"),
        (None, Stars::None) => value,
        (None, Stars::One) => format!("*{value}"),
        (None, Stars::Two) => format!("**{value}"),
    }
}

/// Its body is one `return`.
pub(super) fn lambda(function: &Function) -> String {
    let value = match function.body.first().map(|statement| &statement.kind) {
        Some(StatementKind::Return(Some(value))) => expression(value),
        _ => "None".into(),
    };
    let parameters = parameters(function);
    format!("lambda{}{parameters}: {value}", if parameters.is_empty() { "" } else { " " })
}

fn comprehension(comprehension: &Comprehension) -> String {
    let mut text = match &comprehension.key {
        Some(key) => format!("{}: {}", expression(key), expression(&comprehension.element)),
        None => expression(&comprehension.element),
    };
    for (target, items, conditions) in &comprehension.loops {
        text += &format!(" for {} in {}", expression(target), held(items, 2));
        conditions.iter().for_each(|condition| text += &format!(" if {}", held(condition, 2)));
    }
    if comprehension.is_list { format!("[{text}]") } else { format!("{{{text}}}") }
}
